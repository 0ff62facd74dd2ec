import { type Prefix, type RibChange, scopeOf } from './rib-entry.js';
import type { Path } from './way.js';

/**
 * What FreeBSD tells when the paths of a prefix have become others: one path in the place of the only one is a change,
 * otherwise each that has gone or come is told by itself, in the order of the ways' indexes. Both lists are in that order.
 *
 * @param isReplaced the only path has been set anew, perhaps to the same.
 */
export function comparePaths(
  prefix: Prefix,
  before: readonly Path[],
  after: readonly Path[],
  isReplaced: boolean,
): RibChange[] {
  const changes: RibChange[] = [];
  for (const scope of new Set([...before, ...after].map((path) => scopeOf(prefix, path)))) {
    const old = before.filter((path) => scopeOf(prefix, path) === scope);
    const now = after.filter((path) => scopeOf(prefix, path) === scope);
    const [oldOnly, ...oldOthers] = old;
    const [only, ...others] = now;
    if (oldOnly !== undefined && only !== undefined && oldOthers.length + others.length === 0) {
      if (isReplaced || !isSame(oldOnly, only))
        changes.push({ command: 'change', prefix, path: only, isLast: false });
    } else changes.push(...decompose(prefix, old, now));
  }
  return changes;
}

function decompose(prefix: Prefix, old: readonly Path[], now: readonly Path[]): RibChange[] {
  const isLast = now.length === 0;
  const ways = new Set([...old, ...now].map(({ way }) => way).sort((a, b) => a.index - b.index));
  return [...ways].flatMap((way) => {
    const come = now.filter((path) => path.way === way);
    const gone: Path[] = [];
    for (const path of old.filter((path) => path.way === way)) {
      // Where one is left, its weight means nothing any more: it has not changed.
      const same = come.findIndex(({ weight }) => weight === path.weight || now.length === 1);
      if (same < 0) gone.push(path);
      else come.splice(same, 1);
    }
    return [
      ...gone.map((path): RibChange => ({ command: 'delete', prefix, path, isLast })),
      ...come.map((path): RibChange => ({ command: 'add', prefix, path, isLast: false })),
    ];
  });
}

function isSame(a: Path, b: Path): boolean {
  return a.way === b.way && a.weight === b.weight;
}
