import { Errno, NetlinkError } from '@nlspace/core';
import type { Link } from '../link/link.js';
import type { PackedBytes } from '../network/packed-bytes.js';

/** An address that is answered for. */
export interface ProxyNeighbour {
  readonly address: PackedBytes;
  /** Undefined: on every link. */
  readonly link: Link | undefined;
  flags: number;
  protocol: number;
  isPermanent: boolean;
}

const BUCKETS = 16;

/** The proxies of one protocol, in the buckets that the kernel keeps and dumps them in. Nobody is told about them. */
export class ProxyNeighbours {
  readonly #buckets: ProxyNeighbour[][] = Array.from({ length: BUCKETS }, () => []);

  constructor(private readonly addressBytes: number) {}

  *all(): Generator<ProxyNeighbour> {
    for (const bucket of this.#buckets) yield* bucket;
  }

  /** One for every link answers for each. */
  find(address: PackedBytes, link: Link | undefined): ProxyNeighbour | undefined {
    return this.#bucket(address).find(
      (proxy) => proxy.address === address && (proxy.link === link || proxy.link === undefined),
    );
  }

  put(proxy: ProxyNeighbour): void {
    const known = this.find(proxy.address, proxy.link);
    if (known === undefined) {
      this.#bucket(proxy.address).unshift(proxy);
      return;
    }
    known.flags = proxy.flags;
    known.isPermanent = proxy.isPermanent;
    if (proxy.protocol !== 0) known.protocol = proxy.protocol;
  }

  /** @throws {NetlinkError} ENOENT when there is none. */
  delete(address: PackedBytes, link: Link | undefined): void {
    const bucket = this.#bucket(address);
    const at = bucket.findIndex((proxy) => proxy.address === address && proxy.link === link);
    if (at < 0) throw new NetlinkError(Errno.ENOENT);
    bucket.splice(at, 1);
  }

  flush(link: Link, goes: (proxy: ProxyNeighbour) => boolean = () => true): void {
    for (const bucket of this.#buckets) {
      for (let i = bucket.length - 1; i >= 0; i--) {
        const proxy = bucket[i] as ProxyNeighbour;
        if (proxy.link === link && goes(proxy)) bucket.splice(i, 1);
      }
    }
  }

  #bucket(address: PackedBytes): ProxyNeighbour[] {
    let hash = 0;
    for (let i = 1; i <= 4; i++) hash = (hash << 8) | address.charCodeAt(this.addressBytes - i);
    hash ^= hash >>> 16;
    hash ^= hash >>> 8;
    hash ^= hash >>> 4;
    return this.#buckets[hash & (BUCKETS - 1)] as ProxyNeighbour[];
  }
}
