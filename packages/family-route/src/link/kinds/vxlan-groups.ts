import { Errno, NetlinkError } from '@nlspace/core';
import type { Link } from '../link.js';

/** A group that a VXLAN listens to on the link below, by the socket of its port. */
interface Listening {
  readonly lower: Link;
  readonly group: Uint8Array;
  /** What links that share the socket have in common. */
  readonly key: string;
}

/** Which multicast groups the VXLANs that are up listen to: those that share a socket join once. */
export class VxlanGroups {
  readonly #byLink = new WeakMap<Link, Listening>();
  readonly #counts = new WeakMap<Link, Map<string, number>>();

  /** @throws {NetlinkError} ENODEV or EINVAL where the link below is without the protocol. */
  join(link: Link, lower: Link, group: Uint8Array, port: number): void {
    if (group.length === 4 && lower.ipv4 === undefined) throw new NetlinkError(Errno.ENODEV);
    if (group.length === 16 && lower.ipv6 === undefined) throw new NetlinkError(Errno.EINVAL);
    const key = `${port} ${group}`;
    this.#byLink.set(link, { lower, group, key });
    if (this.#count(lower, key, 1) === 1) lower.home.joinGroup(lower, group);
  }

  leave(link: Link): void {
    const listening = this.#byLink.get(link);
    if (listening === undefined) return;
    this.#byLink.delete(link);
    const { lower, group, key } = listening;
    if (this.#count(lower, key, -1) === 0) lower.home.leaveGroup(lower, group);
  }

  #count(lower: Link, key: string, difference: 1 | -1): number {
    const counts = this.#counts.get(lower) ?? new Map<string, number>();
    this.#counts.set(lower, counts);
    const count = (counts.get(key) ?? 0) + difference;
    counts.set(key, count);
    return count;
  }
}
