import { OBJECT_NAMES, type ObjectName } from '../watched.js';
import type { NetworkState } from './network-state.js';
import { type PortableObject, portable } from './portable.js';

/** One object that two states do not have alike. */
export interface StateDifference {
  readonly of: ObjectName;
  readonly name: string;
  /** Only in the first, only in the second, or in both with other fields. */
  readonly change: 'removed' | 'added' | 'changed';
  /** What it has where it is, or what is different: from what, to what. Absent fields have no entry. */
  readonly fields: Readonly<Record<string, readonly [from: Field, to: Field]>>;
}
type Field = string | number | boolean | undefined;

/** Object by object: links are the same by their names, whatever their indexes are. */
export function compareStates(first: NetworkState, second: NetworkState): StateDifference[] {
  return OBJECT_NAMES.flatMap((of) => [...differencesOf(of, bucketsOf(of, first), bucketsOf(of, second))]);
}

function bucketsOf(of: ObjectName, state: NetworkState): Map<string, PortableObject[]> {
  const links = new Map(state.links.map((link) => [link.interfaceIndex, link]));
  const buckets = new Map<string, PortableObject[]>();
  for (const object of state[of]) {
    const one = portable(of, object as never, links);
    const bucket = buckets.get(one.name);
    if (bucket === undefined) buckets.set(one.name, [one]);
    else bucket.push(one);
  }
  return buckets;
}

function* differencesOf(
  of: ObjectName,
  first: ReadonlyMap<string, readonly PortableObject[]>,
  second: ReadonlyMap<string, readonly PortableObject[]>,
): Generator<StateDifference> {
  for (const name of new Set([...first.keys(), ...second.keys()])) {
    const before = first.get(name) ?? [];
    const after = second.get(name) ?? [];
    const gone = before.filter((one) => !after.some((other) => isSame(one, other)));
    const come = after.filter((one) => !before.some((other) => isSame(one, other)));
    for (const one of gone) {
      const other = come.shift();
      const change = other === undefined ? 'removed' : 'changed';
      yield { of, name, change, fields: fieldsOf(one, other) };
    }
    for (const one of come) yield { of, name, change: 'added', fields: fieldsOf(undefined, one) };
  }
}

function isSame(one: PortableObject, other: PortableObject): boolean {
  return Object.keys(fieldsOf(one, other)).length === 0;
}

function fieldsOf(
  from: PortableObject | undefined,
  to: PortableObject | undefined,
): StateDifference['fields'] {
  const keys = new Set([...Object.keys(from?.fields ?? {}), ...Object.keys(to?.fields ?? {})]);
  const fields: Record<string, readonly [Field, Field]> = {};
  for (const key of keys) {
    const pair = [from?.fields[key], to?.fields[key]] as const;
    if (pair[0] !== pair[1]) fields[key] = pair;
  }
  return fields;
}
