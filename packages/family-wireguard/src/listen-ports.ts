import { Errno, NetlinkError, seededRandom } from '@nlspace/core';

/** net.ipv4.ip_local_port_range */
const FIRST_CHOSEN = 32_768;
const LAST_CHOSEN = 60_999;

/** The UDP ports of a network namespace on which devices listen. */
export class ListenPorts {
  readonly #owners = new Map<number, object>();
  readonly #random = seededRandom(51_820);

  /**
   * @param wanted 0 for any.
   * @throws {NetlinkError} EADDRINUSE when another one listens there.
   */
  open(wanted: number, owner: object): number {
    const port = wanted === 0 ? this.#choose() : wanted;
    if (this.#owners.has(port)) throw new NetlinkError(Errno.EADDRINUSE);
    this.#owners.set(port, owner);
    return port;
  }

  close(port: number, owner: object): void {
    if (this.#owners.get(port) === owner) this.#owners.delete(port);
  }

  #choose(): number {
    const count = LAST_CHOSEN - FIRST_CHOSEN + 1;
    const first = Math.floor(this.#random() * count);
    for (let tried = 0; tried < count; tried++) {
      const port = FIRST_CHOSEN + ((first + tried) % count);
      if (!this.#owners.has(port)) return port;
    }
    throw new NetlinkError(Errno.EADDRINUSE);
  }
}
