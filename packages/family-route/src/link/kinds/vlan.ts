import { attr, defineAttributes, defineHeader, Errno, field, NetlinkError, NO_CAUSE } from '@nlspace/core';
import { equalBytes } from '../../network/ip-bytes.js';
import type { Link } from '../link.js';
import { LinkFlag, LinkType } from '../link-flags.js';
import {
  type LinkBehaviour,
  type LinkContext,
  type LinkCreation,
  type LinkData,
  LinkKind,
  type LinkParameters,
  type LowerChange,
} from '../link-kind.js';
import type { LinkTable } from '../link-table.js';
import { ETHERNET, isValidMacAddress } from './ethernet.js';
import { followLower, leaveLower, lowerLinkOf, putOnLower } from './lower-link.js';

/** VLAN_FLAG_* */
enum VlanFlag {
  ReorderHeader = 0x1,
  Gvrp = 0x2,
  /** The link does not go up and down with the one below. */
  LooseBinding = 0x4,
  Mvrp = 0x8,
  BridgeBinding = 0x10,
}
const KNOWN_FLAGS = 0x1f;
const ALL_FLAGS = 0xffffffff;

/** ETH_P_8021Q, ETH_P_8021AD */
const PROTOCOLS = [0x8100, 0x88a8];
/** VLAN_VID_MASK: this one and above are no VLANs. */
const FIRST_INVALID_ID = 4095;
const PRIORITY_MASK = 7;
/** In so many buckets the kernel keeps the priorities of packets that are sent, which shows in their order. */
const EGRESS_BUCKETS = 16;

/** Not what a VLAN has of the link below: IFF_UP and who takes what. */
const OWN_FLAGS =
  LinkFlag.Up | LinkFlag.Promiscuous | LinkFlag.AllMulticast | LinkFlag.Master | LinkFlag.Slave;

const flagsLayout = defineHeader('ifla_vlan_flags', { flags: field.u32, mask: field.u32 });
const mappingLayout = defineHeader('ifla_vlan_qos_mapping', { from: field.u32, to: field.u32 });
const priorityMap = defineAttributes('vlan-priorities', {
  mapping: attr.many(attr.struct(1, mappingLayout)),
});

/** `IFLA_VLAN_*` in the order in which Linux writes them. */
const data = defineAttributes('vlan', {
  protocol: attr.u16(5, { byteOrder: 'network' }),
  id: attr.u16(1),
  flags: attr.struct(2, flagsLayout),
  ingress: attr.nested(4, priorityMap),
  egress: attr.nested(3, priorityMap),
});
type Data = Parameters<typeof data.encode>[1];

interface Vlan {
  readonly lower: Link;
  readonly protocol: number;
  readonly id: number;
  flags: number;
  /** From the priority of the VLAN to that of the packet. */
  readonly ingress: Map<number, number>;
  /** From the priority of the packet to that of the VLAN. */
  readonly egress: Map<number, number>;
}

/** One VLAN of the link below: IEEE 802.1Q or 802.1ad. Up, down, carrier, MTU and address follow that link. */
@LinkKind('vlan')
export class VlanKind implements LinkBehaviour {
  readonly traits = { ...ETHERNET, minimumMtu: 0 };
  readonly isToldLate = true;
  readonly data = data as never;
  readonly #states = new WeakMap<Link, Vlan>();

  validate({ address }: LinkParameters, requested: Data): void {
    if (address !== undefined && address.length !== 6) refuse(Errno.EINVAL, 'Invalid link address');
    if (address !== undefined && !isValidMacAddress(address))
      refuse(Errno.EADDRNOTAVAIL, 'Invalid link address');
    if (Object.keys(requested).length === 0) refuse(Errno.EINVAL, 'VLAN properties not specified');
    const { protocol, id, flags } = requested;
    if (protocol !== undefined && !PROTOCOLS.includes(protocol))
      refuse(Errno.EPROTONOSUPPORT, 'Invalid VLAN protocol');
    if (id !== undefined && id >= FIRST_INVALID_ID) refuse(Errno.ERANGE, 'Invalid VLAN id');
    if (flags !== undefined && (flags.flags & flags.mask & ~KNOWN_FLAGS) !== 0)
      refuse(Errno.EINVAL, 'Invalid VLAN flags');
  }

  create({ parameters, data: requested, links, lowerLinks }: LinkCreation): Link {
    const { id, protocol = PROTOCOLS[0] as number }: Data = requested;
    if (id === undefined) return refuse(Errno.EINVAL, 'VLAN id not specified');
    const lower = lowerLinkOf(parameters, lowerLinks, refuse);
    if (lower.traits.type !== LinkType.Ethernet || lower.isLoopback || lower.behaviour.refusesVlans)
      refuse(Errno.EOPNOTSUPP, 'VLANs not supported on device');
    for (const one of lower.uppers) {
      const other = this.#states.get(one);
      if (other?.lower === lower && other.id === id && other.protocol === protocol)
        refuse(Errno.EEXIST, 'VLAN device already exists');
    }
    if (parameters.mtu !== undefined && parameters.mtu > lower.mtu) throw new NetlinkError(Errno.EINVAL);
    const state: Vlan = {
      lower,
      protocol,
      id,
      flags: VlanFlag.ReorderHeader,
      ingress: new Map(),
      egress: new Map(),
    };
    changeVlan(state, requested);
    const link = links.register('vlan', this, {
      ...parameters,
      mtu: parameters.mtu ?? lower.mtu,
      address: parameters.address ?? lower.address,
      broadcast: parameters.broadcast ?? lower.broadcast,
    });
    this.#states.set(link, state);
    link.hasChosenAddress = parameters.address !== undefined;
    link.administrativeFlags = lower.administrativeFlags & ~OWN_FLAGS;
    putOnLower(link, lower, links);
    return link;
  }

  change(link: Link, requested: Data): void {
    changeVlan(this.#stateOf(link), requested);
  }

  describe(link: Link): LinkData {
    const { protocol, id, flags, ingress, egress } = this.#stateOf(link);
    const values: Data = {
      protocol,
      id,
      ...(flags === 0 ? {} : { flags: { flags, mask: ALL_FLAGS } }),
      ...described('ingress', ingress, (from) => from),
      ...described('egress', egress, (from) => from % EGRESS_BUCKETS),
    };
    return values;
  }

  up(link: Link, links: LinkTable): void {
    const { lower, flags } = this.#stateOf(link);
    if (!lower.isUp && (flags & VlanFlag.LooseBinding) === 0) throw new NetlinkError(Errno.ENETDOWN);
    this.#followAddress(link, lower, { links, cause: NO_CAUSE });
    if (lower.hasCarrier) links.setCarrier(link, true);
  }

  down(link: Link, links: LinkTable): void {
    links.setCarrier(link, false);
  }

  changeMtu(link: Link, mtu: number): void {
    if (mtu > this.#stateOf(link).lower.mtu) throw new NetlinkError(Errno.ERANGE);
  }

  lowerChanged(link: Link, lower: Link, change: LowerChange, context: LinkContext): void {
    const { links, cause } = context;
    const isTight = (this.#stateOf(link).flags & VlanFlag.LooseBinding) === 0;
    switch (change) {
      case 'up':
        if (link.isUp) return;
        if (isTight) links.changeFlags(link, LinkFlag.Up, LinkFlag.Up, cause);
        links.transferState(lower, link);
        return;
      case 'down':
        if (!link.isUp) return;
        if (!isTight) return;
        links.changeFlags(link, 0, LinkFlag.Up, cause);
        links.transferState(lower, link);
        return;
      case 'address':
        if (link.isUp) this.#followAddress(link, lower, context);
        return;
      default:
        followLower(link, lower, change, context);
    }
  }

  dismantle(link: Link, links: LinkTable): readonly Link[] {
    return leaveLower(link, this.#stateOf(link).lower, links);
  }

  /** A link that nobody gave an address has that of the link below (NET_ADDR_STOLEN). */
  #followAddress(link: Link, lower: Link, { links, cause }: LinkContext): void {
    if (link.hasChosenAddress || equalBytes(link.address, lower.address)) return;
    link.address = lower.address.slice();
    links.announceAddress(link, cause);
  }

  #stateOf(link: Link): Vlan {
    const state = this.#states.get(link);
    if (state === undefined) throw new Error(`${link.name} is no VLAN`);
    return state;
  }
}

function refuse(errno: Errno, text: string): never {
  throw new NetlinkError(errno, `8021q: ${text}`);
}

function changeVlan(vlan: Vlan, { flags, ingress, egress }: Data): void {
  if (flags !== undefined) {
    if ((flags.mask & ~KNOWN_FLAGS) !== 0) throw new NetlinkError(Errno.EINVAL);
    if ((flags.flags & flags.mask & VlanFlag.BridgeBinding) !== 0)
      throw new NetlinkError(Errno.EOPNOTSUPP, 'VLAN links that are bound to bridge ports are not supported');
    vlan.flags = (vlan.flags & ~flags.mask) | (flags.flags & flags.mask);
  }
  for (const { from, to } of ingress?.mapping ?? []) setMapping(vlan.ingress, from & PRIORITY_MASK, to);
  for (const { from, to } of egress?.mapping ?? []) setMapping(vlan.egress, from, to & PRIORITY_MASK);
}

/** Where a mapping to 0 has been, a later one has its place. */
function setMapping(map: Map<number, number>, from: number, to: number): void {
  if (to !== 0 || map.has(from)) map.set(from, to);
}

/** By the given order, the youngest first where that is the same. */
function described(
  key: 'ingress' | 'egress',
  map: ReadonlyMap<number, number>,
  place: (from: number) => number,
): Data {
  const mapping = [...map].map(([from, to]) => ({ from, to })).filter(({ to }) => to !== 0);
  if (mapping.length === 0) return {};
  return { [key]: { mapping: mapping.reverse().sort((a, b) => place(a.from) - place(b.from)) } };
}
