import type { Ipv4Configuration } from './ipv4-configuration.js';
import type { Link } from './link.js';
import { LinkFlag, LinkType } from './link-flags.js';

/** Number of `IPV4_DEVCONF_*` in Linux 6.18. */
const IPV4_SETTINGS = 33;
/** Number of `DEVCONF_*` of IPv6 in Linux 6.18. */
const IPV6_SETTINGS = 60;
/** Number of `IPSTATS_MIB_*` and `ICMP6_MIB_*`; the first entry of each list says it. */
const IPV6_COUNTERS = 38;
const ICMPV6_COUNTERS = 7;

/** Index in the list (`IPV4_DEVCONF_*` less one), value in a fresh namespace; the rest is 0. */
const IPV4_DEFAULTS: ReadonlyArray<readonly [index: number, value: number]> = [
  [3, 1], // ACCEPT_REDIRECTS
  [4, 1], // SECURE_REDIRECTS
  [5, 1], // SEND_REDIRECTS
  [6, 1], // SHARED_MEDIA
  [8, 1], // ACCEPT_SOURCE_ROUTE
  [26, 10_000], // IGMPV2_UNSOLICITED_REPORT_INTERVAL
  [27, 1_000], // IGMPV3_UNSOLICITED_REPORT_INTERVAL
  [32, 1], // ARP_EVICT_NOCARRIER
];

/** Index in the list (`DEVCONF_*`), value in a fresh namespace; the rest is 0. */
const IPV6_DEFAULTS: ReadonlyArray<readonly [index: number, value: number]> = [
  [1, 64], // HOPLIMIT
  [3, 1], // ACCEPT_RA
  [4, 1], // ACCEPT_REDIRECTS
  [5, 1], // AUTOCONF
  [6, 1], // DAD_TRANSMITS
  [7, -1], // RTR_SOLICITS
  [8, 4_000], // RTR_SOLICIT_INTERVAL
  [9, 1_000], // RTR_SOLICIT_DELAY
  [11, 604_800], // TEMP_VALID_LFT
  [12, 86_400], // TEMP_PREFERED_LFT
  [13, 3], // REGEN_MAX_RETRY
  [14, 600], // MAX_DESYNC_FACTOR
  [15, 16], // MAX_ADDRESSES
  [17, 1], // ACCEPT_RA_DEFRTR
  [18, 1], // ACCEPT_RA_PINFO
  [19, 1], // ACCEPT_RA_RTR_PREF
  [20, 60_000], // RTR_PROBE_INTERVAL
  [27, 1], // ACCEPT_DAD
  [30, 10_000], // MLDV1_UNSOLICITED_REPORT_INTERVAL
  [31, 1_000], // MLDV2_UNSOLICITED_REPORT_INTERVAL
  [32, 1], // SUPPRESS_FRAG_NDISC
  [35, 1], // ACCEPT_RA_MTU
  [38, 1], // ACCEPT_RA_MIN_HOP_LIMIT
  [43, 3_600_000], // RTR_SOLICIT_MAX_INTERVAL
  [46, 1], // ENHANCED_DAD
  [52, 1_024], // RA_DEFRTR_METRIC
  [54, 65_535], // IOAM6_ID
  [55, -1], // IOAM6_ID_WIDE
  [56, 1], // NDISC_EVICT_NOCARRIER
];
const MTU6 = 2;
const USE_TEMPADDR = 10;
const ACCEPT_DAD = 27;
const ADDR_GEN_MODE = 47;
const NO_TEMPORARY_ADDRESSES: readonly number[] = [
  LinkType.Tunnel,
  LinkType.Tunnel6,
  LinkType.Sit,
  LinkType.None,
];

const IPV4_USUAL_SETTINGS = new Uint8Array(settings(IPV4_SETTINGS, IPV4_DEFAULTS).buffer);

/** IFLA_INET_CONF; not to be changed. */
export function ipv4Settings({ changed }: Ipv4Configuration): Uint8Array {
  if (changed.size === 0) return IPV4_USUAL_SETTINGS;
  const own = [...changed].map(([setting, value]) => [setting - 1, value] as const);
  return new Uint8Array(settings(IPV4_SETTINGS, [...IPV4_DEFAULTS, ...own]).buffer);
}

/** IFLA_INET6_CONF; not to be changed. */
export function ipv6Settings(link: Link): Uint8Array {
  const mtu = link.ipv6?.mtu ?? link.mtu;
  const addressGenerationMode = link.ipv6?.addressGenerationMode ?? 0;
  const useTemporary = link.isLoopback || NO_TEMPORARY_ADDRESSES.includes(link.traits.type) ? -1 : 0;
  const acceptDad = link.isLoopback || link.traits.flags & LinkFlag.NoArp ? -1 : 1;
  const words = lastIpv6Settings;
  if (
    words[MTU6] !== mtu ||
    words[ADDR_GEN_MODE] !== addressGenerationMode ||
    words[USE_TEMPADDR] !== useTemporary ||
    words[ACCEPT_DAD] !== acceptDad
  ) {
    lastIpv6Settings = settings(IPV6_SETTINGS, [
      ...IPV6_DEFAULTS,
      [MTU6, mtu],
      [ADDR_GEN_MODE, addressGenerationMode],
      [USE_TEMPADDR, useTemporary],
      [ACCEPT_DAD, acceptDad],
    ]);
    lastIpv6SettingsBytes = new Uint8Array(lastIpv6Settings.buffer);
  }
  return lastIpv6SettingsBytes;
}

/** Most links are like the one before them. */
let lastIpv6Settings = settings(IPV6_SETTINGS, IPV6_DEFAULTS);
let lastIpv6SettingsBytes = new Uint8Array(lastIpv6Settings.buffer);

/** IFLA_INET6_STATS: nothing is ever sent here. */
export const IPV6_STATISTICS = counters(IPV6_COUNTERS);
/** IFLA_INET6_ICMP6STATS */
export const ICMPV6_STATISTICS = counters(ICMPV6_COUNTERS);

function settings(count: number, entries: ReadonlyArray<readonly [number, number]>): Int32Array {
  const words = new Int32Array(count);
  for (const [index, value] of entries) words[index] = value;
  return words;
}

function counters(count: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(count * 8));
  view.setBigUint64(0, BigInt(count), true);
  return new Uint8Array(view.buffer);
}
