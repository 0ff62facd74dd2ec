import { readFileSync, readlinkSync } from 'node:fs';
import { Errno, type NamespaceView, NetlinkError } from '@nlspace/core';

/** What TUNSETIFF asks for. */
export interface TunRequest {
  /** Empty, or with `%d` in it, to choose one. */
  readonly name: string;
  /** Ethernet frames instead of packets. */
  readonly isTap: boolean;
  readonly isMultiQueue: boolean;
  readonly hasPacketInformation: boolean;
  readonly hasVirtualHeader: boolean;
  /** Only a new one will do. */
  readonly isExclusive: boolean;
}

/** A TUN or TAP link, as the program sees it that has attached to it. */
export interface TunDevice {
  readonly name: string;
  setOwner(uid: number): void;
  setGroup(gid: number): void;
  /** It stays when the program goes. */
  setPersistent(isPersistent: boolean): void;
  /** The program has let go. */
  detach(): void;
}

/** Makes the TUN and TAP links that programs ask for on /dev/net/tun; no packet comes out of them. */
export interface TunDevices {
  /**
   * @param namespaces as the program sees them: the current one is meant.
   * @throws {NetlinkError} what TUNSETIFF is refused with.
   */
  attach(namespaces: NamespaceView, request: TunRequest, canCreate: boolean): TunDevice;
}

export const TUNSETIFF = 0x400454ca;

enum TunIoctl {
  SetPersistent = 0x400454cb,
  SetOwner = 0x400454cc,
  SetGroup = 0x400454ce,
}

/** `ifr_flags` of TUNSETIFF (IFF_*) */
enum TunFlag {
  Tun = 0x0001,
  Tap = 0x0002,
  MultiQueue = 0x0100,
  NoPacketInformation = 0x1000,
  VirtualHeader = 0x4000,
  Exclusive = 0x8000,
}

const NAME_SIZE = 16;
const SWEEP_INTERVAL_MS = 50;

/** Who asks, and by which descriptor. */
export interface TunCaller {
  readonly thread: number;
  readonly descriptor: number;
  readonly namespaces: NamespaceView;
  readonly netAdmin: boolean;
}

/** Answers `ioctl`s on /dev/net/tun, so that none makes a device of the host. */
export class TunRequests {
  /** By process and descriptor. */
  readonly #attached = new Map<string, { readonly device: TunDevice; readonly file: string | undefined }>();

  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly devices: TunDevices | undefined) {}

  /**
   * @param request for TUNSETIFF a `struct ifreq`, which is rewritten.
   * @throws {NetlinkError} EOPNOTSUPP where nobody makes devices.
   */
  answer(
    { thread, descriptor, namespaces, netAdmin }: TunCaller,
    number: number,
    argument: number,
    request: Uint8Array,
  ): void {
    if (this.devices === undefined) throw new NetlinkError(Errno.EOPNOTSUPP);
    this.sweep();
    const link = `/proc/${processOf(thread)}/fd/${descriptor}`;
    const known = this.#attached.get(link)?.device;
    if (number === TUNSETIFF) {
      if (known !== undefined) throw new NetlinkError(Errno.EEXIST);
      const device = this.devices.attach(namespaces, readRequest(request), netAdmin);
      this.#attached.set(link, { device, file: fileBehind(link) });
      this.#timer ??= setInterval(() => this.sweep(), SWEEP_INTERVAL_MS).unref();
      writeName(request, device.name);
      return;
    }
    if (known === undefined) throw new NetlinkError(Errno.EBADFD);
    switch (number) {
      case TunIoctl.SetPersistent:
        known.setPersistent(argument !== 0);
        return;
      case TunIoctl.SetOwner:
        known.setOwner(argument >>> 0);
        return;
      case TunIoctl.SetGroup:
        known.setGroup(argument >>> 0);
        return;
      default:
        throw new NetlinkError(Errno.EOPNOTSUPP);
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Nobody says when a program closes its descriptor: it is looked at now and then, and before somebody looks at links. */
  sweep(): void {
    for (const [link, { device, file }] of this.#attached) {
      if (file !== undefined && fileBehind(link) === file) continue;
      this.#attached.delete(link);
      device.detach();
    }
    if (this.#attached.size === 0) this.close();
  }
}

/** What a descriptor of a process is open on; undefined when it is closed. */
function fileBehind(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}

/** The process of a thread, so that its descriptors can be found when the thread has ended. */
function processOf(thread: number): number {
  try {
    return Number(/^Tgid:\t(\d+)$/m.exec(readFileSync(`/proc/${thread}/status`, 'latin1'))?.[1] ?? thread);
  } catch {
    return thread;
  }
}

function readRequest(request: Uint8Array): TunRequest {
  const flags = (request[NAME_SIZE] ?? 0) | ((request[NAME_SIZE + 1] ?? 0) << 8);
  const has = (flag: TunFlag) => (flags & flag) !== 0;
  if (!has(TunFlag.Tun) && !has(TunFlag.Tap)) throw new NetlinkError(Errno.EINVAL);
  const end = request.indexOf(0);
  const name = new TextDecoder('latin1').decode(
    request.subarray(0, Math.min(end < 0 ? NAME_SIZE : end, NAME_SIZE - 1)),
  );
  return {
    name,
    isTap: !has(TunFlag.Tun),
    isMultiQueue: has(TunFlag.MultiQueue),
    hasPacketInformation: !has(TunFlag.NoPacketInformation),
    hasVirtualHeader: has(TunFlag.VirtualHeader),
    isExclusive: has(TunFlag.Exclusive),
  };
}

function writeName(request: Uint8Array, name: string): void {
  request.fill(0, 0, NAME_SIZE);
  request.set(new TextEncoder().encode(name).subarray(0, NAME_SIZE - 1));
}
