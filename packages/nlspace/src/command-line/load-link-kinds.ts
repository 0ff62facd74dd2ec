import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DEFAULT_LINK_KINDS, findLinkKindName, type LinkKindClass } from '@nlspace/family-route';
import { WIREGUARD } from '@nlspace/family-wireguard';
import { UsageError } from './usage-error.js';

/** Come with every network, or with the families. */
const OTHERS = ['loopback', WIREGUARD];

/**
 * The usual link kinds and those that modules export: every exported class that is decorated with `@LinkKind`.
 *
 * @throws {UsageError} for a file that is not there or cannot be loaded, one without a kind, and a name that is taken.
 */
export async function loadLinkKinds(files: readonly string[]): Promise<readonly LinkKindClass[]> {
  const kinds = [...DEFAULT_LINK_KINDS];
  const owners = new Map<string, string>(OTHERS.map((name) => [name, 'nlspace']));
  for (const kind of kinds) owners.set(findLinkKindName(kind) ?? '', 'nlspace');
  for (const file of files) {
    const found = await exportedKinds(file);
    if (found.length === 0) throw new UsageError(`${file} exports no class decorated with @LinkKind`);
    for (const { name, kind } of found) {
      const owner = owners.get(name);
      if (owner !== undefined)
        throw new UsageError(`${file} exports the link kind ${name}, which ${owner} has already`);
      owners.set(name, file);
      kinds.push(kind);
    }
  }
  return kinds;
}

async function exportedKinds(file: string): Promise<{ name: string; kind: LinkKindClass }[]> {
  const path = resolve(file);
  if (!existsSync(path)) throw new UsageError(`there is no file ${file}`);
  let exported: Record<string, unknown>;
  try {
    exported = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  } catch (error) {
    throw new UsageError(`${file} cannot be loaded: ${(error as Error).message}`, { cause: error });
  }
  const classes = new Set(Object.values(exported));
  return [...classes].flatMap((kind) => {
    const name = findLinkKindName(kind);
    return name === undefined ? [] : [{ name, kind: kind as LinkKindClass }];
  });
}
