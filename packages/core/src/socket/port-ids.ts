import { Errno } from '../errors/errno.js';
import { NetlinkError } from '../errors/netlink-error.js';

/** Automatic port IDs other than the process ID lie in [INT32_MIN, −4096], read as unsigned (af_netlink.c). */
const FIRST_AUTOMATIC_PORT_ID = 0x8000_0000;
const AUTOMATIC_PORT_IDS = 0x8000_0000 - 4096;

/** The port IDs of one protocol: a socket's address within its domain. */
export class PortIds<Owner> {
  readonly #owners = new Map<number, Owner>();

  /** `random` gives numbers in [0, 1). */
  constructor(private readonly random: () => number) {}

  get(portId: number): Owner | undefined {
    return this.#owners.get(portId);
  }

  /** @throws {NetlinkError} EADDRINUSE. */
  claim(portId: number, owner: Owner): void {
    if (this.#owners.has(portId)) throw new NetlinkError(Errno.EADDRINUSE);
    this.#owners.set(portId, owner);
  }

  /** Takes `preferred` (the owner's process ID) if it is free, else a random one. */
  allocate(preferred: number, owner: Owner): number {
    let portId = preferred;
    while (portId === 0 || this.#owners.has(portId)) {
      portId = FIRST_AUTOMATIC_PORT_ID + Math.floor(this.random() * AUTOMATIC_PORT_IDS);
    }
    this.#owners.set(portId, owner);
    return portId;
  }

  release(portId: number): void {
    this.#owners.delete(portId);
  }

  owners(): IterableIterator<Owner> {
    return this.#owners.values();
  }
}
