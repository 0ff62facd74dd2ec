import {
  type Datagram,
  Errno,
  type NetlinkAddress,
  NetlinkError,
  type NetlinkSocket,
  type ReceiveOptions,
  SocketOption,
} from '@nlspace/core';
import { Fact, MOST_CANDIDATES } from '@nlspace/native';
import type { Actor } from './actor.js';
import { Incoming } from './incoming.js';
import { mentionsOf } from './mentions.js';
import { check } from './refusal.js';
import { Membership, OPTIONS, SOL_NETLINK } from './socket-options.js';
import type { OpenedSocket, SocketTable } from './socket-table.js';

export interface KernelSocketOptions {
  readonly protocol: number;
  readonly actor: Actor;
  /** The port ID that the kernel would choose first; @default that of this process */
  readonly processId: number | undefined;
  readonly keepsAlive: boolean;
}

const NOBODY: NetlinkAddress = { portId: 0, groups: 0 };
const NO_DESTINATION = -1;
const NOTHING = new Uint8Array(0);
const CLOSED = -1;
/** When a send that could not be done is worth another attempt: the kernel does not say. */
const RETRY_MS = 10;
/** Where the kernel looks for a port ID when the process ID is taken: below this, as a signed number. */
const HIGHEST_CHOSEN = -4097;
const LOWEST_CHOSEN = -0x8000_0000;
const MOST_ATTEMPTS = 1_000;

/** An AF_NETLINK socket of the kernel. */
export class KernelSocket implements NetlinkSocket {
  readonly protocol: number;
  onReadable: (() => void) | undefined;
  readonly #incoming: Incoming;
  readonly #actor: Actor;
  #descriptor: number;
  /** Undefined when the kernel has to be asked. */
  #address: NetlinkAddress | undefined = NOBODY;
  /** The kernel's name for it does not say: it keeps the port ID of a bind that was refused. */
  #isBound = false;
  #peer = NOBODY;
  #tellsPacketInfo = 0;

  constructor(
    private readonly table: SocketTable,
    private readonly opened: OpenedSocket,
    private readonly options: KernelSocketOptions,
  ) {
    this.protocol = options.protocol;
    this.#actor = options.actor;
    this.#descriptor = opened.descriptor;
    this.#incoming = new Incoming(table, opened.descriptor);
    const arrived = (hasFailed: boolean) => {
      if (hasFailed) this.#incoming.suspect();
      this.onReadable?.();
    };
    table.listen(opened.token, { arrived }, options.keepsAlive);
  }

  get address(): NetlinkAddress {
    if (this.#address === undefined) {
      check(this.table.sockets.name(this.#descriptor));
      this.#address = { portId: this.table.fact(Fact.PortId), groups: this.table.fact(Fact.Groups) };
    }
    return this.#address;
  }

  get peer(): NetlinkAddress {
    return this.#peer;
  }

  get readable(): boolean {
    return this.#descriptor !== CLOSED && this.#incoming.isReadable;
  }

  async bind({ portId, groups }: NetlinkAddress): Promise<void> {
    if (portId === 0 && !this.#isBound) this.#bindAutomatically(groups);
    else check(this.#bind(portId, groups));
  }

  async connect({ portId, groups }: NetlinkAddress): Promise<void> {
    if (!this.#isBound) this.#bindAutomatically(0);
    const { thread, isPowerless } = this.#actor;
    check(this.table.sockets.connect(this.#descriptor, thread, isPowerless, portId, groups));
    // One group, the lowest.
    this.#peer = { portId, groups: (groups & -groups) >>> 0 };
  }

  async joinGroup(group: number): Promise<void> {
    this.#set(SOL_NETLINK, Membership.Add, group);
  }

  async leaveGroup(group: number): Promise<void> {
    this.#set(SOL_NETLINK, Membership.Drop, group);
  }

  async memberships(): Promise<Uint32Array> {
    return this.table.bits(check(this.table.sockets.memberships(this.#descriptor)));
  }

  // The kernel is always asked for the group of a datagram: whether a reader sees it is up to who asks here.
  async setOption(option: SocketOption, value: number): Promise<void> {
    if (option === SocketOption.PacketInfo) {
      this.#tellsPacketInfo = value === 0 ? 0 : 1;
      return;
    }
    const [level, number] = OPTIONS[option];
    this.#set(level, number, value);
  }

  async getOption(option: SocketOption): Promise<number> {
    if (option === SocketOption.PacketInfo) return this.#tellsPacketInfo;
    return check(this.table.sockets.getOption(this.#descriptor, ...OPTIONS[option]));
  }

  send(datagram: Uint8Array, destination?: NetlinkAddress): undefined {
    if (!this.#isBound) this.#bindAutomatically(0);
    const { thread, isPowerless } = this.#actor;
    const result = this.table.sockets.send(
      this.#descriptor,
      thread,
      isPowerless,
      datagram,
      destination?.portId ?? NO_DESTINATION,
      destination?.groups ?? 0,
      destination?.portId === this.#peer.portId && destination.groups === this.#peer.groups,
      thread === 0 ? NOTHING : this.#mentions(datagram),
    );
    // Another process does not read: it says nothing when it does.
    if (result === -Errno.EAGAIN) setTimeout(() => this.onReadable?.(), RETRY_MS).unref();
    check(result);
    this.table.tellArrivals();
    return undefined;
  }

  receive(options: ReceiveOptions = {}): Datagram | undefined {
    return this.#descriptor === CLOSED ? undefined : this.#incoming.receive(options);
  }

  close(): void {
    if (this.#descriptor === CLOSED) return;
    this.#descriptor = CLOSED;
    this.#address = NOBODY;
    this.table.forget(this.opened, this.options.keepsAlive);
  }

  #mentions(datagram: Uint8Array): Uint8Array {
    const numbers = mentionsOf(this.protocol, datagram);
    if (numbers === undefined) return NOTHING;
    if (numbers.length > MOST_CANDIDATES)
      throw new NetlinkError(
        Errno.EOPNOTSUPP,
        `more than ${MOST_CANDIDATES} numbers that may be descriptors`,
      );
    return new Uint8Array(Int32Array.from(numbers).buffer);
  }

  /** As the kernel does it for the process: its ID, else any that is free. */
  #bindAutomatically(groups: number): void {
    const { processId } = this.options;
    if (processId === undefined) {
      check(this.#bind(0, groups));
      return;
    }
    let result = this.#bind(processId, groups);
    for (let attempt = 0; result === -Errno.EADDRINUSE && attempt < MOST_ATTEMPTS; attempt++)
      result = this.#bind(choosePortId(), groups);
    check(result);
  }

  #bind(portId: number, groups: number): number {
    if (this.#descriptor === CLOSED) return -Errno.EBADF;
    const { thread, isPowerless } = this.#actor;
    const result = this.table.sockets.bind(this.#descriptor, thread, isPowerless, portId, groups);
    this.#isBound ||= result === 0;
    this.#address = undefined;
    return result;
  }

  #set(level: number, option: number, value: number): void {
    const { thread, isPowerless } = this.#actor;
    const result = this.table.sockets.setOption(this.#descriptor, thread, isPowerless, level, option, value);
    check(result);
    // Groups 1…32 are part of the address.
    this.#address = undefined;
  }
}

function choosePortId(): number {
  return (LOWEST_CHOSEN + Math.floor(Math.random() * (HIGHEST_CHOSEN - LOWEST_CHOSEN + 1))) >>> 0;
}
