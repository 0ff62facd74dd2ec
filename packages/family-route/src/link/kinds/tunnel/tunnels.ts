import { Errno, NetlinkError } from '@nlspace/core';
import type { Link } from '../../link.js';
import type { LinkTable } from '../../link-table.js';

/** The tunnels of one kind with their states; no two that packets could not tell apart are in one namespace. */
export class Tunnels<State> {
  readonly #states = new WeakMap<Link, State>();
  readonly #byIdentity = new WeakMap<LinkTable, Map<string, Link>>();

  /** @param identity what packets tell tunnels apart by. */
  constructor(private readonly identity: (state: State) => string) {}

  of(link: Link): State {
    const state = this.#states.get(link);
    if (state === undefined) throw new Error(`${link.name} is no tunnel`);
    return state;
  }

  /** @throws {NetlinkError} EEXIST when there is such a tunnel. */
  refuseSame(state: State, workplace: LinkTable): void {
    if (this.#byIdentity.get(workplace)?.has(this.identity(state))) throw new NetlinkError(Errno.EEXIST);
  }

  /** @param workplace the namespace of its packets, wherever the link is moved to. */
  add(link: Link, state: State, workplace: LinkTable): void {
    link.workplace = workplace;
    this.#states.set(link, state);
    this.#identities(link).set(this.identity(state), link);
  }

  /** @throws {NetlinkError} EEXIST when another tunnel is like that. */
  change(link: Link, state: State): void {
    if (this.isTaken(link, state)) throw new NetlinkError(Errno.EEXIST);
    this.#identities(link).delete(this.identity(this.of(link)));
    this.#states.set(link, state);
    this.#identities(link).set(this.identity(state), link);
  }

  /** Whether another tunnel is like that. */
  isTaken(link: Link, state: State): boolean {
    const holder = this.#identities(link).get(this.identity(state));
    return holder !== undefined && holder !== link;
  }

  remove(link: Link): void {
    const identities = this.#identities(link);
    const identity = this.identity(this.of(link));
    if (identities.get(identity) === link) identities.delete(identity);
  }

  #identities(link: Link): Map<string, Link> {
    const workplace = link.workplace ?? link.home;
    const known = this.#byIdentity.get(workplace);
    if (known !== undefined) return known;
    const made = new Map<string, Link>();
    this.#byIdentity.set(workplace, made);
    return made;
  }
}

export function refuse(errno: Errno, text?: string): never {
  throw new NetlinkError(errno, text);
}

/** Addresses of tunnels are those that the packets have: requests cannot choose them. */
export function refuseAddress(): never {
  throw new NetlinkError(Errno.EOPNOTSUPP);
}

/** @throws {NetlinkError} EINVAL for what the tunnels of a kind do not carry. @param carried IPPROTO_*; 0 for any. */
export function refuseProtocol(protocol: number | undefined, carried: readonly number[]): void {
  if (protocol !== undefined && !carried.includes(protocol)) refuse(Errno.EINVAL);
}
