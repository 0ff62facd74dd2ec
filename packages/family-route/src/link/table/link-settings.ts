import { Errno, NetlinkError, NO_CAUSE } from '@nlspace/core';
import { isValidMacAddress } from '../kinds/ethernet.js';
import type { Link } from '../link.js';
import { LinkFlag, LinkType } from '../link-flags.js';
import type { LinkContext } from '../link-kind.js';
import type { LinkNews } from './link-news.js';
import { refuseMtu } from './link-traits.js';

/** Settings of links from which more follows than an announcement. The plain ones are in `link-changes.ts`. */
export class LinkSettings {
  constructor(private readonly news: LinkNews) {}

  /** @throws {NetlinkError} EINVAL beyond the limits of the link, and what the kind refuses. */
  changeMtu(link: Link, mtu: number, context: LinkContext): void {
    if (mtu === link.mtu) return;
    refuseMtu(link.traits, mtu);
    link.behaviour.changeMtu?.(link, mtu, context);
    link.mtu = mtu;
    const { cause } = context;
    this.news.announce(link, 0, cause);
    this.news.tell(link, 'mtu', cause, (observer) => observer.linkMtuChanged?.(link));
  }

  /**
   * Gives a link another address.
   *
   * @throws {NetlinkError} EOPNOTSUPP where the kind has none to change, EADDRNOTAVAIL for what cannot be one, and what the kind
   * refuses.
   */
  changeAddress(link: Link, address: Uint8Array, context: LinkContext): void {
    if (link.behaviour.hasFixedAddress === true) throw new NetlinkError(Errno.EOPNOTSUPP);
    if (link.traits.type === LinkType.Ethernet && !isValidMacAddress(address)) {
      throw new NetlinkError(Errno.EADDRNOTAVAIL);
    }
    const isRefused = link.behaviour.changeAddress?.(link, address, context) === false;
    if (!isRefused) link.address = address;
    link.hasChosenAddress = true;
    this.news.announceAddress(link, context.cause);
  }

  /**
   * IFLA_INET6_TOKEN: the lower half of addresses from routers, of which there are none here.
   *
   * @throws {NetlinkError} EINVAL for links where routers are not asked.
   */
  setIpv6Token(link: Link, token: Uint8Array): void {
    const refuse = (text: string): never => {
      throw new NetlinkError(Errno.EINVAL, `ipv6: ${text}`);
    };
    if (link.isLoopback) refuse('Device is loopback');
    if (link.has(LinkFlag.NoArp)) refuse('Device does not do neighbour discovery');
    if (link.ipv6 === undefined) throw new NetlinkError(Errno.EAFNOSUPPORT);
    link.ipv6.token = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, ...token.subarray(8, 16));
    this.news.emit({ type: 'link-ipv6-changed', link, cause: NO_CAUSE });
  }
}
