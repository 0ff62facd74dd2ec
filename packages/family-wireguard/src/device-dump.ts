import { ByteWriter, type DumpRoom, MessageFlag, RawDump, writeMessageHeader } from '@nlspace/core';
import { genericHeader } from '@nlspace/family-generic';
import { AddressFamily, type Link } from '@nlspace/family-route';
import type { AllowedIp } from './allowed-ips.js';
import { writeEndpoint } from './endpoint.js';
import { PROTOCOL_VERSION } from './set-peer.js';
import type { WireguardDevice } from './wireguard-device.js';
import {
  allowedIpAttributes,
  deviceAttributes,
  type PeerAttributes,
  peerAttributes,
  WireguardCommand,
} from './wireguard-message.js';
import type { WireguardPeer } from './wireguard-peer.js';

const HEADERS_SIZE = 16 + genericHeader.size;
const NESTED = 0x8000;
const PEERS = deviceAttributes.shape.peers.type | NESTED;
const ALLOWED_IPS = peerAttributes.shape.allowedIps.type | NESTED;
const NO_HANDSHAKE = new Uint8Array(16);

/** A peer that is not written whole yet. */
interface Unfinished {
  readonly peer: WireguardPeer;
  /** Of the allowed IPs that are left. */
  readonly rest: Iterator<AllowedIp>;
  next: AllowedIp | undefined;
  readonly generation: number;
}

/**
 * A device as messages, each as full as the reader's buffer lets it be. Peers that do not fit come in the next one; of a peer
 * with more allowed IPs than fit, the next one has the public key and the rest. What the device says of itself is repeated until a first
 * peer has been written whole. As the kernel does all of this, clients put it together again.
 */
export class DeviceDump extends RawDump {
  readonly #writer = new ByteWriter(4096);
  readonly #peers: Iterator<WireguardPeer>;
  /** The last one that was written whole. */
  #last: WireguardPeer | undefined;
  /** Looked at, but there was no room. */
  #waiting: WireguardPeer | undefined;
  #unfinished: Unfinished | undefined;
  #generation: number | undefined;

  constructor(
    private readonly link: Link,
    private readonly device: WireguardDevice,
  ) {
    super();
    this.#peers = device.peers();
  }

  fill(room: DumpRoom): boolean {
    const writer = this.#writer;
    const capacity = room.limit - room.offset;
    writer.reset();
    writer.reserve(HEADERS_SIZE);
    if (this.#last === undefined) deviceAttributes.encode(writer, describeDevice(this.link, this.device));
    const before = writer.length;
    const isComplete = this.#writePeers(capacity);
    if (writer.length > capacity || (writer.length === before && !isComplete)) return false;
    const { generation } = this.device;
    const interrupted =
      this.#generation === undefined || this.#generation === generation ? 0 : MessageFlag.DumpInterrupted;
    this.#generation = generation;
    writeMessageHeader(writer.view, 0, {
      length: writer.length,
      type: room.messageType,
      flags: room.flags | interrupted,
      sequence: room.sequence,
      portId: room.portId,
    });
    genericHeader.write(writer.view, 16, { command: WireguardCommand.GetDevice, version: 1 });
    room.bytes.set(writer.bytes.subarray(0, writer.length), room.offset);
    room.offset += writer.length;
    return isComplete;
  }

  /** Says whether none is left. Nothing is written where there is no room for any. */
  #writePeers(capacity: number): boolean {
    const writer = this.#writer;
    const start = writer.beginAttribute(PEERS);
    let isComplete = true;
    for (let peer = this.#next(); peer !== undefined; peer = this.#next()) {
      if (this.#writePeer(peer, capacity)) {
        this.#last = peer;
        continue;
      }
      if (this.#unfinished === undefined) this.#waiting = peer;
      isComplete = false;
      break;
    }
    if (writer.length === start + 4) writer.length = start;
    else writer.endAttribute(start);
    return isComplete;
  }

  /** Undefined also when the one behind which it goes on is gone: the reader learns that it was interrupted. */
  #next(): WireguardPeer | undefined {
    const last = this.#last;
    if (last !== undefined && this.device.peer(last.publicKey) !== last) return undefined;
    const begun = this.#unfinished?.peer ?? this.#waiting;
    this.#waiting = undefined;
    if (begun !== undefined && this.device.peer(begun.publicKey) === begun) return begun;
    this.#unfinished = undefined;
    return this.#peers.next().value;
  }

  /** Says whether it is written whole; `#unfinished` is what is left of one that has been begun. */
  #writePeer(peer: WireguardPeer, capacity: number): boolean {
    const writer = this.#writer;
    const start = writer.beginAttribute(NESTED);
    const unfinished = this.#unfinished;
    const { generation } = this.device.allowedIps;
    peerAttributes.encode(
      writer,
      unfinished === undefined ? describePeer(peer) : { publicKey: peer.publicKey },
    );
    const rest = unfinished?.rest ?? peer.allowedIps.values();
    let next: AllowedIp | undefined = unfinished === undefined ? rest.next().value : unfinished.next;
    if (unfinished !== undefined && unfinished.generation !== generation) next = undefined;
    const nest = next === undefined ? undefined : writer.beginAttribute(ALLOWED_IPS);
    if (writer.length > capacity) {
      writer.length = start;
      return false;
    }
    let end = writer.length;
    for (; next !== undefined; next = rest.next().value) {
      writeAllowedIp(writer, next);
      if (writer.length > capacity) break;
      end = writer.length;
    }
    writer.length = end;
    if (nest !== undefined) writer.endAttribute(nest);
    writer.endAttribute(start);
    this.#unfinished = next === undefined ? undefined : { peer, rest, next, generation };
    return next === undefined;
  }
}

function describeDevice(link: Link, { listenPort, firewallMark, identity }: WireguardDevice) {
  return {
    listenPort,
    firewallMark,
    interfaceIndex: link.index,
    interfaceName: link.name,
    ...identity,
  };
}

function describePeer(peer: WireguardPeer): PeerAttributes {
  const { publicKey, presharedKey, endpoint, persistentKeepaliveSeconds } = peer;
  return {
    publicKey,
    presharedKey,
    lastHandshake: NO_HANDSHAKE,
    persistentKeepalive: persistentKeepaliveSeconds,
    transmittedBytes: 0n,
    receivedBytes: 0n,
    protocolVersion: PROTOCOL_VERSION,
    ...(endpoint === undefined ? {} : { endpoint: writeEndpoint(endpoint) }),
  };
}

function writeAllowedIp(writer: ByteWriter, { address, prefixLength }: AllowedIp): void {
  const start = writer.beginAttribute(NESTED);
  const addressFamily = address.length === 4 ? AddressFamily.Inet : AddressFamily.Inet6;
  allowedIpAttributes.encode(writer, { prefixLength, addressFamily, address });
  writer.endAttribute(start);
}
