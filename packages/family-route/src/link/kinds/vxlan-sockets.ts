import { Errno, NetlinkError } from '@nlspace/core';
import type { Link } from '../link.js';
import type { LinkTable } from '../link-table.js';

/** What a socket of UDP is opened for. */
export interface VxlanSocket {
  readonly port: number;
  readonly family: 4 | 6;
  /** What becomes of packets that come in; links that want it alike share a socket. */
  readonly reception: string;
}

interface Shared extends VxlanSocket {
  readonly users: Set<Link>;
}

/** The sockets by which VXLANs that are up hear: one per port, family and namespace. */
export class VxlanSockets {
  readonly #byNamespace = new WeakMap<LinkTable, Shared[]>();

  /** @throws {NetlinkError} EADDRINUSE where links that want packets otherwise have the port. */
  open(link: Link, namespace: LinkTable, wanted: readonly VxlanSocket[]): void {
    const sockets = this.#byNamespace.get(namespace) ?? [];
    this.#byNamespace.set(namespace, sockets);
    const others = wanted.map(({ port, family }) =>
      sockets.find((one) => one.port === port && one.family === family),
    );
    if (others.some((one, i) => one !== undefined && one.reception !== wanted[i]?.reception))
      throw new NetlinkError(Errno.EADDRINUSE);
    for (const [i, one] of wanted.entries()) {
      const other = others[i];
      if (other === undefined) sockets.push({ ...one, users: new Set([link]) });
      else other.users.add(link);
    }
  }

  close(link: Link, namespace: LinkTable): void {
    const left = (this.#byNamespace.get(namespace) ?? []).filter(({ users }) => {
      users.delete(link);
      return users.size > 0;
    });
    this.#byNamespace.set(namespace, left);
  }
}
