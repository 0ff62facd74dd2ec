import { NetlinkError } from '@nlspace/core';
import type { Network } from '@nlspace/family-route';
import { changeNeighbour } from '../neighbour/change-neighbour.js';
import type { Rib } from '../rib/rib.js';
import type { Prefix, RibChange } from '../rib/rib-entry.js';
import { interfaceAddresses, pathAddresses, pathMetrics, routeFlags } from '../rib/route-messages.js';
import type { Path } from '../rib/way.js';
import { RtsockError } from '../rtsock-error.js';
import type { RoutingSocket } from '../socket/routing-socket.js';
import type { Outcome } from '../socket/routing-sockets.js';
import { BsdErrno, bsdErrnoOf } from '../wire/bsd-errno.js';
import type { RouteHeader } from '../wire/headers.js';
import { type Addresses, encodeMessage } from '../wire/message.js';
import { AddressSlot, RtsockFlag, RtsockType } from '../wire/numbers.js';
import type { SocketAddress } from '../wire/socket-address.js';
import { type RouteRequest, readRequest } from './read-request.js';
import { isSameWay, type RouteChanges } from './route-changes.js';

/** What requests work on. */
export interface RequestContext {
  readonly network: Network;
  readonly rib: Rib;
  readonly changes: RouteChanges;
  /** Does something, and keeps what it has changed in the routes from being told otherwise. */
  collect(action: () => void): readonly RibChange[];
  /** Told of what should not happen; the request gets EIO. */
  onDefect(error: unknown): void;
}

interface Found {
  readonly prefix: Prefix;
  readonly path: Path;
  readonly isGone: boolean;
}

interface Description {
  readonly header: Partial<RouteHeader>;
  readonly addresses: { readonly [slot in AddressSlot]?: SocketAddress | undefined };
}
const NOTHING_NEW: Description = { header: {}, addresses: {} };

const REFUSALS = RtsockFlag.Blackhole | RtsockFlag.Reject;

/** Does what was written to a socket, and makes the answer of it. */
export function handleRequest(context: RequestContext, socket: RoutingSocket, bytes: Uint8Array): Outcome {
  const { pid, isPrivileged } = socket.owner;
  const { errno, header, addresses, request } = readRequest(bytes, isPrivileged);
  if (header === undefined) return { errno, answer: undefined, family: 0 };
  if (request === undefined)
    return { errno, answer: answerTo({ ...header, pid, errno }, addresses), family: 0 };
  const { family } = request;
  try {
    const found = perform(context, request, socket.fib);
    const described = found === undefined ? NOTHING_NEW : describe(context.network, request, found);
    const completed = { ...header, ...described.header, pid };
    const flags = (completed.flags | RtsockFlag.Done) >>> 0;
    const answer = answerTo({ ...completed, flags }, { ...addresses, ...described.addresses } as Addresses);
    return { errno: BsdErrno.None, answer, family };
  } catch (error) {
    const refusal = errnoOf(error, context);
    return { errno: refusal, answer: answerTo({ ...header, pid, errno: refusal }, addresses), family };
  }
}

function errnoOf(error: unknown, { onDefect }: RequestContext): BsdErrno {
  if (error instanceof RtsockError) return error.errno;
  if (error instanceof NetlinkError) return bsdErrnoOf(error.errno);
  onDefect(error);
  return BsdErrno.EIO;
}

function answerTo(
  { length: _, version: __, type, addresses: ___, ...header }: RouteHeader,
  addresses: Addresses,
) {
  return encodeMessage({ kind: 'route', type, header, addresses }, { isAligned: true });
}

function perform(context: RequestContext, request: RouteRequest, fib: number): Found | undefined {
  const { type, flags, family, destination, length } = request;
  if ((flags & RtsockFlag.LinkLayer) !== 0) {
    changeNeighbour(context.network, request);
    return undefined;
  }
  if ((flags & REFUSALS) === REFUSALS) throw new RtsockError(BsdErrno.EINVAL);
  const prefix: Prefix = { fib, family, destination, length };
  const { changes } = context;
  switch (type) {
    case RtsockType.Add:
      return change(context, () => changes.add(request, prefix), request, prefix, 'add');
    case RtsockType.Delete:
      return change(context, () => changes.delete(request, prefix), request, prefix, 'delete');
    case RtsockType.Change:
      return change(context, () => changes.change(request, prefix), request, prefix, 'add');
    case RtsockType.Get:
      return get(context, request, prefix);
    default:
      throw new RtsockError(BsdErrno.EOPNOTSUPP);
  }
}

/** What the request itself has changed is not told: its answer says it. */
function change(
  context: RequestContext,
  action: () => void,
  request: RouteRequest,
  prefix: Prefix,
  wanted: 'add' | 'delete',
): Found | undefined {
  const changes = context.collect(action);
  const last = changes.findLast(
    ({ command }) => command === wanted || (wanted === 'add' && command === 'change'),
  );
  if (last !== undefined) return { prefix: last.prefix, path: last.path, isGone: last.isLast };
  // Nothing has become different.
  const known = context.rib.find(prefix, request.scope);
  const path = known.find((path) => isSameWay(path, request.gateway, 0)) ?? known[0];
  return path === undefined ? undefined : { prefix, path, isGone: false };
}

function get({ rib }: RequestContext, request: RouteRequest, exact: Prefix): Found {
  const { hasNetmask, scope, gateway, destination } = request;
  const prefix = hasNetmask ? exact : rib.match(exact.fib, exact.family, destination, scope);
  const paths = prefix === undefined ? [] : rib.find(prefix, scope);
  const isChosen = paths.length > 1 && gateway !== undefined;
  const path = isChosen ? paths.find((path) => isSameWay(path, gateway, 0)) : paths[0];
  if (prefix === undefined || path === undefined) throw new RtsockError(BsdErrno.ESRCH);
  return { prefix, path, isGone: false };
}

function describe(
  network: Network,
  { wantsInterface }: RouteRequest,
  { prefix, path, isGone }: Found,
): Description {
  return {
    header: {
      interfaceIndex: path.way.interfaceIndex,
      flags: routeFlags(path, isGone),
      metrics: pathMetrics(network, path),
    },
    addresses: {
      [AddressSlot.Netmask]: undefined,
      [AddressSlot.GenerationMask]: undefined,
      ...pathAddresses(prefix, path),
      ...(wantsInterface ? interfaceAddresses(network, prefix, path) : {}),
    },
  };
}
