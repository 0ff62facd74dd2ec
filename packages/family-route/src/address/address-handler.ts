import {
  Do,
  Dump,
  type DumpContext,
  Errno,
  inject,
  injectable,
  NetlinkError,
  type RawDump,
  type RequestOf,
} from '@nlspace/core';
import type { Link } from '../link/link.js';
import { EncodedDump } from '../network/encoded-dump.js';
import { AddressFamily, equalBytes } from '../network/ip-bytes.js';
import type { Network } from '../network/network.js';
import { NETWORK } from '../network/network-token.js';
import { RouteMessageType } from '../route-message-type.js';
import { encodeAddress } from './address-description.js';
import { address } from './address-message.js';
import { linksOfDump, namesLink } from './dump-request.js';
import type { AddressRequest } from './interface-address.js';
import { checkIpv6Lifetime } from './ipv6-addresses.js';

type Request = RequestOf<typeof address>;

const IPV4_BYTES = 4;
const IPV6_BYTES = 16;

/** RTM_*ADDR */
@injectable()
export class AddressHandler {
  readonly #network: Network;

  constructor(@inject(NETWORK) network: Network) {
    this.#network = network;
  }

  /** Adds an address; NLM_F_REPLACE changes one that is there. NLM_F_CREATE is not needed. */
  @Do(RouteMessageType.NewAddress, address, { privilege: 'admin' })
  put(request: Request): void {
    switch (request.header.addressFamily) {
      case AddressFamily.Inet:
        return this.#putIpv4(request);
      case AddressFamily.Inet6:
        return this.#putIpv6(request);
      default:
        throw new NetlinkError(Errno.EOPNOTSUPP);
    }
  }

  @Do(RouteMessageType.DeleteAddress, address, { privilege: 'admin' })
  delete(request: Request): void {
    const { header, attributes, cause } = request;
    const { prefixLength } = header;
    const { addresses } = this.#network;
    if (header.addressFamily === AddressFamily.Inet) {
      const link = this.#link(header.interfaceIndex, 'ipv4: Device not found');
      const { local, address: peer, label } = attributes;
      const selector = { prefixLength, ...optional({ local: ipv4(local), peer: ipv4(peer), label }) };
      addresses.ipv4.delete(link, selector, cause);
    } else if (header.addressFamily === AddressFamily.Inet6) {
      const { local } = ipv6Addresses(attributes);
      checkIpv6Prefix(prefixLength);
      const link = this.#link(header.interfaceIndex, 'ipv6: Unable to find the interface');
      addresses.ipv6.delete(link, { local, prefixLength }, cause);
    } else throw new NetlinkError(Errno.EOPNOTSUPP);
  }

  /** Only IPv6 answers for a single address. */
  @Do(RouteMessageType.GetAddress, address, { replyType: RouteMessageType.NewAddress })
  get({ header, attributes }: Request): Uint8Array {
    if (header.addressFamily !== AddressFamily.Inet6) throw new NetlinkError(Errno.EOPNOTSUPP);
    const { local } = ipv6Addresses(attributes);
    const link = header.interfaceIndex === 0 ? undefined : this.#network.links.byIndex(header.interfaceIndex);
    for (const own of this.#network.addresses.all(AddressFamily.Inet6)) {
      if ((link === undefined || own.link === link) && equalBytes(own.local, local)) {
        return encodeAddress(own, this.#network.clock.now(), RouteMessageType.NewAddress);
      }
    }
    throw new NetlinkError(Errno.EADDRNOTAVAIL);
  }

  @Dump(RouteMessageType.GetAddress, address, {
    replyType: RouteMessageType.NewAddress,
    done: 'apart',
    isRestricted: namesLink,
  })
  dump(request: Request, context: DumpContext): RawDump {
    const { addressFamily } = request.header;
    const isOneFamily = addressFamily === AddressFamily.Inet || addressFamily === AddressFamily.Inet6;
    const families: AddressFamily[] = isOneFamily
      ? [addressFamily]
      : [AddressFamily.Inet, AddressFamily.Inet6];
    const only = linksOfDump(request, this.#network.links, context);
    return new EncodedDump(this.#encodeAll(families, only, context));
  }

  *#encodeAll(
    families: readonly AddressFamily[],
    only: 'all' | readonly Link[],
    context: DumpContext,
  ): Generator<Uint8Array> {
    const { addresses, links, clock } = this.#network;
    for (const family of families) {
      const table = family === AddressFamily.Inet ? addresses.ipv4 : addresses.ipv6;
      let { generation } = table;
      let lastIndex = 0;
      for (;;) {
        const link = links.after(lastIndex);
        if (link === undefined) break;
        lastIndex = link.index;
        if (only !== 'all' && !only.includes(link)) continue;
        for (let position = 0; position < table.of(link).length; position++) {
          const own = table.of(link)[position];
          if (own === undefined) break;
          if (table.generation !== generation) {
            context.markInterrupted();
            generation = table.generation;
          }
          yield encodeAddress(own, clock.now(), RouteMessageType.NewAddress);
        }
      }
    }
  }

  #putIpv4({ header, attributes, flags, cause }: Request): void {
    const { prefixLength, scope, interfaceIndex } = header;
    if (prefixLength > IPV4_BYTES * 8) throw new NetlinkError(Errno.EINVAL, 'ipv4: Invalid prefix length');
    const local = ipv4(attributes.local);
    if (local === undefined) throw new NetlinkError(Errno.EINVAL, 'ipv4: Local address is not supplied');
    const link = this.#link(interfaceIndex, 'ipv4: Device not found');
    this.#network.addresses.ipv4.put(
      link,
      {
        local,
        prefixLength,
        scope,
        ...requested(header.flags, attributes),
        ...optional({
          peer: ipv4(attributes.address),
          broadcast: ipv4(attributes.broadcast),
          label: attributes.label,
        }),
        replace: flags.replace && !flags.exclusive,
      },
      cause,
    );
  }

  #putIpv6({ header, attributes, flags, cause }: Request): void {
    const { prefixLength, interfaceIndex } = header;
    const { local, peer } = ipv6Addresses(attributes);
    const wanted = requested(header.flags, attributes);
    checkIpv6Lifetime(wanted.lifetime);
    const link = this.#link(interfaceIndex, 'ipv6: Unable to find the interface');
    checkIpv6Prefix(prefixLength);
    this.#network.addresses.ipv6.put(
      link,
      {
        local,
        peer,
        prefixLength,
        ...wanted,
        replace: flags.replace && !flags.exclusive,
      },
      cause,
    );
  }

  #link(index: number, text: string): Link {
    const link = this.#network.links.byIndex(index);
    if (link === undefined) throw new NetlinkError(Errno.ENODEV, text);
    return link;
  }
}

/** What both families read in the same way. */
function requested(
  headerFlags: number,
  attributes: Request['attributes'],
): Pick<AddressRequest, 'flags' | 'priority' | 'protocol' | 'lifetime'> {
  const { priority, protocol, cacheInfo } = attributes;
  const lifetime = cacheInfo && {
    preferredSeconds: cacheInfo.preferredSeconds,
    validSeconds: cacheInfo.validSeconds,
  };
  return { flags: attributes.flags ?? headerFlags, ...optional({ priority, protocol, lifetime }) };
}

/** The first bytes of what a request sends as an IPv4 address: longer ones pass, as in the kernel. */
function ipv4(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes?.slice(0, IPV4_BYTES);
}

/** IFA_ADDRESS alone is the address; beside IFA_LOCAL it is the peer. */
function ipv6Addresses({ local, address: other }: Request['attributes']): {
  local: Uint8Array;
  peer: Uint8Array;
} {
  for (const bytes of [local, other]) {
    if (bytes !== undefined && bytes.length < IPV6_BYTES) {
      throw new NetlinkError(Errno.ERANGE, 'Attribute failed policy validation', {
        attribute: bytes === local ? 'local' : 'address',
      });
    }
  }
  const own = local ?? other;
  if (own === undefined) throw new NetlinkError(Errno.EINVAL);
  return { local: own.slice(0, IPV6_BYTES), peer: (other ?? own).slice(0, IPV6_BYTES) };
}

function checkIpv6Prefix(prefixLength: number): void {
  if (prefixLength > IPV6_BYTES * 8) throw new NetlinkError(Errno.EINVAL, 'ipv6: Invalid prefix length');
}

function optional<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
