import { Errno } from '../errors/errno.js';
import { NetlinkError } from '../errors/netlink-error.js';
import { SocketOption } from './netlink.js';
import { LINUX_SOCKETS, type SocketProfile } from './socket-profile.js';

/** Sizes of socket buffers: net.core.{r,w}mem_default and _max, and the kernel's minimum, as stored (doubled). */
export interface BufferLimits {
  readonly defaultSize: number;
  /** What SO_RCVBUF and SO_SNDBUF may ask for without FORCE, before doubling. */
  readonly maximumRequest: number;
}

/** The kernel's defaults. */
export const DEFAULT_BUFFER_LIMITS: BufferLimits = { defaultSize: 212_992, maximumRequest: 212_992 };

const MINIMUM_RECEIVE_SIZE = 2304;
const MINIMUM_SEND_SIZE = 4608;
const MAXIMUM_STORED = 0x7fff_fffe;

/** Options that are on or off. */
type SwitchOption =
  | SocketOption.PacketInfo
  | SocketOption.BroadcastError
  | SocketOption.NoOverrunError
  | SocketOption.ListenAllNamespaces
  | SocketOption.CapAck
  | SocketOption.ExtendedAck
  | SocketOption.StrictChecking;

/** The options of one socket. */
export class SocketOptions {
  receiveBufferSize: number;
  sendBufferSize: number;
  readonly #switches: Record<SwitchOption, boolean> = {
    [SocketOption.PacketInfo]: false,
    [SocketOption.BroadcastError]: false,
    [SocketOption.NoOverrunError]: false,
    [SocketOption.ListenAllNamespaces]: false,
    [SocketOption.CapAck]: false,
    [SocketOption.ExtendedAck]: false,
    [SocketOption.StrictChecking]: false,
  };

  constructor(
    private readonly limits: BufferLimits,
    private readonly netAdmin: boolean,
    private readonly profile: SocketProfile = LINUX_SOCKETS,
  ) {
    this.receiveBufferSize = limits.defaultSize;
    this.sendBufferSize = limits.defaultSize;
  }

  isOn(option: SwitchOption): boolean {
    return this.#switches[option];
  }

  /** @throws {NetlinkError} ENOPROTOOPT for what there is not; EPERM for the FORCE options and LISTEN_ALL_NSID without netAdmin. */
  set(option: SocketOption, value: number): void {
    this.#needOption(option);
    switch (option) {
      case SocketOption.ReceiveBufferSize:
        this.receiveBufferSize = this.#stored(this.#capped(value), MINIMUM_RECEIVE_SIZE);
        return;
      case SocketOption.SendBufferSize:
        this.sendBufferSize = this.#stored(this.#capped(value), MINIMUM_SEND_SIZE);
        return;
      case SocketOption.ForceReceiveBufferSize:
        this.#needNetAdmin();
        this.receiveBufferSize = this.#stored(value, MINIMUM_RECEIVE_SIZE);
        return;
      case SocketOption.ForceSendBufferSize:
        this.#needNetAdmin();
        this.sendBufferSize = this.#stored(value, MINIMUM_SEND_SIZE);
        return;
      default:
        if (option === SocketOption.ListenAllNamespaces) this.#needNetAdmin();
        this.#switches[option] = value !== 0;
    }
  }

  /** @throws {NetlinkError} ENOPROTOOPT for what there is not, or can only be set. */
  get(option: SocketOption): number {
    this.#needOption(option);
    switch (option) {
      case SocketOption.ReceiveBufferSize:
        return this.receiveBufferSize;
      case SocketOption.SendBufferSize:
        return this.sendBufferSize;
      case SocketOption.ForceReceiveBufferSize:
      case SocketOption.ForceSendBufferSize:
        throw new NetlinkError(Errno.ENOPROTOOPT);
      default:
        return this.#switches[option] ? 1 : 0;
    }
  }

  // A negative size reads as a huge unsigned one and is capped, as in the kernel.
  #capped(value: number): number {
    return Math.min(value >>> 0, this.limits.maximumRequest);
  }

  #stored(value: number, minimum: number): number {
    return Math.min(Math.max(Math.max(value, 0) * 2, minimum), MAXIMUM_STORED);
  }

  #needOption(option: SocketOption): void {
    if (!this.profile.options.has(option)) throw new NetlinkError(Errno.ENOPROTOOPT);
  }

  #needNetAdmin(): void {
    if (!this.netAdmin) throw new NetlinkError(Errno.EPERM);
  }
}
