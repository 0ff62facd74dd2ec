/**
 * AF_NETLINK sockets of the kernel, the mechanism below `transport-kernel`. Numbers below 0 are negative errno values.
 * `thread` is in whose place it is done (0: our own), with its namespaces, IDs and capabilities; `powerless`: without
 * any capability.
 */
export interface KernelSockets {
  /** Facts about what was received, in words; from `FACTS` on the bytes. Valid until the next call. */
  readonly memory: ArrayBuffer;
  /**
   * @param token names it in `ready`: less than `FAILED`.
   * @param place the file of a network namespace; empty for the one that the thread is in.
   * @returns a descriptor; it does not block.
   */
  open(token: number, thread: number, powerless: boolean, protocol: number, place: string): number;
  bind(descriptor: number, thread: number, powerless: boolean, portId: number, groups: number): number;
  connect(descriptor: number, thread: number, powerless: boolean, portId: number, groups: number): number;
  /** Port ID and groups become facts. */
  name(descriptor: number): number;
  setOption(
    descriptor: number,
    thread: number,
    powerless: boolean,
    level: number,
    option: number,
    value: number,
  ): number;
  getOption(descriptor: number, level: number, option: number): number;
  /** @returns how many bytes of bits there are now. */
  memberships(descriptor: number): number;
  /**
   * @param portId -1 for no destination.
   * @param isPeer it would go there without a destination.
   * @param candidates numbers, 32 bits each, that the kernel is to understand as the thread does: descriptors, if it has
   * them open, and processes.
   * @returns the length.
   */
  send(
    descriptor: number,
    thread: number,
    powerless: boolean,
    bytes: Uint8Array,
    portId: number,
    groups: number,
    isPeer: boolean,
    candidates: Uint8Array,
  ): number;
  /** One datagram; @returns its length, with MSG_TRUNC the true one. */
  receive(descriptor: number, capacity: number, flags: number): number;
  /** What is there; @returns the number of datagrams, one per slot. */
  receiveMany(descriptor: number): number;
  /** Where something has arrived since it was last said: tokens, with `FAILED`, become words of memory; @returns how many. */
  ready(): number;
  close(descriptor: number): void;
  keepLoopAlive(alive: boolean): void;
}

/** Words of memory about a datagram (of each slot in turn): `struct facts`. */
export enum Fact {
  Length = 0,
  PortId = 1,
  Groups = 2,
  Group = 3,
  /** Signed; -1 for the socket's own. */
  NamespaceNumber = 4,
}
export const FACT_WORDS = 8;
export const FACTS = 4096;
export const SLOT_SIZE = 1 << 20;
/** In a word of `ready`: the next receive gives an error. */
export const FAILED = 0x8000_0000;
/** What `ready` says at most. */
export const MOST_READY = 64;
/** Of `send`. */
export const MOST_CANDIDATES = 64;
