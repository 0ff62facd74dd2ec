import { Errno } from '../errors/errno.js';
import { NetlinkError } from '../errors/netlink-error.js';
import { Memberships } from '../multicast/memberships.js';
import type { MulticastGroups } from '../multicast/multicast-groups.js';
import { ReceiveBuffer } from '../queue/receive-buffer.js';
import { type Task, TaskQueue } from '../queue/task-queue.js';
import type { NamespacePlace } from './namespace-world.js';
import {
  type Credentials,
  type Datagram,
  type NamespaceView,
  type NetlinkAddress,
  type NetlinkSocket,
  type ReceiveOptions,
  SocketOption,
} from './netlink.js';
import type { PortIds } from './port-ids.js';
import { type BufferLimits, SocketOptions } from './socket-options.js';
import type { SocketProfile } from './socket-profile.js';

/** What a send buffer cannot hold of its own size (af_netlink.c). */
const SEND_OVERHEAD = 32;
const DEFAULT_CAPACITY = 32_768;

/** What sockets of one protocol share. */
export interface SocketWorld {
  readonly protocol: number;
  readonly highestGroup: number;
  readonly ports: PortIds<DomainSocket>;
  readonly groups: MulticastGroups<DomainSocket>;
  readonly bufferLimits: BufferLimits;
  readonly profile: SocketProfile;
  /** Undefined where there is but one namespace. */
  readonly place: NamespacePlace | undefined;
  /** Makes the task that answers the requests of a datagram. */
  handle(socket: DomainSocket, datagram: Uint8Array): Task;
  closed(socket: DomainSocket): void;
}

/** A dump that a socket is reading. */
export interface RunningDump {
  /** Produces one datagram, of at most `capacity` bytes unless a single message is larger. */
  advance(capacity: number): { readonly bytes: Uint8Array; readonly last: boolean };
  close(): void;
}

/** The smallest and the largest datagram of a dump (NLMSG_GOODSIZE, and what fits an allocation of 32 KiB). */
const SMALLEST_DUMP_CAPACITY = 3776;
const LARGEST_DUMP_CAPACITY = 32_448;

const KERNEL_SIDE: NetlinkAddress = { portId: 0, groups: 0 };

/** One socket of a domain: its address, its memberships, its task queue and its receive buffer. */
export class DomainSocket implements NetlinkSocket {
  readonly options: SocketOptions;
  readonly counters = { sent: 0, requests: 0 };
  onReadable: (() => void) | undefined;

  readonly #world: SocketWorld;
  readonly #memberships: Memberships;
  readonly #buffer: ReceiveBuffer;
  readonly #queue: TaskQueue;
  #portId = 0;
  #peer: NetlinkAddress = KERNEL_SIDE;
  #largestCapacity = 0;
  #dump: RunningDump | undefined;
  #advancing = false;
  #receiving = false;
  #closed = false;

  constructor(
    world: SocketWorld,
    readonly credentials: Credentials,
    readonly namespaces?: NamespaceView,
  ) {
    this.#world = world;
    this.options = new SocketOptions(world.bufferLimits, credentials.netAdmin, world.profile);
    this.#memberships = new Memberships(() => world.highestGroup);
    this.#buffer = new ReceiveBuffer(this.options.receiveBufferSize);
    this.#queue = new TaskQueue(() => this.#buffer.isFull);
  }

  get protocol(): number {
    return this.#world.protocol;
  }

  get profile(): SocketProfile {
    return this.#world.profile;
  }

  get place(): NamespacePlace | undefined {
    return this.#world.place;
  }

  get portId(): number {
    return this.#portId;
  }

  get address(): NetlinkAddress {
    return { portId: this.#portId, groups: this.#memberships.firstWord };
  }

  get peer(): NetlinkAddress {
    return this.#peer;
  }

  get receiveCounters() {
    return this.#buffer.counters;
  }

  get isDumping(): boolean {
    return this.#dump !== undefined;
  }

  get joinedGroups(): number[] {
    return [...this.#memberships.groups()];
  }

  hasJoined(group: number): boolean {
    return this.#memberships.has(group);
  }

  async bind({ portId, groups }: NetlinkAddress): Promise<void> {
    this.#needOpen();
    if (this.#portId === 0) {
      if (portId === 0) this.#autobind();
      else this.#claim(portId);
    } else if (portId !== this.#portId) {
      throw new NetlinkError(Errno.EINVAL);
    }
    // Bits above the last group are dropped without a word; rtmon binds all 32.
    for (let group = 1; group <= Math.min(32, this.#world.highestGroup); group++) {
      this.#setMembership(group, ((groups >>> (group - 1)) & 1) === 1);
    }
  }

  async connect(address: NetlinkAddress): Promise<void> {
    this.#needOpen();
    if (address.portId !== 0 || address.groups !== 0) this.#needNetAdmin();
    if (this.#portId === 0) this.#autobind();
    this.#peer = { portId: address.portId, groups: lowestGroupBit(address.groups) };
  }

  async joinGroup(group: number): Promise<void> {
    this.#needOpen();
    this.#checkGroup(group);
    this.#setMembership(group, true);
  }

  async leaveGroup(group: number): Promise<void> {
    this.#needOpen();
    this.#checkGroup(group);
    this.#setMembership(group, false);
  }

  async memberships(): Promise<Uint32Array> {
    return this.#memberships.words();
  }

  async setOption(option: SocketOption, value: number): Promise<void> {
    this.#needOpen();
    this.options.set(option, value);
    if (option === SocketOption.ListenAllNamespaces) this.#listenToAll(value !== 0);
    this.#buffer.size = this.options.receiveBufferSize;
    this.#queue.resume();
  }

  async getOption(option: SocketOption): Promise<number> {
    return this.options.get(option);
  }

  send(datagram: Uint8Array, destination: NetlinkAddress = this.#peer): Promise<void> | undefined {
    this.#needOpen();
    if (datagram.length === 0) throw new NetlinkError(Errno.ENODATA);
    if (destination.portId !== 0 || destination.groups !== 0) this.#needNetAdmin();
    if (this.#portId === 0 && this.profile.bindsOnSend) this.#autobind();
    if (datagram.length > this.options.sendBufferSize - SEND_OVERHEAD) throw new NetlinkError(Errno.EMSGSIZE);
    this.counters.sent++;
    if (destination.groups !== 0) this.#multicast(datagram, destination.groups);
    if (destination.portId !== 0) return this.#sendTo(destination.portId, datagram);
    return this.#request(datagram);
  }

  receive(options: ReceiveOptions = {}): Datagram | undefined {
    if (this.#buffer.takeOverrun()) throw new NetlinkError(Errno.ENOBUFS);
    const datagram = options.peek ? this.#buffer.peek() : this.#buffer.take();
    if (datagram === undefined || (options.peek && options.capacity === 0)) return datagram;
    this.#largestCapacity = Math.max(this.#largestCapacity, options.capacity ?? DEFAULT_CAPACITY);
    if (this.#dump === undefined && this.#queue.idle) return datagram;
    this.#receiving = true;
    try {
      this.#advanceDump();
      this.#queue.resume();
    } finally {
      this.#receiving = false;
    }
    return datagram;
  }

  get readable(): boolean {
    return !this.#buffer.isEmpty || this.#buffer.hasOverrun;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#queue.close();
    this.#dump?.close();
    this.#dump = undefined;
    for (const group of this.#memberships.groups()) this.#world.groups.leave(group, this);
    this.#listenToAll(false);
    if (this.#portId !== 0) this.#world.ports.release(this.#portId);
    this.#world.closed(this);
  }

  /** Queues an answer to this socket's own request; it is never dropped. */
  deliverReply(bytes: Uint8Array, source: NetlinkAddress = KERNEL_SIDE): void {
    if (this.#closed) return;
    this.#buffer.pushReply({ bytes, source, group: 0 });
    this.#announce();
  }

  /** Queues a notification, or drops it and remembers that it did. */
  deliverNotification(datagram: Datagram): void {
    if (this.#closed) return;
    const overrunBefore = this.#buffer.hasOverrun;
    const tellReader = this.profile.reportsOverruns && !this.options.isOn(SocketOption.NoOverrunError);
    if (this.#buffer.offerNotification(datagram, tellReader) || this.#buffer.hasOverrun !== overrunBefore) {
      this.#announce();
    }
  }

  #announce(): void {
    if (!this.#receiving) this.onReadable?.();
  }

  /** Begins a dump: its first datagram is produced at once. */
  startDump(dump: RunningDump): void {
    this.#dump = dump;
    this.#advanceDump();
  }

  /** Produces one datagram ahead of the reader; one at a time, for a listener may read while it is delivered. */
  #advanceDump(): void {
    if (this.#advancing) return;
    this.#advancing = true;
    try {
      let wanted = this.#buffer.hasRoomAhead;
      while (wanted && this.#dump !== undefined) {
        const capacity = Math.min(
          Math.max(this.#largestCapacity, SMALLEST_DUMP_CAPACITY),
          LARGEST_DUMP_CAPACITY,
        );
        const { bytes, last } = this.#dump.advance(capacity);
        if (last) this.#dump = undefined;
        this.deliverReply(bytes);
        wanted = this.#buffer.isEmpty;
      }
    } finally {
      this.#advancing = false;
    }
  }

  #request(datagram: Uint8Array): Promise<void> | undefined {
    if (!this.#queue.idle && this.#queue.pendingBytes + datagram.length > this.options.sendBufferSize) {
      throw new NetlinkError(Errno.EAGAIN);
    }
    return this.#queue.submit(this.#world.handle(this, datagram));
  }

  #multicast(datagram: Uint8Array, groups: number): void {
    const bit = lowestGroupBit(groups);
    const group = 32 - Math.clz32(bit);
    const copy = datagram.slice();
    const source = { portId: this.#portId, groups: bit };
    const sent = { bytes: copy, source, group };
    for (const member of this.#world.groups.members(group)) {
      if (member !== this) member.deliverNotification(sent);
    }
    this.place?.world.deliverElsewhere(sent, this.protocol, this.place.id);
  }

  #sendTo(portId: number, datagram: Uint8Array): undefined {
    const receiver = this.#world.ports.get(portId);
    if (receiver === undefined) throw new NetlinkError(Errno.ECONNREFUSED);
    receiver.deliverReply(datagram.slice(), { portId: this.#portId, groups: 0 });
  }

  #listenToAll(listens: boolean): void {
    const listeners = this.#world.place?.world.listeners;
    if (listens) listeners?.add(this);
    else listeners?.delete(this);
  }

  #autobind(): void {
    this.#portId = this.#world.ports.allocate(this.credentials.pid >>> 0, this);
  }

  #claim(portId: number): void {
    this.#world.ports.claim(portId, this);
    this.#portId = portId;
  }

  #checkGroup(group: number): void {
    if (group < 1 || group > this.#world.highestGroup) throw new NetlinkError(Errno.EINVAL);
  }

  #setMembership(group: number, joined: boolean): void {
    if (this.#memberships.has(group) === joined) return;
    this.#memberships.set(group, joined);
    if (joined) this.#world.groups.join(group, this);
    else this.#world.groups.leave(group, this);
  }

  /** The group is no more. */
  dropGroup(group: number): void {
    this.#setMembership(group, false);
  }

  #needOpen(): void {
    if (this.#closed) throw new NetlinkError(Errno.EBADF);
  }

  #needNetAdmin(): void {
    if (!this.credentials.netAdmin) throw new NetlinkError(Errno.EPERM);
  }
}

function lowestGroupBit(groups: number): number {
  return (groups & -groups) >>> 0;
}
