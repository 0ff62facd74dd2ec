import { AddressFlag } from '../../address/address-flags.js';
import type { ListedAddress } from '../addresses.js';
import type { ListedLink } from '../links.js';
import type { ListedNeighbour } from '../neighbours.js';
import type { CallOptions } from '../object-client.js';
import type { RouteClient } from '../route-client.js';
import type { ListedRoute } from '../routes.js';
import type { ListedRule } from '../rules.js';
import type { ObjectName } from '../watched.js';
import type { NetworkState } from './network-state.js';
import { portable } from './portable.js';
import { Restoration } from './restoration.js';
import { restoreLinks } from './restore-links.js';

export interface RestoreOptions extends CallOptions {
  /** Is told, in a line each, what is not as it was. Nothing is lost without a word. */
  readonly report?: (line: string) => void;
}

/** So long IPv6 addresses are looked at until nobody else turns out to have them. */
const PATIENCE_MS = 4_000;
const LOOK_AGAIN_MS = 100;

/** Neighbours that are being looked for are nothing that could be told anybody. */
const TRANSIENT_STATES: readonly ListedNeighbour['state'][] = ['incomplete', 'failed', 'none'];

/**
 * Makes a network as a state says: its links, addresses, nexthops, routes, neighbours and rules. What is there already stays,
 * but for what came by itself with what was made. Links keep their indexes where those are free.
 *
 * @throws {NetlinkError} for what stops all of it; refusals of single objects are reported.
 */
export async function restoreState(
  client: RouteClient,
  state: NetworkState,
  { report = () => {}, signal }: RestoreOptions = {},
): Promise<void> {
  const restoration = new Restoration(client, state, report, { signal });
  await restoreLinks(restoration);
  await restoreAddresses(restoration);
  await restoreNexthops(restoration);
  await restoreRoutes(restoration);
  await restoreNeighbours(restoration);
  await restoreRules(restoration);
}

async function restoreAddresses(restoration: Restoration): Promise<void> {
  const { client, state, options } = restoration;
  for (const address of state.addresses) {
    const moved = restoration.moved(address);
    const lost = `${address.address} of ${address.link} is lost`;
    if (moved === undefined) restoration.report(`${lost}: its link is not here`);
    else await restoration.attempt(lost, () => client.addresses.replace(moved, options));
  }
  const wanted = new Set(state.addresses.map((one) => addressKey(restoration.moved(one) ?? one)));
  for (const address of await client.addresses.all({}, options))
    if (restoration.touched.has(address.interfaceIndex) && !wanted.has(addressKey(address)))
      await restoration.attempt(`${address.address} of ${address.link} came by itself and stays`, () =>
        client.addresses.remove(address, options),
      );
  await settle(restoration);
}

function addressKey({ interfaceIndex, address, peer = '' }: ListedAddress): string {
  return `${interfaceIndex} ${address} ${peer}`;
}

/** Waits until it is known that nobody else has the IPv6 addresses: routes of those are there only then. */
async function settle({ client, state, options, report }: Restoration): Promise<void> {
  const isUndecided = ({ flags }: ListedAddress) =>
    (flags & (AddressFlag.Tentative | AddressFlag.DuplicateDetected)) === AddressFlag.Tentative;
  if (state.addresses.some(isUndecided)) return;
  for (let waitedMs = 0; ; waitedMs += LOOK_AGAIN_MS) {
    const [undecided] = (await client.addresses.all({ addressFamily: 'inet6' }, options)).filter(isUndecided);
    if (undecided === undefined) return;
    if (waitedMs >= PATIENCE_MS) {
      report(`${undecided.address} is still being looked at, whether somebody else has it`);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    options.signal?.throwIfAborted();
  }
}

async function restoreNexthops(restoration: Restoration): Promise<void> {
  const { client, state, options } = restoration;
  const singleFirst = [...state.nexthops].sort(
    (a, b) => Number(a.members !== undefined) - Number(b.members !== undefined),
  );
  for (const nexthop of singleFirst) {
    const moved = restoration.moved(nexthop);
    const lost = `nexthop ${nexthop.id} is lost`;
    if (moved === undefined) restoration.report(`${lost}: its link is not here`);
    else await restoration.attempt(lost, () => client.nexthops.replace(moved, options));
  }
}

async function restoreRoutes(restoration: Restoration): Promise<void> {
  const { client, state, options } = restoration;
  const here = contents('routes', await client.routes.all({}, options), await client.links.all({}, options));
  const wanted = contents('routes', state.routes, state.links);
  let missing = [...wanted].filter(([content]) => !here.has(content)).map(([, route]) => route);
  const reasons = new Map<ListedRoute, string>();
  // A route may need another one for its gateway: once more, as long as that helps.
  for (let before = missing.length + 1; missing.length > 0 && missing.length < before; ) {
    before = missing.length;
    const failed: ListedRoute[] = [];
    for (const route of missing) {
      const moved = movedRoute(route, restoration);
      const isDone =
        moved !== undefined && (await restoration.isDone(() => client.routes.append(moved, options)));
      if (isDone) continue;
      reasons.set(route, moved === undefined ? 'its link is not here' : restoration.lastRefusal);
      failed.push(route);
    }
    missing = failed;
  }
  for (const route of missing)
    restoration.report(`route ${route.destination} in table ${route.table} is lost: ${reasons.get(route)}`);
  for (const [content, route] of here) {
    const isOwn = route.interfaceIndex !== undefined && restoration.touched.has(route.interfaceIndex);
    if (isOwn && !wanted.has(content))
      await restoration.attempt(`route ${route.destination} came by itself and stays`, () =>
        client.routes.remove(route, options),
      );
  }
}

function movedRoute(route: ListedRoute, restoration: Restoration): ListedRoute | undefined {
  const { nexthops, cacheInfo, ...single } = route;
  const expiresSeconds = cacheInfo === undefined ? 0 : expiryOf(cacheInfo);
  const limited = expiresSeconds > 0 ? { expires: expiresSeconds } : {};
  if (nexthops === undefined) {
    const moved = restoration.moved(single);
    return moved === undefined ? undefined : { ...moved, ...limited };
  }
  const legs = nexthops.map((leg) => restoration.moved(leg));
  return legs.some((leg) => leg === undefined)
    ? undefined
    : { ...single, ...limited, nexthops: legs as NonNullable<typeof nexthops> };
}

/** `struct rta_cacheinfo`: hundredths of a second, in the third word. */
const EXPIRES_AT = 8;

function expiryOf(cacheInfo: Uint8Array): number {
  if (cacheInfo.length < EXPIRES_AT + 4) return 0;
  return Math.ceil(new DataView(cacheInfo.buffer, cacheInfo.byteOffset).getInt32(EXPIRES_AT, true) / 100);
}

async function restoreNeighbours(restoration: Restoration): Promise<void> {
  const { client, state, options } = restoration;
  const known = state.neighbours.filter(({ state }) => !TRANSIENT_STATES.includes(state));
  const left = state.neighbours.length - known.length;
  if (left > 0) restoration.report(`${left} neighbours that were only being looked for are left out`);
  for (const neighbour of known) {
    const moved = restoration.moved(neighbour);
    const lost = `neighbour ${neighbour.address} on ${neighbour.link} is lost`;
    if (moved === undefined) restoration.report(`${lost}: its link is not here`);
    else await restoration.attempt(lost, () => client.neighbours.replace(moved, options));
  }
}

/** Rules that a network begins with. */
const FIRST_RULES = [0, 32_766, 32_767];

async function restoreRules(restoration: Restoration): Promise<void> {
  const { client, state, options } = restoration;
  const here = contents('rules', await client.rules.all({}, options), []);
  const wanted = contents('rules', state.rules, []);
  for (const [content, rule] of wanted)
    if (!here.has(content))
      await restoration.attempt(`${nameOf(rule)} is lost`, () => client.rules.add(rule, options));
  for (const [content, rule] of here)
    if (FIRST_RULES.includes(rule.priority) && !wanted.has(content))
      await restoration.attempt(`${nameOf(rule)} stays`, () => client.rules.remove(rule, options));
}

function nameOf({ addressFamily, priority }: ListedRule): string {
  return `rule ${priority} of ${addressFamily}`;
}

/** Objects by all that they are, links by their names. */
function contents<T extends ListedRoute | ListedRule>(
  of: ObjectName,
  objects: readonly T[],
  links: readonly ListedLink[],
): Map<string, T> {
  const byIndex = new Map(links.map((link) => [link.interfaceIndex, link]));
  return new Map(
    objects.map((object) => [
      JSON.stringify(Object.entries(portable(of, object as never, byIndex).fields).sort()),
      object,
    ]),
  );
}
