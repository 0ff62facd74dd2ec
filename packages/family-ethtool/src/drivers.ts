import type { Link } from '@nlspace/family-route';

/** `ETHTOOL_A_LINKINFO_*` and what LINKMODES tells beside modes. */
export interface LinkSettings {
  readonly port: number;
  readonly speed: number;
  readonly duplex: number;
}

export interface Channels {
  readonly maximum: number;
  readonly count: number;
}

/** What a driver can say of its links. What it leaves out is EOPNOTSUPP. */
export interface Driver {
  readonly settings?: (link: Link) => LinkSettings | undefined;
  readonly reportsCarrier?: boolean;
  /** Of packets that are sent; a driver without a word about it is not asked what it stamps. */
  readonly stampsTransmission?: (link: Link) => boolean;
  /** `NETIF_MSG_*`: which messages it logs. */
  readonly messageLevel?: number;
  readonly coalescedFrames?: number;
  readonly receiveChannels?: (link: Link) => Channels;
  readonly transmitChannels?: (link: Link) => Channels;
  readonly combinedChannels?: Channels;
  /** The names of its counters. */
  readonly counters?: (link: Link) => readonly string[];
}

const TWISTED_PAIR = 0;
const OTHER_PORT = 0xff;
const FULL_DUPLEX = 1;
const UNKNOWN_DUPLEX = 0xff;
export const UNKNOWN_SPEED = 0xffffffff;

const TEN_GIGABIT: LinkSettings = { port: TWISTED_PAIR, speed: 10_000, duplex: FULL_DUPLEX };
const UNKNOWN: LinkSettings = { port: OTHER_PORT, speed: UNKNOWN_SPEED, duplex: UNKNOWN_DUPLEX };

/** How many queues of each direction are in use, where a request has said so. Goes with a link to other namespaces. */
const QUEUES = new WeakMap<Link, { receive: number; transmit: number }>();

const always = () => true;

/** What the kernel's drivers say: Linux 6.18, by kind. */
const DRIVERS: ReadonlyMap<string, Driver> = new Map<string, Driver>([
  ['loopback', { reportsCarrier: true, stampsTransmission: always }],
  [
    'veth',
    {
      settings: () => TEN_GIGABIT,
      reportsCarrier: true,
      stampsTransmission: always,
      receiveChannels: (link) => ({ maximum: link.traits.receiveQueues, count: queuesOf(link).receive }),
      transmitChannels: (link) => ({ maximum: link.traits.transmitQueues, count: queuesOf(link).transmit }),
      counters: vethCounters,
    },
  ],
  ['bridge', { settings: bridgeSettings, reportsCarrier: true }],
  ['macvlan', { settings: lowerSettings, reportsCarrier: true, stampsTransmission: lowerStamps }],
  ['vxlan', { settings: lowerSettings, reportsCarrier: true }],
  ['ifb', { counters: ifbCounters }],
  [
    'tun',
    {
      settings: () => TEN_GIGABIT,
      reportsCarrier: true,
      stampsTransmission: always,
      messageLevel: 0,
      coalescedFrames: 0,
      combinedChannels: { maximum: 1, count: 0 },
    },
  ],
]);

/** Undefined for kinds whose driver nobody has looked up. */
export function driverOf(link: Link): Driver | undefined {
  return DRIVERS.get(link.kind);
}

/** Queues of a pair that was made without a number of them are two, of which one is in use. */
export function queuesOf(link: Link): { receive: number; transmit: number } {
  const known = QUEUES.get(link);
  if (known !== undefined) return known;
  const { receiveQueues, transmitQueues } = link.traits;
  const wasGiven = [link, link.linked].some(
    (end) => end !== undefined && (end.traits.receiveQueues !== 2 || end.traits.transmitQueues !== 2),
  );
  return wasGiven ? { receive: receiveQueues, transmit: transmitQueues } : { receive: 1, transmit: 1 };
}

export function useQueues(link: Link, queues: { receive: number; transmit: number }): void {
  QUEUES.set(link, queues);
}

/** The fastest of the ports that are up. */
function bridgeSettings(bridge: Link): LinkSettings {
  let speed = UNKNOWN_SPEED;
  for (const port of bridge.lowers) {
    if (!port.isUp || !port.isOperational) continue;
    const its = driverOf(port)?.settings?.(port)?.speed ?? port.traits.speedMbps ?? UNKNOWN_SPEED;
    if (its !== UNKNOWN_SPEED && (speed === UNKNOWN_SPEED || its > speed)) speed = its;
  }
  return { ...UNKNOWN, speed };
}

/** Those of the link below, if there is one. */
function lowerSettings({ lowers }: Link): LinkSettings | undefined {
  const [lower] = lowers;
  return lower === undefined ? UNKNOWN : driverOf(lower)?.settings?.(lower);
}

function lowerStamps({ lowers: [lower] }: Link): boolean {
  return lower !== undefined && driverOf(lower)?.stampsTransmission?.(lower) === true;
}

const VETH_RECEIVE = [
  'xdp_packets',
  'xdp_bytes',
  'drops',
  'xdp_redirect',
  'xdp_drops',
  'xdp_tx',
  'xdp_tx_errors',
];
const VETH_TRANSMIT = ['xdp_xmit', 'xdp_xmit_errors'];

function vethCounters(link: Link): readonly string[] {
  const { receive, transmit } = queuesOf(link);
  return [
    'peer_ifindex',
    ...perQueue('rx', receive, VETH_RECEIVE),
    ...perQueue('tx', transmit, VETH_TRANSMIT),
  ];
}

/** The driver works with as many queues in as out. */
function ifbCounters({ traits }: Link): readonly string[] {
  const each = ['packets', 'bytes'];
  return [...perQueue('rx', traits.transmitQueues, each), ...perQueue('tx', traits.transmitQueues, each)];
}

function perQueue(direction: string, queues: number, counters: readonly string[]): string[] {
  return Array.from({ length: queues }, (_, queue) =>
    counters.map((counter) => `${direction}_queue_${queue}_${counter}`),
  ).flat();
}
