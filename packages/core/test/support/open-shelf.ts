import {
  type Credentials,
  type DomainOptions,
  NetlinkDomain,
  type NetlinkSocket,
  SocketOption,
} from '../../src/index.js';
import { SHELF_PROTOCOL, ShelfFamily } from './shelf-family.js';

export const ROOT: Credentials = { uid: 0, gid: 0, pid: 4321, netAdmin: true };
export const NOBODY: Credentials = { uid: 65534, gid: 65534, pid: 5432, netAdmin: false };

export interface Shelf {
  readonly domain: NetlinkDomain;
  readonly family: ShelfFamily;
  readonly defects: unknown[];
  open(credentials?: Credentials, ...options: SocketOption[]): Promise<NetlinkSocket>;
}

/** A domain that serves the shelf family. */
export function openShelf(options: DomainOptions = {}): Shelf {
  const defects: unknown[] = [];
  const domain = new NetlinkDomain({ onDefect: (error) => defects.push(error), ...options });
  const family = domain.register(ShelfFamily).instance as ShelfFamily;
  return {
    domain,
    family,
    defects,
    async open(credentials = ROOT, ...switches) {
      const socket = await domain.open({ protocol: SHELF_PROTOCOL, credentials });
      for (const option of switches) await socket.setOption(option, 1);
      return socket;
    },
  };
}
