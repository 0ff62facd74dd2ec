import { FIRST_NAMESPACE, type Netlink, type NetlinkSocket, type OpenOptions } from '@nlspace/core';
import { Actor } from './actor.js';
import { KernelSocket } from './kernel-socket.js';
import { refusal } from './refusal.js';
import { SocketTable } from './socket-table.js';

export interface KernelOptions {
  /**
   * The network namespace: a name that ip-netns(8) has given, or with a slash in it the path of a file such as
   * /proc/PID/ns/net. Users who are not root need one that belongs to a user namespace of their own.
   *
   * @default the one that this process is in
   */
  readonly namespace?: string;
  /** Open sockets keep the event loop running. @default true */
  readonly keepsAlive?: boolean;
}

/**
 * The real kernel. Sockets have the namespaces and the rights of the program that they are opened for, where a front
 * door says which it is; else those of this process, without capabilities if the credentials say no `netAdmin`.
 *
 * @example
 * const socket = await kernel().open({ protocol: NetlinkProtocol.Route });
 */
export function kernel({ namespace, keepsAlive = true }: KernelOptions = {}): Netlink {
  return {
    async open({ protocol, credentials, namespaces, signal }: OpenOptions): Promise<NetlinkSocket> {
      signal?.throwIfAborted();
      const table = SocketTable.ofThisThread();
      const actor = new Actor(namespaces, credentials);
      // A program that has gone elsewhere means where it is now.
      const isMeant = namespaces === undefined || namespaces.current === FIRST_NAMESPACE;
      const place = isMeant && namespace !== undefined ? fileOf(namespace) : '';
      const opened = table.open(actor, protocol, place);
      if (typeof opened === 'number')
        throw refusal(opened, place === '' ? undefined : `cannot enter ${place}`);
      return new KernelSocket(table, opened, { protocol, actor, processId: credentials?.pid, keepsAlive });
    },
  };
}

/** Where ip-netns(8) keeps its names. */
const NAMED = '/run/netns';

function fileOf(namespace: string): string {
  return namespace.includes('/') ? namespace : `${NAMED}/${namespace}`;
}
