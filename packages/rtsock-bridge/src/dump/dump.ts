import { AddressFamily, type InterfaceAddress, type Link, type Network } from '@nlspace/family-route';
import { dumpNeighbours } from '../neighbour/dump-neighbours.js';
import {
  ADDRESS_HAS_ROUTE,
  addressMessage,
  interfaceMessage,
  multicastMessage,
} from '../network/messages.js';
import { hasRoute } from '../rib/address-route.js';
import { FIB_COUNT } from '../rib/fib-number.js';
import type { Rib } from '../rib/rib.js';
import type { RibFamily } from '../rib/rib-entry.js';
import { interfaceAddresses, pathAddresses, pathMetrics, routeFlags } from '../rib/route-messages.js';
import { RtsockError } from '../rtsock-error.js';
import { BsdErrno } from '../wire/bsd-errno.js';
import { interfaceData } from '../wire/headers.js';
import { encodeMessage } from '../wire/message.js';
import { BsdFamily, DumpKind, RtsockFlag, RtsockType } from '../wire/numbers.js';
import { dumpGroups, dumpNexthops } from './dump-nexthops.js';
import type { DumpQuery } from './dump-query.js';

const FAMILIES = [BsdFamily.Inet, BsdFamily.Inet6] as const;
const MODEL_FAMILIES = [AddressFamily.Inet, AddressFamily.Inet6] as const;
const LARGEST_FAMILY = 44;
const ALIGNED = { isAligned: true } as const;
/** What an address counts, which is nothing. */
const NO_DATA = { ...interfaceData.read(new Uint8Array(interfaceData.size)), dataLength: interfaceData.size };

/**
 * What sysctl(3) gives below `net.route`, record by record.
 *
 * @throws {RtsockError} EINVAL, EAFNOSUPPORT, EOPNOTSUPP
 */
export function* dump(network: Network, rib: Rib, query: DumpQuery): Generator<Uint8Array> {
  const { kind, family = 0, argument = 0, fib = 0 } = query;
  if (family < 0 || family > LARGEST_FAMILY || fib < 0 || fib >= FIB_COUNT)
    throw new RtsockError(BsdErrno.EINVAL);
  switch (kind) {
    case DumpKind.Routes:
    case DumpKind.RoutesByFlags: {
      if (kind === DumpKind.RoutesByFlags && (argument === 0 || (argument & RtsockFlag.LinkLayer) !== 0)) {
        if (family === 0) throw new RtsockError(BsdErrno.EINVAL);
        yield* dumpNeighbours(network, family);
        break;
      }
      const flags = kind === DumpKind.Routes ? undefined : argument;
      for (const one of family === 0 ? FAMILIES : [ribFamily(family)])
        yield* dumpRoutes(network, rib, fib, one, flags);
      break;
    }
    case DumpKind.Interfaces:
    case DumpKind.LongInterfaces:
      yield* dumpInterfaces(network, rib, family, argument, kind === DumpKind.LongInterfaces);
      break;
    case DumpKind.MulticastAddresses:
      yield* dumpMulticast(network, family, argument);
      break;
    case DumpKind.Nexthops:
      yield* dumpNexthops(network, rib, fib, ribFamily(family));
      break;
    case DumpKind.NexthopGroups:
      yield* dumpGroups(rib, fib, ribFamily(family));
      break;
    default:
      throw new RtsockError(BsdErrno.EINVAL);
  }
}

function ribFamily(family: number): RibFamily {
  if (family !== BsdFamily.Inet && family !== BsdFamily.Inet6) throw new RtsockError(BsdErrno.EAFNOSUPPORT);
  return family;
}

/** One RTM_GET for each path. */
function* dumpRoutes(
  network: Network,
  rib: Rib,
  fib: number,
  family: RibFamily,
  wanted: number | undefined,
): Generator<Uint8Array> {
  for (const entry of rib.entries(fib, family)) {
    for (const path of entry.paths) {
      if (wanted !== undefined && (path.way.flags & wanted) === 0) continue;
      const header = {
        interfaceIndex: path.way.interfaceIndex,
        spare: 0,
        flags: routeFlags(path, false),
        pid: 0,
        sequence: 0,
        errno: 0,
        flagMask: 0,
        inits: 0n,
        metrics: pathMetrics(network, path),
      };
      const addresses = { ...pathAddresses(entry, path), ...interfaceAddresses(network, entry, path) };
      yield encodeMessage({ kind: 'route', type: RtsockType.Get, header, addresses }, ALIGNED);
    }
  }
}

/** Each interface, and behind it its addresses. */
function* dumpInterfaces(
  network: Network,
  rib: Rib,
  family: number,
  interfaceIndex: number,
  isLong: boolean,
): Generator<Uint8Array> {
  const form = { ...ALIGNED, isLong };
  for (const link of linksOf(network, interfaceIndex)) {
    yield encodeMessage(interfaceMessage(link, true), form);
    for (const address of addressesOf(network, link, family)) {
      const flags = hasRoute(rib, address) ? ADDRESS_HAS_ROUTE : 0;
      const message = addressMessage(address, RtsockType.NewAddress, flags);
      const { header } = message;
      yield encodeMessage(
        isLong ? { ...message, header: { ...header, ...{ data: NO_DATA } } } : message,
        form,
      );
    }
  }
}

function* dumpMulticast(network: Network, family: number, interfaceIndex: number): Generator<Uint8Array> {
  for (const link of linksOf(network, interfaceIndex)) {
    const { ipv4, ipv6 } = network.addresses;
    for (const membership of [...ipv4.memberships.of(link), ...ipv6.memberships.of(link)]) {
      const own = membership.address.length === 4 ? BsdFamily.Inet : BsdFamily.Inet6;
      if (family !== 0 && family !== own) continue;
      yield encodeMessage(multicastMessage(membership, RtsockType.NewMulticastAddress), ALIGNED);
    }
  }
}

function linksOf(network: Network, interfaceIndex: number): readonly Link[] {
  return network.links.all().filter(({ index }) => interfaceIndex === 0 || index === interfaceIndex);
}

function addressesOf(network: Network, link: Link, family: number): InterfaceAddress[] {
  const wanted = MODEL_FAMILIES.filter((_, i) => family === 0 || FAMILIES[i] === family);
  return wanted.flatMap((one) => [...network.addresses.of(link, one)]);
}
