import { type Cause, NO_CAUSE } from '@nlspace/core';
import { NeighbourState, type Network, packBytes } from '@nlspace/family-route';
import type { RouteRequest } from '../request/read-request.js';
import { RtsockError } from '../rtsock-error.js';
import { BsdErrno } from '../wire/bsd-errno.js';
import { BsdFamily, RtsockFlag, RtsockType } from '../wire/numbers.js';
import { neighboursOn, ownOn } from './known-neighbours.js';

/** As nobody at netlink, yet somebody has asked for it: not the same as NO_CAUSE. */
const REQUESTED: Cause = { ...NO_CAUSE };

/**
 * Requests with RTF_LLDATA, which mean a neighbour: what arp(8) and ndp(8) do.
 *
 * @throws {RtsockError | NetlinkError} EINVAL without a link, or for other requests than to add and to delete; ESRCH where
 * the link has not got the protocol; EPERM for the host's own addresses; ENOENT for who is not known; EOPNOTSUPP for
 * entries that expire or are answered for
 */
export function changeNeighbour(network: Network, request: RouteRequest): void {
  const { type, family, destination, gateway, flags, header } = request;
  if (gateway?.family !== BsdFamily.Link) throw new RtsockError(BsdErrno.EINVAL);
  const link = network.links.byIndex(gateway.interfaceIndex);
  if (link === undefined) throw new RtsockError(BsdErrno.EINVAL);
  const table = neighboursOn(network, family, link);
  if (table === undefined) throw new RtsockError(BsdErrno.ESRCH);
  if (type !== RtsockType.Add && type !== RtsockType.Delete) throw new RtsockError(BsdErrno.EINVAL);
  for (const own of ownOn(network, family, link))
    if (own.every((byte, i) => byte === destination[i])) throw new RtsockError(BsdErrno.EPERM);
  const address = packBytes(destination);
  if (type === RtsockType.Delete) {
    table.delete(link, address, REQUESTED);
    return;
  }
  // The network's entries have no end of their own, and what it answers for has no hardware address of its own.
  if (header.metrics.expire !== 0n || (flags & RtsockFlag.Protocol2) !== 0)
    throw new RtsockError(BsdErrno.EOPNOTSUPP);
  table.put(
    link,
    {
      address,
      linkLayerAddress: packBytes(gateway.address, link.address.length),
      state: NeighbourState.Permanent,
      flags: 0,
      protocol: 0,
      create: true,
      exclusive: false,
      replace: true,
    },
    NO_CAUSE,
  );
}
