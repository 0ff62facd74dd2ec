import type { Link } from '../link/link.js';
import type { Clock } from '../network/clock.js';
import { type AddressFamily, equalBytes } from '../network/ip-bytes.js';
import type { NetworkEvents } from '../network/network-events.js';

/** A multicast address that a link listens to. */
export interface MulticastMembership {
  readonly addressFamily: AddressFamily.Inet | AddressFamily.Inet6;
  readonly link: Link;
  readonly address: Uint8Array;
  /** How many need it: it goes with the last. */
  users: number;
  readonly createdAtMs: number;
}

/** What the links listen to by one protocol. Whoever joins leaves once for it. */
export class MulticastMemberships {
  readonly #byLink = new Map<Link, MulticastMembership[]>();

  constructor(
    private readonly addressFamily: AddressFamily.Inet | AddressFamily.Inet6,
    private readonly events: NetworkEvents,
    private readonly clock: Clock,
  ) {}

  /** In the order of a dump: the youngest first. */
  of(link: Link): readonly MulticastMembership[] {
    return this.#byLink.get(link) ?? [];
  }

  has(link: Link, address: Uint8Array): boolean {
    return this.of(link).some((known) => equalBytes(known.address, address));
  }

  join(link: Link, address: Uint8Array): void {
    const memberships = this.#byLink.get(link) ?? [];
    const known = memberships.find((other) => equalBytes(other.address, address));
    if (known !== undefined) {
      known.users++;
      return;
    }
    const { addressFamily } = this;
    const membership = { addressFamily, link, address, users: 1, createdAtMs: this.clock.now() };
    memberships.unshift(membership);
    this.#byLink.set(link, memberships);
    this.events.emit({ type: 'multicast-joined', membership });
  }

  leave(link: Link, address: Uint8Array): void {
    const memberships = this.#byLink.get(link) ?? [];
    const position = memberships.findIndex((other) => equalBytes(other.address, address));
    const membership = memberships[position];
    if (membership === undefined || --membership.users > 0) return;
    memberships.splice(position, 1);
    this.events.emit({ type: 'multicast-left', membership });
  }

  /** The protocol has ended on a link; nobody is told of what it still listened to. */
  forget(link: Link): void {
    this.#byLink.delete(link);
  }
}
