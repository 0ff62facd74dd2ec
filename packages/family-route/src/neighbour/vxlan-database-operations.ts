import { Errno, inject, injectable, NetlinkError } from '@nlspace/core';
import { VxlanKind } from '../link/kinds/vxlan.js';
import { describeVxlanEntry, vxlanEntry } from '../link/kinds/vxlan-entry-message.js';
import { byUser, type Destination, type VxlanEntry } from '../link/kinds/vxlan-forwarding.js';
import type { Link } from '../link/link.js';
import { encodeMessageOf } from '../network/encoded-dump.js';
import { isZero } from '../network/ip-bytes.js';
import type { Network } from '../network/network.js';
import { NETWORK } from '../network/network-token.js';
import type { NexthopObject } from '../nexthop/nexthop-object.js';
import { RouteMessageType } from '../route-message-type.js';
import {
  type DatabaseQuestion,
  type DatabaseRequest,
  flushMasks,
  type LinkDatabase,
  uncheckedNumber,
  vxlanFlush,
} from './link-database.js';
import { NeighbourFlag, NeighbourState } from './neighbour-numbers.js';
import { parseRequest } from './parse-request.js';

const FLUSH_LIMITS = {
  states: NeighbourState.Permanent | NeighbourState.NoArp,
  flags: NeighbourFlag.ExternallyLearned | NeighbourFlag.Offloaded | NeighbourFlag.Router,
};

/** What a request says of where frames go, with what the link says otherwise. */
interface Way extends Destination {
  readonly sourceVni: number;
  readonly nexthopId: number;
}

/** The forwarding databases of VXLAN links (`vxlan_fdb_*`). */
@injectable()
export class VxlanDatabaseOperations implements LinkDatabase {
  constructor(@inject(NETWORK) private readonly network: Network) {}

  put(link: Link, { header, attributes, address, flags }: DatabaseRequest): void {
    const { state } = header;
    if ((state & (NeighbourState.Permanent | NeighbourState.Reachable)) === 0)
      throw new NetlinkError(Errno.EINVAL);
    if (attributes.destination === undefined && attributes.nexthopId === undefined)
      throw new NetlinkError(Errno.EINVAL);
    const { forwarding, properties } = databaseOf(link);
    const { sourceVni, nexthopId, ...destination } = this.#wayOf(link, attributes);
    const { isIpv6 } = properties();
    if ((destination.address.length === 16) !== isIpv6) throw new NetlinkError(Errno.EAFNOSUPPORT);
    forwarding.put({
      address,
      sourceVni,
      state,
      flags: byUser(header.flags),
      destination,
      ...(nexthopId === 0
        ? {}
        : { nexthop: { id: nexthopId, find: () => this.#nexthop(nexthopId, isIpv6) } }),
      create: flags.create,
      exclusive: flags.exclusive,
      replace: flags.replace,
      append: flags.append,
    });
  }

  delete(link: Link, { attributes, address }: DatabaseRequest): void {
    const { sourceVni, nexthopId: _nexthop, ...destination } = this.#wayOf(link, attributes);
    const isAny = isZero(destination.address);
    databaseOf(link).forwarding.delete(address, sourceVni, isAny ? undefined : destination);
  }

  get(link: Link, { address, vni }: DatabaseQuestion): Uint8Array {
    const { forwarding, properties } = databaseOf(link);
    const entry = forwarding.find(address, vni ?? properties().vni);
    if (entry === undefined) throw new NetlinkError(Errno.ENOENT, 'Fdb entry not found');
    return this.#encode(link, entry, entry.destinations[0]);
  }

  flush(link: Link, payload: Uint8Array): void {
    const request = parseRequest(vxlanFlush, payload, true, true);
    const { destination, port = 0, vni = 0, sourceVni = 0, nexthopId = 0 } = request.attributes;
    databaseOf(link).forwarding.flush({
      ...flushMasks(request, FLUSH_LIMITS),
      sourceVni,
      nexthopId,
      destination: {
        ...(destination === undefined ? {} : { address: addressIn(destination) }),
        ...(port === 0 ? {} : { port }),
        ...(vni === 0 ? {} : { vni }),
      },
    });
  }

  *dump(link: Link): Generator<Uint8Array> {
    for (const entry of databaseOf(link).forwarding.all()) {
      if (entry.nexthop !== undefined) yield this.#encode(link, entry, undefined);
      else for (const destination of entry.destinations) yield this.#encode(link, entry, destination);
    }
  }

  #encode(link: Link, entry: VxlanEntry, destination: Destination | undefined): Uint8Array {
    return encodeVxlanEntry(
      link,
      entry,
      destination,
      RouteMessageType.NewNeighbour,
      this.network.clock.now(),
    );
  }

  #wayOf(link: Link, attributes: DatabaseRequest['attributes']): Way {
    const own = databaseOf(link).properties();
    const { destination, nexthopId } = attributes;
    const { port, vni, interfaceIndex, sourceVni } = attributes;
    if (
      nexthopId !== undefined &&
      [destination, port, vni, interfaceIndex].some((value) => value !== undefined)
    )
      throw new NetlinkError(Errno.EINVAL, 'DST, VNI, ifindex and port are mutually exclusive with NH_ID');
    const way = {
      address: destination === undefined ? new Uint8Array(own.isIpv6 ? 16 : 4) : addressIn(destination),
      port: port === undefined ? own.port : portIn(port),
      vni: vni === undefined ? own.vni : numberIn(vni, 'Invalid vni'),
      sourceVni: sourceVni === undefined ? own.vni : numberIn(sourceVni, 'Invalid src vni'),
      interfaceIndex: interfaceIndex === undefined ? 0 : numberIn(interfaceIndex, 'Invalid ifindex'),
      nexthopId: uncheckedNumber(nexthopId),
    };
    if (interfaceIndex !== undefined && this.network.links.byIndex(way.interfaceIndex) === undefined)
      throw new NetlinkError(Errno.EADDRNOTAVAIL, 'Device not found');
    return way;
  }

  #nexthop(id: number, isIpv6: boolean): NexthopObject {
    const refuse = (text: string, errno = Errno.EINVAL) => new NetlinkError(errno, text);
    const found = this.network.nexthops.store.byId(id);
    if (found === undefined) throw refuse('Nexthop id does not exist');
    if (!found.isFdb) throw refuse('Nexthop is not a fdb nexthop');
    if (!found.isGroup) throw refuse('Nexthop is not a multipath group');
    if (found.hasIpv4 === isIpv6) throw refuse('Nexthop group family not supported', Errno.EAFNOSUPPORT);
    return found;
  }
}

/** RTM_NEWNEIGH or RTM_DELNEIGH about an entry. */
export function encodeVxlanEntry(
  link: Link,
  entry: VxlanEntry,
  destination: Destination | undefined,
  messageType: number,
  nowMs: number,
): Uint8Array {
  const properties = databaseOf(link).properties();
  return encodeMessageOf(
    vxlanEntry,
    describeVxlanEntry(link, properties, entry, destination, nowMs),
    messageType,
  );
}

function databaseOf(link: Link) {
  const { behaviour } = link;
  if (!(behaviour instanceof VxlanKind)) throw new Error(`${link.name} is no VXLAN`);
  return behaviour.databaseOf(link);
}

function addressIn(bytes: Uint8Array): Uint8Array {
  if (bytes.length >= 16) return bytes.slice(0, 16);
  if (bytes.length >= 4) return bytes.slice(0, 4);
  throw new NetlinkError(Errno.EAFNOSUPPORT, 'Unsupported address family');
}

function portIn(bytes: Uint8Array): number {
  if (bytes.length !== 2) throw new NetlinkError(Errno.EINVAL, 'Invalid vxlan port');
  return ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
}

function numberIn(bytes: Uint8Array, refusal: string): number {
  if (bytes.length !== 4) throw new NetlinkError(Errno.EINVAL, refusal);
  return uncheckedNumber(bytes);
}
