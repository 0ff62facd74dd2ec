import type { WireguardPeer } from './wireguard-peer.js';

/** A prefix whose packets are a peer's. */
export interface AllowedIp {
  /** 4 or 16 bytes, zero behind the prefix. */
  readonly address: Uint8Array;
  readonly prefixLength: number;
}

/** Which peer of a device has which prefix: each has one owner, and is moved to the peer that asks for it next. */
export class AllowedIps {
  readonly #owners = new Map<string, WireguardPeer>();
  #generation = 1;

  /** Counts changes: a dump that sees it change leaves the rest of a peer's prefixes out. */
  get generation(): number {
    return this.#generation;
  }

  /** The prefix becomes the peer's, and its last one, also if it was its own before. */
  give(prefix: AllowedIp, peer: WireguardPeer): void {
    this.#generation++;
    const masked = { ...prefix, address: maskedAddress(prefix) };
    const name = nameOf(masked);
    this.#owners.get(name)?.allowedIps.delete(name);
    this.#owners.set(name, peer);
    peer.allowedIps.set(name, masked);
  }

  /** Nothing happens where it is another's, or nobody's. */
  take(prefix: AllowedIp, peer: WireguardPeer): void {
    this.#generation++;
    const name = nameOf({ ...prefix, address: maskedAddress(prefix) });
    if (peer.allowedIps.delete(name)) this.#owners.delete(name);
  }

  takeAll(peer: WireguardPeer): void {
    if (peer.allowedIps.size === 0) return;
    this.#generation++;
    for (const name of peer.allowedIps.keys()) this.#owners.delete(name);
    peer.allowedIps.clear();
  }
}

function nameOf({ address, prefixLength }: AllowedIp): string {
  return `${address.join('.')}/${prefixLength}`;
}

function maskedAddress({ address, prefixLength }: AllowedIp): Uint8Array {
  return address.map((byte, index) => {
    const bits = Math.min(Math.max(prefixLength - 8 * index, 0), 8);
    return byte & (0xff00 >> bits);
  });
}
