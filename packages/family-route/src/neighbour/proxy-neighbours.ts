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

/** Who listens on a proxy's link to requests for its address. */
export interface ProxyObserver {
  added(proxy: ProxyNeighbour): void;
  removed(proxy: ProxyNeighbour): void;
}

const BUCKETS = 16;

/** The proxies of one protocol, in the buckets that the kernel keeps and dumps them in. Nobody is told about them. */
export class ProxyNeighbours {
  observer: ProxyObserver | undefined;
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
      this.observer?.added(proxy);
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
    this.#remove(bucket, at);
  }

  flush(link: Link, goes: (proxy: ProxyNeighbour) => boolean = () => true): void {
    for (const bucket of this.#buckets) {
      for (let i = bucket.length - 1; i >= 0; i--) {
        const proxy = bucket[i] as ProxyNeighbour;
        if (proxy.link === link && goes(proxy)) this.#remove(bucket, i);
      }
    }
  }

  #remove(bucket: ProxyNeighbour[], at: number): void {
    const [proxy] = bucket.splice(at, 1);
    this.observer?.removed(proxy as ProxyNeighbour);
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
