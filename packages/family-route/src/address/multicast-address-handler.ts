import { Dump, type DumpContext, inject, injectable, type RawDump, type RequestOf } from '@nlspace/core';
import type { Link } from '../link/link.js';
import { EncodedDump } from '../network/encoded-dump.js';
import { AddressFamily } from '../network/ip-bytes.js';
import type { Network } from '../network/network.js';
import { NETWORK } from '../network/network-token.js';
import { RouteMessageType } from '../route-message-type.js';
import { address } from './address-message.js';
import { linksOfDump, namesLink } from './dump-request.js';
import { encodeMembership } from './multicast-description.js';

type Request = RequestOf<typeof address>;

/** RTM_GETMULTICAST and RTM_GETANYCAST, which only dump: per address family, and answers have the type of the request. */
@injectable()
export class MulticastAddressHandler {
  readonly #network: Network;

  constructor(@inject(NETWORK) network: Network) {
    this.#network = network;
  }

  @Dump(RouteMessageType.GetMulticast, address, {
    replyType: RouteMessageType.GetMulticast,
    done: 'apart',
    isRestricted: namesLink,
  })
  dumpMulticast(request: Request, context: DumpContext): RawDump {
    const only = linksOfDump(request, this.#network.links, context);
    const isIpv4 = request.header.addressFamily === AddressFamily.Inet;
    return new EncodedDump(this.#encode(only === 'all' ? this.#network.links.all() : only, isIpv4));
  }

  /** Only a host that forwards has any, and none does here. */
  @Dump(RouteMessageType.GetAnycast, address, {
    replyType: RouteMessageType.GetAnycast,
    done: 'apart',
    isRestricted: namesLink,
  })
  dumpAnycast(request: Request, context: DumpContext): RawDump {
    linksOfDump(request, this.#network.links, context);
    return new EncodedDump([]);
  }

  *#encode(links: readonly Link[], isIpv4: boolean): Generator<Uint8Array> {
    const { ipv4, ipv6 } = this.#network.addresses;
    const { memberships } = isIpv4 ? ipv4 : ipv6;
    for (const link of links)
      for (const membership of memberships.of(link))
        yield encodeMembership(membership, RouteMessageType.GetMulticast);
  }
}
