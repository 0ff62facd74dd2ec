import type { Link } from '../link/link.js';
import { LinkFlag, LinkType } from '../link/link-flags.js';
import { isZero } from '../network/ip-bytes.js';

/** What makes the lower half of an IPv6 address from IPv4 (RFC 5214). */
const FROM_IPV4 = [0x00, 0x5e, 0xfe];
const UNIVERSAL = 0x02;
/** 0/8, 10/8, 127/8, 169.254/16, 172.16/12, 192.0.2/24, 192.88.99/24, 192.168/16, 198.18/15, 198.51.100/24, 203.0.113/24, multicast and above. */
const NOT_UNIVERSAL: ReadonlyArray<readonly [prefix: number, length: number]> = [
  [0x00000000, 8],
  [0x0a000000, 8],
  [0x7f000000, 8],
  [0xa9fe0000, 16],
  [0xac100000, 12],
  [0xc0000200, 24],
  [0xc0586300, 24],
  [0xc0a80000, 16],
  [0xc6120000, 15],
  [0xc6336400, 24],
  [0xcb007100, 24],
  [0xe0000000, 3],
];

/**
 * What a link has by itself to make the lower half of its IPv6 addresses from (`ipv6_generate_eui64`); `'random'` where
 * its kind has nothing but chance, undefined where it makes none.
 */
export function interfaceIdentifier(link: Link): Uint8Array | 'random' | undefined {
  const { address } = link;
  switch (link.traits.type) {
    case LinkType.Ethernet: {
      const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = address;
      // Links that share a MAC address have their numbers in it, and do not claim to be unique.
      if (link.deviceNumber !== 0)
        return Uint8Array.of(a, b, c, link.deviceNumber >>> 8, link.deviceNumber & 0xff, d, e, f);
      return Uint8Array.of(a ^ UNIVERSAL, b, c, 0xff, 0xfe, d, e, f);
    }
    case LinkType.Tunnel:
    case LinkType.Ipv4Gre:
      return isZero(address)
        ? undefined
        : Uint8Array.of(isUniversal(address) ? UNIVERSAL : 0, ...FROM_IPV4, ...address);
    case LinkType.Sit:
      // Without a remote end the kernel makes addresses of all IPv4 addresses of the host.
      return link.has(LinkFlag.PointToPoint) && !isZero(address)
        ? Uint8Array.of(0, 0, 0, 0, ...address)
        : undefined;
    case LinkType.Tunnel6:
    case LinkType.Ipv6Gre:
    case LinkType.None:
      return 'random';
    default:
      return undefined;
  }
}

function isUniversal(address: Uint8Array): boolean {
  const word = new DataView(address.buffer, address.byteOffset, 4).getUint32(0);
  return !NOT_UNIVERSAL.some(([prefix, length]) => (word ^ prefix) >>> (32 - length) === 0);
}
