import type { AttributeSet } from '@nlspace/core';
import type { Link, LinkTraits } from '../../link.js';
import type { LinkBehaviour, LinkContext, LinkCreation, LinkData } from '../../link-kind.js';
import { type Encapsulation, encapsulationOf } from './encapsulation-attributes.js';
import { type Ipv4Tunnel, Ipv4Tunnels } from './ipv4-tunnels.js';

/** What a kind says of a tunnel by itself. */
export type OwnIpv4Tunnel = Omit<Ipv4Tunnel, 'mark' | keyof Encapsulation>;

/** What the kinds of `ip_tunnel.c` have in common. */
export abstract class Ipv4TunnelKind<Request extends Encapsulation & { mark?: number }>
  implements LinkBehaviour
{
  abstract readonly traits: LinkTraits;
  abstract readonly data: AttributeSet;
  readonly #tunnels: Ipv4Tunnels;

  /** @param headerBytes what the kind puts between the IPv4 header and the packet. */
  constructor(
    private readonly kindName: string,
    headerBytes?: (tunnel: Ipv4Tunnel) => number,
  ) {
    this.#tunnels = new Ipv4Tunnels(headerBytes);
  }

  create(creation: LinkCreation): Link {
    const requested: Request = creation.data;
    const tunnel = {
      ...this.tunnelOf(requested, undefined),
      ...encapsulationOf(requested),
      mark: requested.mark ?? 0,
    };
    this.refuseTunnel(tunnel);
    return this.#tunnels.create(this.kindName, this, creation, tunnel);
  }

  /** A tunnel does not become external, and stays it. */
  change(link: Link, requested: Request, context: LinkContext): void {
    const before = this.#tunnels.of(link);
    const encapsulation = encapsulationOf(requested, before);
    const own = this.tunnelOf(requested, before);
    this.refuseChange(link, own, before);
    const { isExternal } = before;
    this.#tunnels.change(
      link,
      { ...own, ...encapsulation, mark: requested.mark ?? before.mark, isExternal },
      context,
    );
  }

  describe(link: Link): LinkData {
    const { isExternal, ...values } = this.#tunnels.of(link);
    return { ...values, ...(isExternal ? { external: true } : {}) };
  }

  changeMtu(link: Link, mtu: number): void {
    this.#tunnels.refuseMtu(link, mtu);
  }

  dismantle(link: Link): readonly Link[] {
    this.#tunnels.remove(link);
    return [link];
  }

  /** What a request makes of a tunnel that is there; undefined for one that is to be made. */
  protected abstract tunnelOf(requested: Request, before: Ipv4Tunnel | undefined): OwnIpv4Tunnel;

  /** Refuses what a kind alone does not make. */
  protected refuseTunnel(_tunnel: OwnIpv4Tunnel): void {}

  /** Refuses what a tunnel cannot become. */
  protected refuseChange(_link: Link, _tunnel: OwnIpv4Tunnel, _before: Ipv4Tunnel): void {}
}
