import { attr, defineAttributes, Errno, NetlinkError, NO_CAUSE } from '@nlspace/core';
import { isZero } from '../../network/ip-bytes.js';
import type { Link } from '../link.js';
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
import { siblings } from './lower-link.js';
import { VxlanDatabase, type VxlanProperties } from './vxlan-database.js';
import type { Destination } from './vxlan-forwarding.js';
import { VxlanGroups } from './vxlan-groups.js';
import { type VxlanSocket, VxlanSockets } from './vxlan-sockets.js';

const network = { byteOrder: 'network' } as const;

/** `IFLA_VXLAN_*` in the order in which Linux 6.18 writes them. */
const data = defineAttributes('vxlan', {
  id: attr.u32(1),
  group: attr.bytes(2, { length: 4 }),
  group6: attr.bytes(16, { length: 16 }),
  link: attr.u32(3),
  local: attr.bytes(4, { length: 4 }),
  local6: attr.bytes(17, { length: 16 }),
  ttl: attr.u8(5),
  /** A flag in requests, a number in messages. */
  ttlInherit: attr.bytes(28, { max: 1 }),
  tos: attr.u8(6),
  df: attr.u8(29),
  label: attr.u32(26, network),
  labelPolicy: attr.u32(32),
  learning: attr.u8(7),
  proxy: attr.u8(11),
  rsc: attr.u8(12),
  l2miss: attr.u8(13),
  l3miss: attr.u8(14),
  external: attr.u8(25),
  ageing: attr.u32(8),
  limit: attr.u32(9),
  port: attr.u16(15, network),
  udpChecksum: attr.u8(18),
  zeroChecksum6Sent: attr.u8(19),
  zeroChecksum6Received: attr.u8(20),
  remoteChecksumSent: attr.u8(21),
  remoteChecksumReceived: attr.u8(22),
  localBypass: attr.u8(31),
  portRange: attr.bytes(10, { min: 4 }),
  gbp: attr.flag(23),
  gpe: attr.flag(27),
  remoteChecksumNoPartial: attr.flag(24),
  vniFilter: attr.u8(30),
  reservedBits: attr.bytes(33, { length: 8 }),
});
type Data = Parameters<typeof data.encode>[1];
/** An address of zeros is none, but has a family. */
type State = Data & { isIpv6: boolean };

const ID_LIMIT = 0x1000000;
const LABEL_LIMIT = 0x100000;
const DEFAULT_PORT = 8472;
const DEFAULT_AGEING_SECONDS = 300;
const DF_LIMIT = 2;
/** Bits of the VXLAN header that a packet must not have; those of a group policy are its own. */
const RESERVED = Uint8Array.of(0xf7, 0xff, 0xff, 0xff, 0, 0, 0, 0xff);
const RESERVED_WITH_POLICY = Uint8Array.of(0x77, 0, 0, 0, 0, 0, 0, 0xff);
const HEADROOM_IPV4 = 50;
const HEADROOM_IPV6 = 70;
const ETHERNET_HEADER = 14;
const MAXIMUM_MTU = 65_535;
const MINIMUM_MTU = 68;

/** What a link that is there does not change, and what the kernel says then. */
const FIXED = {
  port: 'Cannot change port',
  portRange: 'Cannot change port range',
  limit: 'Cannot change limit',
  udpChecksum: 'Cannot change UDP_CSUM flag',
  external: 'vxlan: cannot change COLLECT_METADATA flag',
  gbp: 'vxlan: cannot change GBP flag',
  ttlInherit: 'vxlan: cannot change TTL_INHERIT flag',
  proxy: 'vxlan: cannot change PROXY flag',
  rsc: 'vxlan: cannot change RSC flag',
  l2miss: 'vxlan: cannot change L2MISS flag',
  l3miss: 'vxlan: cannot change L3MISS flag',
  zeroChecksum6Sent: 'vxlan: cannot change UDP_ZERO_CSUM6_TX flag',
  zeroChecksum6Received: 'vxlan: cannot change UDP_ZERO_CSUM6_RX flag',
} as const;

/** Not modelled. */
const UNSUPPORTED = [
  'gpe',
  'vniFilter',
  'remoteChecksumSent',
  'remoteChecksumReceived',
  'remoteChecksumNoPartial',
  'labelPolicy',
  'localBypass',
  'reservedBits',
] as const;

/** Ethernet over UDP: to one address, to a multicast group, or as each packet says (external). */
@LinkKind('vxlan')
export class VxlanKind implements LinkBehaviour {
  readonly isToldLate = true;
  readonly traits = { ...ETHERNET };
  readonly data = data as never;
  /** As described: every value but those that are absent. */
  readonly #states = new WeakMap<Link, State>();
  readonly #databases = new WeakMap<Link, VxlanDatabase>();
  readonly #groups = new VxlanGroups();
  readonly #sockets = new VxlanSockets();

  validate({ address, mtu, hasData }: LinkParameters, requested: Data): void {
    if (address !== undefined && address.length !== 6)
      refuse(Errno.EINVAL, 'Provided link layer address is not Ethernet');
    if (address !== undefined && !isValidMacAddress(address))
      refuse(Errno.EADDRNOTAVAIL, 'Provided Ethernet address is not unicast');
    if (mtu !== undefined && (mtu < MINIMUM_MTU || mtu > MAXIMUM_MTU))
      throw new NetlinkError(Errno.EINVAL, 'MTU must be between 68 and 65535', { attribute: 'mtu' });
    if (hasData === false) refuse(Errno.EINVAL, 'Required attributes not provided to perform the operation');
    const { id, df, label } = requested;
    if (id !== undefined && id >= ID_LIMIT) refuse(Errno.ERANGE, 'VXLAN ID must be lower than 16777216');
    if (label !== undefined && label >= LABEL_LIMIT)
      refuse(Errno.EINVAL, 'VXLAN flow label must be lower than 1048576');
    if (df !== undefined && df > DF_LIMIT) refuse(Errno.EINVAL, 'Invalid DF attribute');
    for (const key of UNSUPPORTED)
      if (isOn(requested[key])) refuse(Errno.EOPNOTSUPP, `VXLAN links with ${key} are not supported`);
  }

  create({ parameters, data: requested, links, lowerLinks, cause }: LinkCreation): Link {
    const state = settings(DEFAULTS, requested);
    if (isOn(requested.external) && requested.learning === undefined) state.learning = 0;
    state.reservedBits = state.gbp === undefined ? RESERVED : RESERVED_WITH_POLICY;
    const lower = lowerOf(state, lowerLinks);
    for (const one of links.all()) {
      const other = this.#states.get(one);
      if (other !== undefined && isSame(state, other))
        refuse(Errno.EEXIST, 'A VXLAN device with the specified VNI already exists');
    }
    const mtu =
      lower === undefined ? parameters.mtu : Math.min(parameters.mtu ?? MAXIMUM_MTU, mtuOver(lower, state));
    const link = links.register('vxlan', this, { ...parameters, ...(mtu === undefined ? {} : { mtu }) });
    this.#states.set(link, state);
    link.workplace = lowerLinks;
    const database = new VxlanDatabase(link, () => propertiesOf(this.#stateOf(link)));
    this.#databases.set(link, database);
    if (lower !== undefined) {
      try {
        links.stack(lower, link);
      } catch (error) {
        links.remove([link], NO_CAUSE);
        throw error;
      }
    }
    fit(link, lower, state);
    links.configure(link, {}, cause);
    database.addDefault(defaultOf(state));
    return link;
  }

  change(link: Link, requested: Data, { links }: LinkContext): void {
    const before = this.#stateOf(link);
    for (const [key, text] of Object.entries(FIXED) as [keyof typeof FIXED, string][])
      if (requested[key] !== undefined) refuse(Errno.EOPNOTSUPP, text);
    if (requested.id !== undefined && requested.id !== before.id)
      refuse(Errno.EOPNOTSUPP, 'Cannot change VNI');
    refuseOtherFamily(before, requested);
    const state = settings(before, requested);
    const [formerLower] = link.lowers;
    const named = lowerOf(state, link.workplace ?? links);
    const newLower = named === formerLower ? undefined : named;
    if (newLower !== undefined) links.stack(newLower, link);
    this.#states.set(link, state);
    this.databaseOf(link).changed(defaultOf(before), defaultOf(state));
    if (newLower !== undefined && formerLower !== undefined) links.unstack(formerLower, link);
    fit(link, newLower, state);
    if (!link.isUp || String(defaultOf(before)?.address) === String(defaultOf(state)?.address)) return;
    this.#groups.leave(link);
    this.#listen(link);
  }

  describe(link: Link): LinkData {
    return this.#stateOf(link);
  }

  up(link: Link, links: LinkTable): void {
    const namespace = link.workplace ?? links;
    this.#sockets.open(link, namespace, socketsOf(this.#stateOf(link)));
    try {
      this.#listen(link);
    } catch (error) {
      this.#sockets.close(link, namespace);
      throw error;
    }
    this.databaseOf(link).collect();
  }

  down(link: Link, links: LinkTable): void {
    this.#sockets.close(link, link.workplace ?? links);
    this.#groups.leave(link);
    this.#databases.get(link)?.down();
  }

  dismantle(link: Link, links: LinkTable): readonly Link[] {
    // The link below is told before this one goes down.
    for (const lower of link.lowers) links.unstack(lower, link);
    this.#databases.get(link)?.dismantle();
    return [link];
  }

  /** Where frames go. */
  databaseOf(link: Link): VxlanDatabase {
    const database = this.#databases.get(link);
    if (database === undefined) throw new Error(`${link.name} is no VXLAN`);
    return database;
  }

  changeMtu(link: Link, mtu: number): void {
    const [lower] = link.lowers;
    if (lower !== undefined && mtu > mtuOver(lower, this.#stateOf(link)))
      throw new NetlinkError(Errno.EINVAL);
  }

  lowerChanged(link: Link, lower: Link, change: LowerChange, { links, cause }: LinkContext): void {
    // The youngest first.
    if (change === 'removed' || change === 'moved') links.remove(siblings(link, lower).reverse(), cause);
  }

  #listen(link: Link): void {
    const { group, group6, port = DEFAULT_PORT } = this.#stateOf(link);
    const remote = group ?? group6;
    const [lower] = link.lowers;
    if (remote !== undefined && lower !== undefined && isMulticast(remote))
      this.#groups.join(link, lower, remote, port);
  }

  #stateOf(link: Link): State {
    const state = this.#states.get(link);
    if (state === undefined) throw new Error(`${link.name} is no VXLAN`);
    return state;
  }
}

/** What a link has unless it is told otherwise. */
const DEFAULTS: State = {
  isIpv6: false,
  id: 0,
  ttl: 0,
  ttlInherit: Uint8Array.of(0),
  tos: 0,
  df: 0,
  label: 0,
  labelPolicy: 0,
  learning: 1,
  proxy: 0,
  rsc: 0,
  l2miss: 0,
  l3miss: 0,
  external: 0,
  ageing: DEFAULT_AGEING_SECONDS,
  limit: 0,
  port: DEFAULT_PORT,
  udpChecksum: 1,
  zeroChecksum6Sent: 0,
  zeroChecksum6Received: 0,
  remoteChecksumSent: 0,
  remoteChecksumReceived: 0,
  localBypass: 1,
  portRange: new Uint8Array(4),
};

function refuse(errno: Errno, text: string): never {
  throw new NetlinkError(errno, text);
}

function isOn(value: Data[keyof Data]): boolean {
  return value !== undefined && value !== 0;
}

/** What is there with what a request says of it; an address of one family takes the place of one of the other. */
function settings(before: State, requested: Data): State {
  const state: State = { ...before };
  const { group, group6, local, local6, ...others } = requested;
  Object.assign(state, others);
  if (group6 !== undefined || local6 !== undefined) state.isIpv6 = true;
  if ((group !== undefined && local6 !== undefined) || (group6 !== undefined && local !== undefined))
    refuse(Errno.EINVAL, 'Local and remote address must be from the same family');
  if (group !== undefined || group6 !== undefined) {
    delete state.group;
    delete state.group6;
    if (group !== undefined && !isZero(group)) state.group = group.slice();
    if (group6 !== undefined && !isZero(group6)) state.group6 = group6.slice();
  }
  if (local !== undefined || local6 !== undefined) {
    delete state.local;
    delete state.local6;
    if (local !== undefined && !isZero(local)) state.local = local.slice();
    if (local6 !== undefined && !isZero(local6)) state.local6 = local6.slice();
  }
  if (requested.ttlInherit !== undefined) state.ttlInherit = Uint8Array.of(1);
  if (state.link === 0) delete state.link;
  if (state.ageing === 0) state.ageing = DEFAULT_AGEING_SECONDS;
  if (requested.portRange !== undefined) state.portRange = requested.portRange.slice(0, 4);
  refuseAddresses(state);
  return state;
}

function propertiesOf(state: State): VxlanProperties {
  return {
    vni: state.id ?? 0,
    port: state.port ?? DEFAULT_PORT,
    isExternal: isOn(state.external),
    isIpv6: state.isIpv6,
    limit: state.limit ?? 0,
    ageingMs: (state.ageing ?? 0) * 1000,
  };
}

/** Where frames go that nothing else is known of. */
function defaultOf({ group, group6, port = DEFAULT_PORT, id = 0, link = 0 }: Data): Destination | undefined {
  const address = group ?? group6;
  return address === undefined ? undefined : { address, port, vni: id, interfaceIndex: link };
}

/** Addresses that nobody has given are of IPv4, or of the family of the others. */
function refuseOtherFamily(before: State, { group, group6, local, local6 }: Data): void {
  const [wrongGroup, wrongLocal] = before.isIpv6 ? [group, local] : [group6, local6];
  if (wrongGroup !== undefined) refuse(Errno.EOPNOTSUPP, 'New group address family does not match old group');
  if (wrongLocal !== undefined) refuse(Errno.EOPNOTSUPP, 'New local address family does not match old');
}

function refuseAddresses(state: State): void {
  const { group, group6, local, local6, label, link } = state;
  if ((local !== undefined && isMulticast(local)) || (local6 !== undefined && isMulticast(local6)))
    refuse(Errno.EINVAL, 'Local address cannot be multicast');
  if ([group6, local6].some((one) => one !== undefined && isLinkLocal(one)))
    refuse(Errno.EOPNOTSUPP, 'VXLAN links between link-local addresses are not supported');
  if (isOn(label) && !state.isIpv6)
    refuse(Errno.EINVAL, 'Label attribute only applies to IPv6 VXLAN devices');
  const remote = group ?? group6;
  if (remote !== undefined && isMulticast(remote) && link === undefined)
    refuse(Errno.EINVAL, 'Local interface required for multicast remote destination');
}

function isMulticast(address: Uint8Array): boolean {
  const first = address[0] as number;
  return address.length === 4 ? first >> 4 === 14 : first === 0xff;
}

function isLinkLocal(address: Uint8Array): boolean {
  return address[0] === 0xfe && ((address[1] as number) & 0xc0) === 0x80;
}

function lowerOf({ link: index }: Data, links: LinkTable): Link | undefined {
  if (index === undefined) return undefined;
  return links.byIndex(index) ?? refuse(Errno.ENODEV, 'Invalid local interface, device not found');
}

/** Packets of external links may be of either family. */
function headroomOf(state: State): number {
  return state.isIpv6 || isOn(state.external) ? HEADROOM_IPV6 : HEADROOM_IPV4;
}

/** What a link takes from one that comes below it. The link that has been there is not looked at again. */
function fit(link: Link, lower: Link | undefined, state: State): void {
  link.headroom = ETHERNET_HEADER + (lower?.headroom ?? 0) + headroomOf(state);
  if (lower === undefined) return;
  link.tsoMaximumSize = lower.tsoMaximumSize;
  link.mtu = Math.min(link.mtu, mtuOver(lower, state));
}

function mtuOver(lower: Link, state: State): number {
  return Math.max(MINIMUM_MTU, lower.mtu - (state.isIpv6 ? HEADROOM_IPV6 : HEADROOM_IPV4));
}

/** External links hear both families, the others that of their addresses. */
function socketsOf(state: State): VxlanSocket[] {
  const { port = DEFAULT_PORT, external, gbp, zeroChecksum6Received } = state;
  const reception = [isOn(external), gbp !== undefined, isOn(zeroChecksum6Received)].join();
  const families = isOn(external) ? ([6, 4] as const) : ([state.isIpv6 ? 6 : 4] as const);
  return families.map((family) => ({ port, family, reception }));
}

/** Whether packets would not know which of two links they are for. */
function isSame(one: State, other: State): boolean {
  return (
    one.id === other.id &&
    one.port === other.port &&
    one.external === other.external &&
    one.isIpv6 === other.isIpv6 &&
    (one.gbp === undefined) === (other.gbp === undefined) &&
    one.zeroChecksum6Received === other.zeroChecksum6Received
  );
}
