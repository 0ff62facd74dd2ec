import type { AttributeSet } from '@nlspace/core';
import type { Link, LinkTraits } from '../../link.js';
import type { LinkBehaviour, LinkContext, LinkCreation, LinkData } from '../../link-kind.js';
import { type Encapsulation, encapsulationOf } from './encapsulation-attributes.js';
import { type Ipv6Tunnel, type Ipv6TunnelRules, Ipv6Tunnels } from './ipv6-tunnels.js';
import { refuseAddress } from './tunnels.js';

/** What requests for all tunnels over IPv6 can say. */
interface Ipv6TunnelRequest extends Encapsulation {
  link?: number;
  local?: Uint8Array;
  remote?: Uint8Array;
  hopLimit?: number;
  encapsulationLimit?: number;
  flowInformation?: Uint8Array;
  flags?: number;
  mark?: number;
  external?: unknown;
}

/** What the kinds of point-to-point links over IPv6 have in common. */
export abstract class Ipv6TunnelKind<Request extends Ipv6TunnelRequest> implements LinkBehaviour {
  abstract readonly traits: LinkTraits;
  abstract readonly data: AttributeSet;
  readonly changeAddress = refuseAddress;
  readonly #tunnels: Ipv6Tunnels;

  constructor(
    private readonly kindName: string,
    rules: Ipv6TunnelRules,
  ) {
    this.#tunnels = new Ipv6Tunnels(rules);
  }

  create(creation: LinkCreation): Link {
    const requested: Request = creation.data;
    const tunnel = { ...this.#tunnelOf(requested), ...encapsulationOf(requested) };
    return this.#tunnels.create(this.kindName, this, creation, tunnel);
  }

  /** A tunnel does not become external, and stays it. */
  change(link: Link, requested: Request, context: LinkContext): void {
    const before = this.#tunnels.of(link);
    const tunnel = { ...this.#tunnelOf(requested), ...encapsulationOf(requested, before) };
    if (tunnel.isExternal) this.refuseExternal(before);
    this.#tunnels.change(link, { ...tunnel, isExternal: before.isExternal }, context);
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

  /** What only requests for this kind say. */
  protected abstract ownOf(requested: Request): Partial<Ipv6Tunnel>;

  /** A tunnel that is there is asked to be external. */
  protected abstract refuseExternal(before: Ipv6Tunnel): void;

  /** What is not said is nothing, whatever it was before. */
  #tunnelOf(requested: Request): Omit<Ipv6Tunnel, keyof Encapsulation> {
    return {
      link: requested.link ?? 0,
      local: requested.local?.slice() ?? new Uint8Array(16),
      remote: requested.remote?.slice() ?? new Uint8Array(16),
      hopLimit: requested.hopLimit ?? 0,
      encapsulationLimit: requested.encapsulationLimit ?? 0,
      flowInformation: requested.flowInformation?.slice() ?? new Uint8Array(4),
      flags: requested.flags ?? 0,
      protocol: 0,
      mark: requested.mark ?? 0,
      inputFlags: 0,
      outputFlags: 0,
      inputKey: new Uint8Array(4),
      outputKey: new Uint8Array(4),
      isExternal: requested.external !== undefined,
      ...this.ownOf(requested),
    };
  }
}
