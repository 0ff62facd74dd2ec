import { NetlinkError } from '@nlspace/core';
import type { ObjectName, RouteClient, Watch } from '@nlspace/family-route/client';
import { make, type RandomChange } from './random-changes.js';

const KINDS = [
  'links',
  'addresses',
  'nexthops',
  'routes',
  'neighbours',
  'rules',
] as const satisfies readonly ObjectName[];

/** What changes without anybody telling. */
const VOLATILE = new Set([
  'link',
  'cacheInfo',
  'validSeconds',
  'preferredSeconds',
  'statistics',
  'statistics64',
  'addressFamilies',
  'carrierChanges',
  'carrierUpCount',
  'carrierDownCount',
  'probes',
  'event',
  // Timers of bridges.
  'kindData',
  'portData',
]);

function lines(objects: readonly object[]): string[] {
  return objects
    .map((object) =>
      JSON.stringify(
        Object.entries(object)
          .filter(([key]) => !VOLATILE.has(key))
          .sort(([a], [b]) => (a < b ? -1 : 1)),
        (_key, value: unknown) =>
          value instanceof Uint8Array || typeof value === 'bigint' ? String(value) : value,
      ),
    )
    .sort();
}

/** Of an address that is still being checked nobody hears. */
function isTold(object: object): boolean {
  return !('isTentative' in object && object.isTentative === true);
}

/** What the mirror of a watch has otherwise than lists say; nothing when they are the same. */
export async function differencesFromSource(
  watch: Watch<ObjectName>,
  source: RouteClient,
): Promise<string[]> {
  const differences: string[] = [];
  for (const kind of KINDS) {
    const mirrored = lines(watch.objects(kind));
    const listed = lines((await source[kind].all({})).filter(isTold));
    for (const line of mirrored)
      if (!listed.includes(line)) differences.push(`only in the mirror: ${kind} ${line}`);
    for (const line of listed)
      if (!mirrored.includes(line)) differences.push(`only in the source: ${kind} ${line}`);
  }
  return differences;
}

/** Changes a network at random. @returns how many changes were made. */
export async function change(client: RouteClient, changes: readonly RandomChange[]): Promise<number> {
  let made = 0;
  for (const one of changes) {
    try {
      await make(client, one);
      made++;
    } catch (error) {
      if (!(error instanceof NetlinkError)) throw error;
    }
  }
  return made;
}
