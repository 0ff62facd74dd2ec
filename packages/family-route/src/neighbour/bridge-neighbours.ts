import {
  attr,
  type DumpContext,
  defineAttributes,
  defineMessage,
  Errno,
  inject,
  injectable,
  NetlinkError,
  type RawDump,
} from '@nlspace/core';
import { BridgeKind } from '../link/kinds/bridge/bridge-kind.js';
import { VxlanKind } from '../link/kinds/vxlan.js';
import type { Link } from '../link/link.js';
import { LinkType } from '../link/link-flags.js';
import { EncodedDump } from '../network/encoded-dump.js';
import type { Network } from '../network/network.js';
import { NETWORK } from '../network/network-token.js';
import { AddressDatabase } from './address-database.js';
import { BridgeDatabase } from './bridge-database.js';
import {
  type DatabaseRequest,
  databaseRequest,
  type LinkDatabase,
  uncheckedNumber,
} from './link-database.js';
import { neighbour } from './neighbour-message.js';
import { NeighbourFlag } from './neighbour-numbers.js';
import type { NeighbourOperations, NeighbourRequestMessage } from './neighbour-operations.js';
import { parseRequest } from './parse-request.js';
import { VxlanDatabaseOperations } from './vxlan-database-operations.js';

const HIGHEST_VLAN = 4094;
/** NDA_MAX */
const LAST_ATTRIBUTE = 17;
const NO_DELETION = 'FDB delete only supported for Ethernet devices';

type Header = DatabaseRequest['header'];

const bytesOf = (type: number) => attr.bytes(type);
/** RTM_GETNEIGH of AF_BRIDGE by number: what it may have, and all else. */
const question = defineMessage({
  name: 'forwarding-database-question',
  header: neighbour.header,
  attributes: defineAttributes('forwarding-database-question', {
    early: bytesOf(1),
    address: bytesOf(2),
    age: bytesOf(3),
    probes: bytesOf(4),
    vlan: bytesOf(5),
    port: bytesOf(6),
    vni: bytesOf(7),
    interfaceIndex: bytesOf(8),
    master: bytesOf(9),
    late: bytesOf(10),
    sourceVni: bytesOf(11),
    protocol: bytesOf(12),
    nexthopId: bytesOf(13),
    forwardingAttributes: bytesOf(14),
    flagsExtended: bytesOf(15),
  }),
});

/** RTM_DELNEIGH of AF_BRIDGE with NLM_F_BULK, before the database looks at it: only what there is no name for is refused. */
const flushRequest = defineMessage({
  name: 'forwarding-database-flush',
  header: neighbour.header,
  attributes: defineAttributes(
    'forwarding-database-flush',
    Object.fromEntries(
      Array.from({ length: LAST_ATTRIBUTE }, (_, i) => [`attribute${i + 1}`, bytesOf(i + 1)]),
    ),
  ),
});

/**
 * RTM_*NEIGH of AF_BRIDGE: the forwarding databases of links. A request may mean that of the bridge which a link is a port
 * of (NTF_MASTER, or nothing), that of the link itself (NTF_SELF), or both.
 */
@injectable()
export class BridgeNeighbours implements NeighbourOperations {
  constructor(
    @inject(NETWORK) private readonly network: Network,
    @inject(BridgeDatabase) private readonly bridges: BridgeDatabase,
    @inject(VxlanDatabaseOperations) private readonly vxlans: VxlanDatabaseOperations,
    @inject(AddressDatabase) private readonly addresses: AddressDatabase,
  ) {}

  put({ payload, flags }: NeighbourRequestMessage): void {
    const { header, attributes } = parseRequest(databaseRequest, payload, false);
    const link = this.#link(header.interfaceIndex);
    const address = addressOf(attributes.linkLayerAddress);
    refuseOtherTypes(link, 'FDB add only supported for Ethernet devices');
    vlanOf(attributes.vlan);
    this.#each(link, header, (database, asked) =>
      database.put(link, { header: asked, attributes, address, flags }),
    );
  }

  delete({ payload, flags }: NeighbourRequestMessage): void {
    if (flags.bulk) {
      this.#flush(payload);
      return;
    }
    const { header, attributes } = parseRequest(databaseRequest, payload, false);
    const link = this.#link(header.interfaceIndex);
    const address = addressOf(attributes.linkLayerAddress);
    refuseOtherTypes(link, NO_DELETION);
    vlanOf(attributes.vlan);
    this.#each(link, header, (database, asked) =>
      database.delete(link, { header: asked, attributes, address, flags }),
    );
  }

  get({ payload }: NeighbourRequestMessage): Uint8Array {
    // By the policy first, and then as it is.
    parseRequest(neighbour, payload, true);
    const { header, attributes } = parseRequest(question, payload, false);
    const { links } = this.network;
    const refuse = (errno: Errno, text: string) => new NetlinkError(errno, text);
    const { address, master, vlan: vlanBytes, vni, early, late, ...others } = attributes;
    const unsupported = () => refuse(Errno.EINVAL, 'Unsupported attribute in fdb get request');
    if (early !== undefined) throw unsupported();
    if (address !== undefined && address.length !== 6)
      throw refuse(Errno.EINVAL, 'Invalid address in fdb get request');
    if (others.age !== undefined || others.probes !== undefined) throw unsupported();
    const vlan = vlanOf(vlanBytes);
    if (late !== undefined || Object.keys(others).length > 0) throw unsupported();
    const masterIndex = uncheckedNumber(master);
    const link = header.interfaceIndex === 0 ? undefined : links.byIndex(header.interfaceIndex);
    if (address === undefined) throw refuse(Errno.EINVAL, 'Missing lookup address for fdb get request');
    if (header.interfaceIndex !== 0 && link === undefined)
      throw refuse(Errno.ENODEV, 'Unknown device ifindex');
    if (masterIndex !== 0 && link !== undefined)
      throw refuse(Errno.EINVAL, 'Master and device are mutually exclusive');
    const isForSelf = (header.flags & (NeighbourFlag.Self | NeighbourFlag.Master)) === NeighbourFlag.Self;
    let owner = isForSelf ? link : link?.master;
    if (link !== undefined && !isForSelf && !(owner?.behaviour instanceof BridgeKind))
      throw refuse(Errno.EINVAL, 'Device is not a bridge port');
    if (masterIndex !== 0) {
      owner = links.byIndex(masterIndex);
      if (owner === undefined) throw refuse(Errno.EINVAL, 'Invalid master ifindex');
    }
    if (owner === undefined) throw refuse(Errno.ENODEV, 'No device specified');
    return this.#own(owner).get(owner, {
      address,
      vlan,
      vni: vni === undefined ? undefined : uncheckedNumber(vni),
    });
  }

  /** Of one link, of a bridge with its ports, or of all. */
  dump({ payload }: NeighbourRequestMessage, _context: DumpContext): RawDump {
    const { header, attributes } = parseRequest(neighbour, payload, false);
    const only = attributes.interfaceIndex ?? header.interfaceIndex;
    const { master = 0 } = attributes;
    if (master !== 0 && this.network.links.byIndex(master) === undefined)
      throw new NetlinkError(Errno.ENODEV);
    return new EncodedDump(this.#all(only, master));
  }

  *#all(only: number, masterIndex: number): Generator<Uint8Array> {
    for (const link of this.network.links.all()) {
      if (only !== 0 && link.index !== only) continue;
      const { master } = link;
      const isPort = master?.behaviour instanceof BridgeKind;
      const isMeant =
        masterIndex === 0 || link.index === masterIndex || (isPort && master.index === masterIndex);
      if (!isMeant) continue;
      if (isPort) yield* this.bridges.dumpPort(link, master);
      yield* this.#own(link).dump(link);
    }
  }

  #flush(payload: Uint8Array): void {
    if (payload.length < neighbour.header.size) throw new NetlinkError(Errno.EINVAL, 'Invalid header length');
    const { header } = parseRequest(flushRequest, payload, true);
    const link = this.#link(header.interfaceIndex);
    refuseOtherTypes(link, NO_DELETION);
    this.#each(link, header, (database) => database.flush(link, payload));
  }

  /** The databases that a request is for, in this order; the second is not told of the first. */
  #each(link: Link, header: Header, act: (database: LinkDatabase, asked: Header) => void): void {
    const { flags } = header;
    const isForSelf = (flags & NeighbourFlag.Self) !== 0;
    const isForMaster =
      (flags === 0 || (flags & NeighbourFlag.Master) !== 0) && link.master?.behaviour instanceof BridgeKind;
    if (isForMaster) act(this.bridges, header);
    const rest = isForMaster ? { ...header, flags: flags & ~NeighbourFlag.Master } : header;
    if (isForSelf) act(this.#own(link), rest);
    if (!isForMaster && !isForSelf) throw new NetlinkError(Errno.EOPNOTSUPP);
  }

  #own({ behaviour }: Link): LinkDatabase {
    if (behaviour instanceof BridgeKind) return this.bridges;
    return behaviour instanceof VxlanKind ? this.vxlans : this.addresses;
  }

  #link(index: number): Link {
    if (index === 0) throw new NetlinkError(Errno.EINVAL, 'invalid ifindex');
    const link = this.network.links.byIndex(index);
    if (link === undefined) throw new NetlinkError(Errno.ENODEV, 'unknown ifindex');
    return link;
  }
}

function addressOf(bytes: Uint8Array | undefined): Uint8Array {
  if (bytes === undefined || bytes.length !== 6) throw new NetlinkError(Errno.EINVAL, 'invalid address');
  return bytes;
}

function refuseOtherTypes(link: Link, text: string): void {
  if (link.traits.type !== LinkType.Ethernet) throw new NetlinkError(Errno.EINVAL, text);
}

/** @throws {NetlinkError} EINVAL for what is no VLAN. */
function vlanOf(bytes: Uint8Array | undefined): number | undefined {
  if (bytes === undefined) return undefined;
  if (bytes.length !== 2) throw new NetlinkError(Errno.EINVAL, 'invalid vlan attribute size');
  const vlan = uncheckedNumber(bytes);
  if (vlan === 0 || vlan > HIGHEST_VLAN) throw new NetlinkError(Errno.EINVAL, 'invalid vlan id');
  return vlan;
}
