import { maskedTo } from '../rib/rib.js';
import type { RibFamily } from '../rib/rib-entry.js';
import { BsdErrno } from '../wire/bsd-errno.js';
import { type RouteHeader, routeHeader } from '../wire/headers.js';
import { type Addresses, readAddresses } from '../wire/message.js';
import {
  ADDRESS_SLOTS,
  AddressSlot,
  BsdFamily,
  RTSOCK_VERSION,
  RtsockFlag,
  RtsockType,
} from '../wire/numbers.js';
import {
  decodeSocketAddress,
  internetAddress,
  type LinkAddress,
  linkAddressLayout,
  linkGateway,
  maskBytes,
  netmaskOf,
  prefixLengthOf,
  type SocketAddress,
} from '../wire/socket-address.js';

/** A request whose addresses make sense. */
export interface RouteRequest {
  readonly type: number;
  readonly header: RouteHeader;
  readonly family: RibFamily;
  /** Without the bits behind the prefix. */
  readonly destination: Uint8Array;
  readonly length: number;
  /** The link of a link-local destination; 0 for others. */
  readonly scope: number;
  /** RTF_*, with HOST as the netmask says. */
  readonly flags: number;
  readonly gateway: SocketAddress | undefined;
  /** RTA_IFP: the link that is wanted. */
  readonly link: LinkAddress | undefined;
  /** RTA_IFA: the address that is wanted. */
  readonly source: Uint8Array | undefined;
  /** RTA_NETMASK was there. */
  readonly hasNetmask: boolean;
  /** RTA_IFP or RTA_IFA was there. */
  readonly wantsInterface: boolean;
}

/** What was read: the request, or why it is none with what an answer can say. */
export interface ReadRequest {
  readonly errno: BsdErrno;
  /** Undefined for bytes that have no header that is understood. */
  readonly header: RouteHeader | undefined;
  /** As far as they were understood. */
  readonly addresses: Addresses;
  readonly request: RouteRequest | undefined;
}

/** Where a short `sockaddr_dl` ends that has neither name nor address. */
const LINK_HEAD = linkAddressLayout.offsets.data;

/**
 * Reads a request in FreeBSD's order of checks: length, version, addresses, destination, netmask, gateway, and what the
 * sender may. Netmasks may be short, addresses without length end the list.
 */
export function readRequest(bytes: Uint8Array, isPrivileged: boolean): ReadRequest {
  const refused = (errno: BsdErrno, header?: RouteHeader, addresses: Addresses = {}): ReadRequest => ({
    errno,
    header,
    addresses,
    request: undefined,
  });
  if (bytes.length < routeHeader.size) return refused(BsdErrno.EINVAL);
  const header = routeHeader.read(bytes);
  if (header.length !== bytes.length) return refused(BsdErrno.EINVAL);
  if (header.version !== RTSOCK_VERSION) return refused(BsdErrno.EPROTONOSUPPORT);
  const { addresses: found, isWhole } = readAddresses(bytes, routeHeader.size, header.addresses);
  const addresses: Record<number, SocketAddress> = {};
  for (let slot = 0; slot < ADDRESS_SLOTS; slot++) {
    const address = found.get(slot as AddressSlot);
    if (address !== undefined) addresses[slot] = decodeSocketAddress(address);
  }
  if (!isWhole) return refused(BsdErrno.EINVAL, header, addresses);
  const target = readTarget(found, addresses, header.flags);
  if (typeof target === 'number') return refused(target, header, addresses);
  const isAllowed = header.type === RtsockType.Get || isPrivileged;
  if (!isAllowed) return refused(BsdErrno.EPERM, header, addresses);
  const link = addresses[AddressSlot.Interface];
  const source = addresses[AddressSlot.InterfaceAddress];
  const { type } = header;
  return {
    errno: BsdErrno.None,
    header,
    addresses,
    request: {
      type,
      header,
      ...target,
      gateway: addresses[AddressSlot.Gateway],
      link: link?.family === BsdFamily.Link ? link : undefined,
      source: source !== undefined && source.family === target.family ? source.address : undefined,
      hasNetmask: (header.addresses & (1 << AddressSlot.Netmask)) !== 0,
      wantsInterface:
        (header.addresses & ((1 << AddressSlot.Interface) | (1 << AddressSlot.InterfaceAddress))) !== 0,
    },
  };
}

type Target = Pick<RouteRequest, 'family' | 'destination' | 'length' | 'scope' | 'flags'>;

/** cleanup_xaddrs: what the request is about. Puts the addresses into the form that answers have. */
function readTarget(
  found: ReadonlyMap<AddressSlot, Uint8Array>,
  addresses: Record<number, SocketAddress>,
  flags: number,
): Target | BsdErrno {
  const bytes = found.get(AddressSlot.Destination);
  if (bytes === undefined) return BsdErrno.EINVAL;
  const family = bytes[1];
  if (family !== BsdFamily.Inet && family !== BsdFamily.Inet6) return BsdErrno.EAFNOSUPPORT;
  const width = family === BsdFamily.Inet ? 4 : 16;
  const destination = decodeDestination(bytes, family);
  if (destination === undefined) return BsdErrno.EINVAL;
  const isNeighbour = (flags & RtsockFlag.LinkLayer) !== 0;
  const maskGiven = isNeighbour ? undefined : found.get(AddressSlot.Netmask);
  const mask = maskGiven === undefined ? new Uint8Array(width).fill(255) : maskBytes(maskGiven, width);
  if (mask === undefined) return BsdErrno.EINVAL;
  const length = prefixLengthOf(mask);
  // Masks with holes are no prefixes, and the network has nothing else.
  if (length === undefined) return BsdErrno.EOPNOTSUPP;
  const masked = maskedTo(destination.address, length);
  addresses[AddressSlot.Destination] = internetAddress(masked, destination.scopeId);
  const isHost = length === width * 8;
  if (isHost) delete addresses[AddressSlot.Netmask];
  else addresses[AddressSlot.Netmask] = netmaskOf(length, width);
  const refusal = checkGateway(found.get(AddressSlot.Gateway), addresses, isNeighbour);
  if (refusal !== undefined) return refusal;
  const host = RtsockFlag.Host;
  return {
    family,
    destination: masked,
    length,
    scope: destination.scopeId,
    flags: (isHost ? flags | host : flags & ~host) >>> 0,
  };
}

/** An IPv4 address may end early: the kernel rounds up to what it needs. */
function decodeDestination(
  bytes: Uint8Array,
  family: RibFamily,
): { address: Uint8Array; scopeId: number } | undefined {
  if (family === BsdFamily.Inet) {
    const address = new Uint8Array(4);
    address.set(bytes.subarray(4, 8));
    return { address, scopeId: 0 };
  }
  const decoded = decodeSocketAddress(bytes);
  return decoded.family === BsdFamily.Inet6 ? decoded : undefined;
}

/** cleanup_xaddrs_gateway */
function checkGateway(
  bytes: Uint8Array | undefined,
  addresses: Record<number, SocketAddress>,
  isNeighbour: boolean,
): BsdErrno | undefined {
  if (bytes === undefined) return undefined;
  const [length = 0, family] = bytes;
  const decoded = addresses[AddressSlot.Gateway];
  if (isNeighbour) {
    const isLink = decoded?.family === BsdFamily.Link && decoded.interfaceIndex !== 0;
    return isLink ? undefined : BsdErrno.EINVAL;
  }
  switch (family) {
    case BsdFamily.Inet:
      addresses[AddressSlot.Gateway] = internetAddress(
        Uint8Array.from({ length: 4 }, (_, i) => bytes[4 + i] ?? 0),
        0,
      );
      return undefined;
    case BsdFamily.Inet6:
      return decoded?.family === BsdFamily.Inet6 ? undefined : BsdErrno.EINVAL;
    case BsdFamily.Link: {
      if (length < LINK_HEAD) return BsdErrno.EINVAL;
      const { interfaceIndex } = linkAddressLayout.read(bytes);
      addresses[AddressSlot.Gateway] = linkGateway(interfaceIndex, 0);
      return undefined;
    }
    default:
      return undefined;
  }
}
