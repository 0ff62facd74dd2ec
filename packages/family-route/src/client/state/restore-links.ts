import { ByteWriter, Errno, encodeMessage, NetlinkError } from '@nlspace/core';
import { LinkFlag } from '../../link/link-flags.js';
import { link as linkSchema } from '../../link/link-message.js';
import { attributesIn } from '../attributes-in.js';
import type { LinkChange, ListedLink, NewLink } from '../links.js';
import type { RouteClient } from '../route-client.js';
import type { Restoration } from './restoration.js';

/** Made where a link cannot be made as it was. */
const STAND_IN = 'dummy';

/** What a kind is made with; the rest is set where it is not so by itself. Kinds that are not named are made with everything. */
const MADE_WITH: Readonly<Record<string, readonly number[]>> = {
  bridge: [],
  // IFLA_BOND_MODE
  bond: [1],
  // IFLA_VLAN_ID, …FLAGS, …EGRESS_QOS, …INGRESS_QOS, …PROTOCOL
  vlan: [1, 2, 3, 4, 5],
  // IFLA_VXLAN_ID … UDP_ZERO_CSUM6_RX, COLLECT_METADATA
  vxlan: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 25],
  // IFLA_MACVLAN_MODE, …FLAGS
  macvlan: [1, 2],
  macvtap: [1, 2],
};

/** What of IFLA_INFO_DATA only tells what has come of the rest. */
const TOLD_ONLY: Readonly<Record<string, readonly number[]>> = {
  // IFLA_BR_ROOT_ID … GC_TIMER, FDB_N_LEARNED, FDB_FLUSH
  bridge: [10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 48],
  // IFLA_BOND_ACTIVE_SLAVE, …AD_INFO
  bond: [2, 23],
  // IFLA_MACVLAN_MACADDR_MODE … COUNT, BC_QUEUE_LEN_USED
  macvlan: [3, 4, 5, 6, 8],
  macvtap: [3, 4, 5, 6, 8],
};
/** IFLA_BRPORT_STATE, …FLUSH and what only tells. */
const TOLD_ONLY_OF_PORTS: Readonly<Record<string, readonly number[]>> = {
  bridge: [1, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 38, 41],
};

/** VETH_INFO_PEER */
const PEER = 1;
const NESTED_FLAG = 0x8000;

/** Flags that a request can set, beside IFF_UP. */
const SETTABLE_FLAGS =
  LinkFlag.NoArp | LinkFlag.Multicast | LinkFlag.AllMulticast | LinkFlag.Promiscuous | LinkFlag.Dynamic;

/** What is set if it is not so by itself. */
const SETTINGS = [
  'mtu',
  'transmitQueueLength',
  'group',
  'alias',
  'mode',
  'gsoMaximumSize',
  'gsoMaximumSegments',
  'groMaximumSize',
  'gsoIpv4MaximumSize',
  'groIpv4MaximumSize',
  'protoDown',
] as const satisfies readonly (keyof ListedLink & keyof LinkChange)[];

/** Makes the links of a state, those below before those on them, and brings up what was up. */
export async function restoreLinks(restoration: Restoration): Promise<void> {
  const { state, client, options } = restoration;
  const wanted = inOrder(state.links);
  for (const link of wanted) await restoreLink(link, restoration);
  for (const link of wanted) await joinMaster(link, restoration);
  for (const link of wanted) {
    const index = restoration.indexes.get(link.interfaceIndex);
    if (link.isUp && index !== undefined)
      await restoration.attempt(`${link.name} is not up`, () =>
        client.links.change(index, { up: true }, options),
      );
  }
  // VLANs have come up with the links below them.
  for (const link of [...wanted].reverse()) {
    const index = restoration.indexes.get(link.interfaceIndex);
    if (!link.isUp && index !== undefined)
      await restoration.attempt(`${link.name} is up`, () =>
        client.links.change(index, { up: false }, options),
      );
  }
}

/** Links below come before those on them; a link whose lower one is nowhere comes last. */
function inOrder(links: readonly ListedLink[]): ListedLink[] {
  const ordered: ListedLink[] = [];
  let rest = [...links];
  while (rest.length > 0) {
    const isReady = ({ kind, lower }: ListedLink) =>
      kind === 'veth' || lower === undefined || !rest.some(({ interfaceIndex }) => interfaceIndex === lower);
    const ready = rest.filter(isReady);
    const next = ready.length === 0 ? rest : ready;
    ordered.push(...next);
    rest = rest.filter((link) => !next.includes(link));
  }
  return ordered;
}

async function restoreLink(link: ListedLink, restoration: Restoration): Promise<void> {
  const { client, indexes, options } = restoration;
  // The other end of a wire is made with the first.
  if (!indexes.has(link.interfaceIndex)) {
    const there = await client.links.get(link.isLoopback ? 'lo' : link.name, options);
    if (there === undefined) await make(link, restoration);
    else if (there.kind === link.kind || link.isLoopback)
      indexes.set(link.interfaceIndex, there.interfaceIndex);
    else restoration.report(`${link.name} is there already, as another kind of link: it stays as it is`);
  }
  const index = indexes.get(link.interfaceIndex);
  const made = index === undefined ? undefined : await client.links.get(index, options);
  if (made === undefined) return;
  restoration.touched.add(made.interfaceIndex);
  await adjust(made, link, restoration);
}

async function make(link: ListedLink, restoration: Restoration): Promise<void> {
  const { client, state } = restoration;
  const { kind, name } = link;
  const isElsewhere = link.linkNamespaceId !== undefined;
  const peer =
    kind === 'veth' && !isElsewhere
      ? state.links.find(({ interfaceIndex }) => interfaceIndex === link.lower)
      : undefined;
  if (kind === undefined) restoration.report(`${name} is no virtual link: a ${STAND_IN} takes its place`);
  else if (isElsewhere || (kind === 'veth' && peer === undefined))
    restoration.report(`${name} is a ${kind} on a link in another namespace: a ${STAND_IN} takes its place`);
  else {
    const base = baseOf(link, restoration);
    const data = peer === undefined ? dataToMake(link) : peerData(peer);
    if (
      await attempt(client, { ...base, kind, ...(data === undefined ? {} : { kindData: data }) }, restoration)
    ) {
      await learnIndex(link, restoration);
      if (peer !== undefined) await learnIndex(peer, restoration);
      return;
    }
    const why = restoration.lastRefusal;
    if (peer === undefined && data !== undefined && (await attempt(client, { ...base, kind }, restoration))) {
      restoration.report(`what is special to ${name} as a ${kind} is lost: ${why}`);
      await learnIndex(link, restoration);
      return;
    }
    restoration.report(`${name} cannot be a ${kind} here (${why}): a ${STAND_IN} takes its place`);
  }
  const { lower: _, ...base } = baseOf(link, restoration);
  if (await attempt(client, { ...base, kind: STAND_IN }, restoration)) await learnIndex(link, restoration);
  else restoration.report(`${name} is lost: ${restoration.lastRefusal}`);
}

const IS_TAKEN: readonly number[] = [Errno.EBUSY, Errno.EEXIST];

async function attempt(client: RouteClient, link: NewLink, restoration: Restoration): Promise<boolean> {
  for (const one of [link, withoutIndex(link)]) {
    try {
      await client.links.add(one, restoration.options);
      return true;
    } catch (error) {
      if (!(error instanceof NetlinkError || error instanceof RangeError)) throw error;
      restoration.lastRefusal = error.message;
      // The index is another link's: any will do.
      if (error instanceof RangeError || !IS_TAKEN.includes(error.errno)) return false;
    }
  }
  return false;
}

function withoutIndex({ interfaceIndex: _, ...link }: NewLink): NewLink {
  return link;
}

async function learnIndex({ interfaceIndex, name }: ListedLink, restoration: Restoration): Promise<void> {
  const made = await restoration.client.links.get(name, restoration.options);
  if (made === undefined) return;
  restoration.indexes.set(interfaceIndex, made.interfaceIndex);
  restoration.touched.add(made.interfaceIndex);
}

/** What any kind takes. */
function baseOf(link: ListedLink, { indexes }: Restoration): Omit<NewLink, 'kind'> {
  const { name, interfaceIndex, address, mtu, transmitQueues, receiveQueues, lower } = link;
  const below = lower === undefined ? undefined : indexes.get(lower);
  return {
    name,
    interfaceIndex,
    ...(address === undefined || address.length !== '00:00:00:00:00:00'.length ? {} : { address }),
    ...(mtu === undefined || mtu === 0 ? {} : { mtu }),
    ...(transmitQueues === undefined ? {} : { transmitQueues }),
    ...(receiveQueues === undefined ? {} : { receiveQueues }),
    ...(below === undefined || link.kind === 'veth' ? {} : { lower: below }),
  };
}

function dataToMake({ kind = '', kindData }: ListedLink): Uint8Array | undefined {
  if (kindData === undefined) return undefined;
  const needed = MADE_WITH[kind];
  const kept = [...attributesIn(kindData)].filter(
    ({ type }) => TOLD_ONLY[kind]?.includes(type) !== true && needed?.includes(type) !== false,
  );
  return Uint8Array.from(kept.flatMap(({ type, bytes }) => [...settable(kind, type, bytes)]));
}

/** IFLA_VLAN_FLAGS */
const VLAN_FLAGS = 2;
/** VLAN_FLAG_* */
const KNOWN_VLAN_FLAGS = 0x1f;
const MASK_AT = 8;

/** Lists say that all flags of a VLAN are meant; requests must not. */
function settable(kind: string, type: number, bytes: Uint8Array): Uint8Array {
  if (kind !== 'vlan' || type !== VLAN_FLAGS || bytes.length < MASK_AT + 4) return bytes;
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint32(MASK_AT, KNOWN_VLAN_FLAGS, true);
  return copy;
}

/** Sets, one by one, what is not so by itself. */
async function tune(
  what: string,
  wanted: Uint8Array | undefined,
  there: Uint8Array | undefined,
  toldOnly: readonly number[] | undefined,
  set: (data: Uint8Array) => Promise<void>,
  restoration: Restoration,
): Promise<void> {
  if (wanted === undefined) return;
  const now = new Map(
    [...attributesIn(there ?? new Uint8Array())].map(({ type, bytes }) => [type, bytes.join()]),
  );
  for (const { type, bytes } of attributesIn(wanted)) {
    if (toldOnly?.includes(type) === true || now.get(type) === bytes.join()) continue;
    await restoration.attempt(`${what} ${type} is lost`, () => set(bytes));
  }
}

/** `ip link add … type veth peer name …` */
function peerData({ name, interfaceIndex, address, mtu }: ListedLink): Uint8Array {
  const writer = new ByteWriter();
  const start = writer.beginAttribute(PEER | NESTED_FLAG);
  encodeMessage(linkSchema, writer, {
    header: { interfaceIndex },
    attributes: {
      name,
      ...(mtu === undefined ? {} : { mtu }),
      ...(address === undefined
        ? {}
        : { address: Uint8Array.from(address.split(':'), (pair) => Number.parseInt(pair, 16)) }),
    },
  });
  writer.endAttribute(start);
  return writer.slice();
}

/** Sets what is not so by itself. What is refused is said, one by one. */
async function adjust(made: ListedLink, wanted: ListedLink, restoration: Restoration): Promise<void> {
  const { client, options } = restoration;
  const change = (what: string, one: LinkChange) =>
    restoration.attempt(`${wanted.name}: ${what} is lost`, () =>
      client.links.change(made.interfaceIndex, one, options),
    );
  if (made.address !== wanted.address && wanted.address !== undefined && !wanted.isLoopback)
    if (made.address?.length === wanted.address.length)
      await change('its address', { address: wanted.address });
  for (const key of SETTINGS)
    if (wanted[key] !== undefined && made[key] !== wanted[key]) await change(key, { [key]: wanted[key] });
  const flags = (made.flags ^ wanted.flags) & SETTABLE_FLAGS;
  if (flags !== 0) await change('a flag', { flags: wanted.flags & flags, flagsMask: flags });
  const mode = wanted.addressFamilies?.inet6?.addressGenerationMode;
  if (mode !== undefined && mode !== made.addressFamilies?.inet6?.addressGenerationMode)
    await change('how it makes addresses', { addressFamilies: { inet6: { addressGenerationMode: mode } } });
  const { kind } = wanted;
  if (kind !== undefined && made.kind === kind && kind !== 'veth')
    await tune(
      `${wanted.name}: attribute of its kind`,
      wanted.kindData,
      made.kindData,
      TOLD_ONLY[kind],
      (data) => client.links.change(made.interfaceIndex, { kind, kindData: data }, options),
      restoration,
    );
  const names = wanted.alternativeNames.filter((name) => !made.alternativeNames.includes(name));
  if (names.length > 0)
    await restoration.attempt(`${wanted.name}: alternative names are lost`, () =>
      client.links.addNames(made.interfaceIndex, names, options),
    );
}

async function joinMaster(link: ListedLink, restoration: Restoration): Promise<void> {
  const { client, indexes, options } = restoration;
  const index = indexes.get(link.interfaceIndex);
  if (link.master === undefined || index === undefined) return;
  const master = indexes.get(link.master);
  if (master === undefined) {
    restoration.report(`${link.name} is a port of nothing: its master is not here`);
    return;
  }
  const isJoined = await restoration.attempt(`${link.name} is a port of nothing`, () =>
    client.links.change(index, { master }, options),
  );
  const { portKind, portData } = link;
  if (!isJoined || portKind === undefined || portData === undefined) return;
  const now = await client.links.get(index, options);
  await tune(
    `${link.name}: attribute of ports`,
    portData,
    now?.portData,
    TOLD_ONLY_OF_PORTS[portKind],
    (data) => client.links.change(index, { portKind, portData: data }, options),
    restoration,
  );
}
