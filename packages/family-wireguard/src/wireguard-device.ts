import { Errno, NetlinkError } from '@nlspace/core';
import { AllowedIps } from './allowed-ips.js';
import { clamped, isSameKey, keyName, NO_KEY } from './keys.js';
import type { ListenPorts } from './listen-ports.js';
import { WireguardPeer } from './wireguard-peer.js';

/** MAX_PEERS_PER_DEVICE */
const MOST_PEERS = 1 << 20;

/** What has been configured of a WireGuard link. There is no path for data: nobody shakes hands, nothing is counted. */
export class WireguardDevice {
  firewallMark = 0;
  /** Counts configurations: a dump that sees it change is not a snapshot. */
  generation = 1;
  readonly allowedIps = new AllowedIps();
  readonly #peers = new Map<string, WireguardPeer>();
  #privateKey = NO_KEY;
  #publicKey: Uint8Array | undefined;
  #listenPort = 0;
  #isOpen = false;

  /** @param ports of the namespace that it was made in, wherever it goes. */
  constructor(private readonly ports: ListenPorts) {}

  /** In the order in which they came. Goes on over changes. */
  peers(): IterableIterator<WireguardPeer> {
    return this.#peers.values();
  }

  get peerCount(): number {
    return this.#peers.size;
  }

  /** 0: one is chosen when the link goes up. */
  get listenPort(): number {
    return this.#listenPort;
  }

  /** Both keys; undefined where there are none. */
  get identity(): { readonly privateKey: Uint8Array; readonly publicKey: Uint8Array } | undefined {
    return this.#publicKey === undefined
      ? undefined
      : { privateKey: this.#privateKey, publicKey: this.#publicKey };
  }

  peer(publicKey: Uint8Array): WireguardPeer | undefined {
    return this.#peers.get(keyName(publicKey));
  }

  /** @throws {NetlinkError} ENOMEM when it has 2²⁰ already. */
  addPeer(publicKey: Uint8Array): WireguardPeer {
    if (this.#peers.size >= MOST_PEERS) throw new NetlinkError(Errno.ENOMEM);
    const peer = new WireguardPeer(publicKey.slice());
    this.#peers.set(keyName(publicKey), peer);
    return peer;
  }

  removePeer(peer: WireguardPeer): void {
    this.allowedIps.takeAll(peer);
    this.#peers.delete(keyName(peer.publicKey));
  }

  removeAllPeers(): void {
    for (const peer of [...this.#peers.values()]) this.removePeer(peer);
  }

  /**
   * Gives it an identity, or with zeros none. A peer with the same public key would be itself, and goes.
   *
   * @param publicKey that of the private one; undefined for none.
   */
  changePrivateKey(privateKey: Uint8Array, publicKey: Uint8Array | undefined): void {
    if (isSameKey(privateKey, this.#privateKey)) return;
    const self = publicKey === undefined ? undefined : this.peer(publicKey);
    if (self !== undefined) this.removePeer(self);
    this.#privateKey = clamped(privateKey);
    this.#publicKey = publicKey;
  }

  /** @throws {NetlinkError} EADDRINUSE when it is up and another one listens there. */
  changeListenPort(port: number): void {
    if (port === this.#listenPort) return;
    if (this.#isOpen) {
      const opened = this.ports.open(port, this);
      this.ports.close(this.#listenPort, this);
      this.#listenPort = opened;
    } else this.#listenPort = port;
  }

  /** The link goes up. @throws {NetlinkError} EADDRINUSE */
  open(): void {
    this.#listenPort = this.ports.open(this.#listenPort, this);
    this.#isOpen = true;
  }

  /** The link goes down; the port stays its own as far as nobody else takes it. */
  close(): void {
    this.ports.close(this.#listenPort, this);
    this.#isOpen = false;
  }
}
