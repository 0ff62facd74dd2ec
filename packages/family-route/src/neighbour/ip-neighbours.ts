import {
  align4,
  type DecodedOf,
  type DumpContext,
  Errno,
  inject,
  injectable,
  NetlinkError,
  type RawDump,
} from '@nlspace/core';
import type { Link } from '../link/link.js';
import { EncodedDump } from '../network/encoded-dump.js';
import { AddressFamily } from '../network/ip-bytes.js';
import type { Network } from '../network/network.js';
import { NETWORK } from '../network/network-token.js';
import { type PackedBytes, packBytes } from '../network/packed-bytes.js';
import { RouteMessageType } from '../route-message-type.js';
import type { Neighbour } from './neighbour.js';
import { encodeNeighbour, encodeProxy } from './neighbour-description.js';
import { NeighbourDump } from './neighbour-dump.js';
import { neighbour } from './neighbour-message.js';
import { EXTENDED_FLAGS_SHIFT, NeighbourFlag, NeighbourState } from './neighbour-numbers.js';
import type { NeighbourOperations, NeighbourRequestMessage } from './neighbour-operations.js';
import type { NeighbourTable } from './neighbour-table.js';
import { parseRequest } from './parse-request.js';

type Decoded = DecodedOf<typeof neighbour>;

/** What a dump is restricted to; undefined is no restriction. */
interface NeighbourFilter {
  readonly interfaceIndex: number | undefined;
  readonly master: number | undefined;
}

/** NDA_MASTER of links that have none. */
const NO_MASTER = 0xffffffff;

/** RTM_*NEIGH of the neighbour caches: ARP and neighbour discovery. */
@injectable()
export class IpNeighbours implements NeighbourOperations {
  constructor(@inject(NETWORK) private readonly network: Network) {}

  put({ payload, flags: messageFlags, cause }: NeighbourRequestMessage): void {
    checkHeader(payload);
    const decoded = parseRequest(neighbour, payload, false);
    const { header, attributes } = decoded;
    const { destination, linkLayerAddress, flagsExtended = 0, protocol = 0 } = attributes;
    if (destination === undefined) throw invalid('Network address not specified');
    const link = this.#link(header.interfaceIndex);
    if (link !== undefined && linkLayerAddress !== undefined && linkLayerAddress.length < link.address.length)
      throw invalid('Invalid link address');
    const table = this.#table(header.addressFamily);
    const address = addressOf(table, destination);
    const flags = header.flags | (flagsExtended << EXTENDED_FLAGS_SHIFT);
    const state = header.state & 0xff;
    if ((flags & NeighbourFlag.Proxy) !== 0) {
      if ((flags & (NeighbourFlag.Managed | NeighbourFlag.ExternallyValidated)) !== 0)
        throw invalid('Invalid NTF_* flag combination');
      // An IPv6 proxy listens to a multicast group of its link.
      const isPossible = table.family.addressFamily === AddressFamily.Inet || link?.ipv6 !== undefined;
      if (!isPossible && table.proxies.find(address, link) === undefined)
        throw new NetlinkError(Errno.ENOBUFS);
      const isPermanent = (state & NeighbourState.Permanent) !== 0;
      table.proxies.put({ address, link, flags, protocol, isPermanent });
      return;
    }
    if (link === undefined) throw invalid('Device not specified');
    if (table.family.addressFamily === AddressFamily.Inet6 && link.ipv6 === undefined)
      throw invalid('IPv6 is disabled on this device');
    const request = {
      address,
      state,
      flags,
      protocol,
      create: messageFlags.create,
      exclusive: messageFlags.exclusive,
      replace: messageFlags.replace,
      ...(linkLayerAddress === undefined
        ? {}
        : { linkLayerAddress: packBytes(linkLayerAddress, link.address.length) }),
    };
    table.put(link, request, cause);
  }

  delete({ payload, cause }: NeighbourRequestMessage): void {
    if (payload.length < neighbour.header.size) throw new NetlinkError(Errno.EINVAL);
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    const header = neighbour.header.read(view, 0);
    // The policy is not asked here: only the address is looked for.
    const destination = findDestination(payload, view);
    if (destination === undefined) throw invalid('Network address not specified');
    const link = this.#link(header.interfaceIndex);
    const table = this.#table(header.addressFamily);
    const address = addressOf(table, destination);
    if ((header.flags & NeighbourFlag.Proxy) !== 0) table.proxies.delete(address, link);
    else if (link === undefined) throw new NetlinkError(Errno.EINVAL);
    else table.delete(link, address, cause);
  }

  get({ payload }: NeighbourRequestMessage): Uint8Array {
    const decoded = readGet(payload);
    const { addressFamily, interfaceIndex, flags } = decoded.header;
    const { destination } = decoded.attributes;
    const table = this.network.neighbours.of(addressFamily);
    if (table === undefined)
      throw new NetlinkError(Errno.EAFNOSUPPORT, 'Unsupported family in header for neighbor get request');
    if (destination?.length !== table.family.addressBytes)
      throw invalid('Invalid network address in neighbor get request');
    const address = packBytes(destination);
    const link = interfaceIndex === 0 ? undefined : this.network.links.byIndex(interfaceIndex);
    if (interfaceIndex !== 0 && link === undefined)
      throw new NetlinkError(Errno.ENODEV, 'Unknown device ifindex');
    if ((flags & NeighbourFlag.Proxy) !== 0) {
      const proxy = table.proxies.find(address, link);
      if (proxy === undefined) throw new NetlinkError(Errno.ENOENT, 'Proxy neighbour entry not found');
      return encodeProxy(addressFamily, proxy);
    }
    const found = link === undefined ? undefined : table.find(link, address);
    if (found === undefined) throw new NetlinkError(Errno.ENOENT, 'Neighbour entry not found');
    const nowMs = this.network.clock.now();
    return encodeNeighbour(found, { messageType: RouteMessageType.NewNeighbour, nowMs, holders: 1 });
  }

  dump({ payload, strict }: NeighbourRequestMessage, context: DumpContext): RawDump {
    const { attributes } = readDump(payload, strict);
    const filter: NeighbourFilter = {
      interfaceIndex: attributes.interfaceIndex || undefined,
      master: attributes.master || undefined,
    };
    if (filter.interfaceIndex !== undefined || filter.master !== undefined) context.markFiltered('messages');
    const family = payload[0] ?? 0;
    const tables = this.network.neighbours.all();
    const asked = tables.filter((table) => family === 0 || table.family.addressFamily === family);
    // Other flags beside this one, where nobody checks, ask for the cache.
    const wantsProxies =
      payload.length >= neighbour.header.size && payload[FLAGS_OFFSET] === NeighbourFlag.Proxy;
    if (wantsProxies) return new EncodedDump(proxiesOf(asked, filter));
    return new NeighbourDump(this.#entriesOf(asked, filter), this.network.clock);
  }

  *#entriesOf(tables: readonly NeighbourTable[], filter: NeighbourFilter): Generator<Neighbour> {
    const { interfaceIndex } = filter;
    const only = interfaceIndex === undefined ? undefined : this.network.links.byIndex(interfaceIndex);
    if (interfaceIndex !== undefined && only === undefined) return;
    for (const table of tables) {
      for (const entry of table.entries(only)) if (passes(entry.link, filter)) yield entry;
    }
  }

  #link(interfaceIndex: number): Link | undefined {
    if (interfaceIndex === 0) return undefined;
    const link = this.network.links.byIndex(interfaceIndex);
    if (link === undefined) throw new NetlinkError(Errno.ENODEV);
    return link;
  }

  #table(addressFamily: number): NeighbourTable {
    const table = this.network.neighbours.of(addressFamily);
    if (table === undefined) throw new NetlinkError(Errno.EAFNOSUPPORT);
    return table;
  }
}

/** Of `ndm_flags` in `struct ndmsg`. */
const FLAGS_OFFSET = 10;

function* proxiesOf(tables: readonly NeighbourTable[], filter: NeighbourFilter): Generator<Uint8Array> {
  for (const { family, proxies } of tables) {
    for (const proxy of proxies.all())
      if (passes(proxy.link, filter)) yield encodeProxy(family.addressFamily, proxy);
  }
}

function passes(link: Link | undefined, { interfaceIndex, master }: NeighbourFilter): boolean {
  if (interfaceIndex !== undefined && link?.index !== interfaceIndex) return false;
  if (master === undefined) return true;
  return master === NO_MASTER ? link?.master === undefined : link?.master?.index === master;
}

function invalid(text: string): NetlinkError {
  return new NetlinkError(Errno.EINVAL, text);
}

function checkHeader(payload: Uint8Array): void {
  if (payload.length < neighbour.header.size) throw invalid('Invalid header length');
}

/** The first bytes of what a request sends as an address: longer ones pass, as in the kernel. */
function addressOf({ family }: NeighbourTable, destination: Uint8Array): PackedBytes {
  if (destination.length < family.addressBytes) throw invalid('Invalid network address');
  return packBytes(destination, family.addressBytes);
}

/** The first NDA_DST. */
function findDestination(payload: Uint8Array, view: DataView): Uint8Array | undefined {
  const type = neighbour.attributes.shape.destination.type;
  let offset = neighbour.header.size;
  while (payload.length - offset >= 4) {
    const length = view.getUint16(offset, true);
    if (length < 4 || offset + length > payload.length) return undefined;
    if ((view.getUint16(offset + 2, true) & 0x3fff) === type)
      return payload.subarray(offset + 4, offset + length);
    offset += align4(length);
  }
  return undefined;
}

/** What the kernel accepts in a request for one entry, whatever checking the socket asked for. */
function readGet(payload: Uint8Array): Decoded {
  if (payload.length < neighbour.header.size) throw invalid('Invalid header for neighbor get request');
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const header = neighbour.header.read(view, 0);
  const { padding1, padding2, state, type, flags } = header;
  if (padding1 !== 0 || padding2 !== 0 || state !== 0 || type !== 0)
    throw invalid('Invalid values in header for neighbor get request');
  if ((flags & ~NeighbourFlag.Proxy) !== 0) throw invalid('Invalid flags in header for neighbor get request');
  if (flags === 0 && header.interfaceIndex === 0) throw invalid('No device specified');
  const decoded = parseRequest(neighbour, payload, true);
  if (decoded.attributes.destination === undefined)
    throw new NetlinkError(Errno.EINVAL, undefined, {
      missing: neighbour.attributes.shape.destination.type,
    });
  if (Object.keys(decoded.attributes).length > 1)
    throw invalid('Unsupported attribute in neighbor get request');
  return decoded;
}

/** What a dump asks for. Without strict checking a request that cannot be read asks for everything. */
function readDump(payload: Uint8Array, strict: boolean): Decoded {
  if (!strict) {
    try {
      return parseRequest(neighbour, payload, false);
    } catch (error) {
      if (!(error instanceof NetlinkError)) throw error;
      return { ...parseRequest(neighbour, payload.subarray(0, neighbour.header.size), false) };
    }
  }
  if (payload.length < neighbour.header.size) throw invalid('Invalid header for neighbor dump request');
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const { padding1, padding2, interfaceIndex, state, type, flags } = neighbour.header.read(view, 0);
  if (padding1 !== 0 || padding2 !== 0 || interfaceIndex !== 0 || state !== 0 || type !== 0)
    throw invalid('Invalid values in header for neighbor dump request');
  if ((flags & ~NeighbourFlag.Proxy) !== 0)
    throw invalid('Invalid flags in header for neighbor dump request');
  const decoded = parseRequest(neighbour, payload, true);
  const { interfaceIndex: _index, master: _master, ...others } = decoded.attributes;
  if (Object.keys(others).length > 0) throw invalid('Unsupported attribute in neighbor dump request');
  return decoded;
}
