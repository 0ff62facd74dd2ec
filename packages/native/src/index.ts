import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { KernelSockets } from './kernel-sockets.js';
import type { PacketSockets } from './packet-sockets.js';

export * from './kernel-sockets.js';
export * from './packet-sockets.js';

/** What a trapped system call asks for; the numbers are those of `enum operation` in supervisor.h. */
export enum Operation {
  /** `a` = type, `b` = protocol. Answered by `place`. */
  Open = 1,
  /** `a` = length of the name in memory. */
  Bind = 2,
  Connect = 3,
  /** Answered by `answerName`. */
  SocketName = 4,
  PeerName = 5,
  /** `a` = level, `b` = option, `c` = length; the value is in memory. */
  SetOption = 6,
  /** `a` = level, `b` = option, `c` = room. Answered by `answerOption`. */
  GetOption = 7,
  /** `a` = flags, `b` = length of the datagram in memory, `c` = length of the name or -1. */
  Send = 8,
  /** `a` = flags, `b` = messages; see `selectMessage`. */
  SendMany = 9,
  /** `a` = flags, `b` = capacity. */
  Receive = 10,
  ReceiveMany = 11,
  /** listen, accept, shutdown */
  Unsupported = 12,
  /** ioctl about an interface, on whatever socket: `a` = request, `b` = its handle or -1; the ifreq is in memory, behind it the command of SIOCETHTOOL. Answered by `answerInterface`. */
  Interface = 13,
  /**
   * ioctl on /dev/net/tun: `a` = request, `b` = descriptor, `c` = argument; for TUNSETIFF the ifreq is in memory. Answered by
   * `answerInterface` or `complete`.
   */
  Device = 14,
}

/** What the launcher reports; the numbers are those of `enum launch_event` in protocol.h. */
export enum LaunchEvent {
  /** The launcher is gone, and with it every process that it started. */
  Gone = 0,
  Listener = 1,
  Failed = 2,
  Stopped = 3,
  Continued = 4,
  Exited = 5,
  Killed = 6,
}

/** Where a launch failed: `enum launch_step`. */
export enum LaunchStep {
  Arguments = 1,
  Fork = 2,
  NoNewPrivileges = 3,
  Filter = 4,
  Listener = 5,
  Execute = 6,
}

/** Called on the event loop, one at a time. A call stays open until one of the answering functions is called. */
export interface SupervisorHandlers {
  call(
    operation: Operation,
    id: number,
    socket: number,
    thread: number,
    a: number,
    b: number,
    c: number,
  ): void;
  /** The caller was interrupted or is gone; its ID is void. */
  cancelled(id: number, socket: number): void;
  /** The program holds no descriptor of the socket any more. `release` it. */
  closed(socket: number): void;
  /** Datagrams were written through an untrapped descriptor. Read them with `readWritten`. */
  written(socket: number): void;
  /** The head was read through an untrapped descriptor. */
  taken(socket: number): void;
  launch(event: LaunchEvent, value: number, detail: number, pid: number): void;
}

/** The mechanism below `transport-seccomp`. Numbers below 0 are negative errno values. */
export interface Supervisor {
  /** The name of the current call in its first 128 bytes, then the datagram or option value. Valid during `call`. */
  readonly memory: ArrayBuffer;
  /** @returns whether the caller was still there to get the result. */
  complete(id: number, value: number): boolean;
  /** Lets the kernel do the call on the pair. */
  runNatively(id: number): boolean;
  /** Who calls, by effective IDs; `pid` as the process itself sees it. */
  identity(id: number): { uid: number; gid: number; pid: number } | undefined;
  /**
   * The inode of a network namespace: the one that a descriptor of the thread refers to, or with -1 the one that the
   * thread is in.
   */
  namespaceOf(thread: number, descriptor: number): number;
  /** Answers an `Open` with a new descriptor; @returns the socket's handle, or an error while the call stays open. */
  place(id: number): number;
  /** @returns 1 when the datagram waits in the pair, 0 when a filter of the program dropped it. */
  push(socket: number, bytes: Uint8Array): number;
  /** Takes the head out of the pair of the call's socket. */
  drop(id: number): boolean;
  /** Whether a call that has been waiting is still there and its descriptor still is the same socket. */
  reachable(id: number): boolean;
  /** Lets go of what `reachable` has fetched: the call goes on waiting. */
  rest(id: number): void;
  /** How long the call may wait: -1 not at all, 0 for ever, else milliseconds (SO_RCVTIMEO, SO_SNDTIMEO). */
  patience(id: number): number;
  /** Turns to one message of a many-call; @returns its length (or capacity) and the length of its name. */
  selectMessage(id: number, index: number, sending: boolean): [length: number, nameLength: number] | number;
  setMessageLength(id: number, index: number, length: number): boolean;
  /** Writes a datagram where the call wants it; @returns the bytes copied. */
  deliver(
    id: number,
    bytes: Uint8Array,
    portId: number,
    groups: number,
    group: number,
    packetInfo: boolean,
    /** Of the namespace that it comes from; -1 for a program that is not told. */
    namespaceNumber: number,
  ): number;
  answerName(id: number, portId: number, groups: number): boolean;
  answerOption(id: number, value: Uint8Array): boolean;
  /** What is longer than an ifreq goes to where that points. */
  answerInterface(id: number, request: Uint8Array): boolean;
  /** @returns the length of the next datagram, now in memory, or -1. */
  readWritten(socket: number): number;
  release(socket: number): void;
  /** Lets the launcher execute the program. */
  go(): boolean;
  keepLoopAlive(alive: boolean): void;
  /** Ends everything: calls that still wait fail with ENOSYS. */
  close(): void;
}

interface Addon {
  createSupervisor(handlers: SupervisorHandlers, channel: number): Supervisor;
  /** @param onReady called by the event loop when `ready` has something to say. */
  createKernelSockets(onReady: () => void): KernelSockets;
  /** @param onReady likewise; as long as there is something to say. */
  createPacketSockets(onReady: () => void): PacketSockets;
  createChannel(): [ours: number, launchers: number];
  closeDescriptor(descriptor: number): void;
  /** Who connected a Unix-domain socket (SO_PEERCRED), or a negative errno. */
  peerCredentials(descriptor: number): [uid: number, gid: number, pid: number] | number;
  /**
   * Locks an open file (flock(2)) until its descriptor is closed, by whatever end of this process.
   *
   * @returns false while somebody else holds it; else a negative errno.
   */
  lock(descriptor: number): boolean | number;
}

export const NAME_SPACE = 128;

/** The program that installs the filter: `nlspace-launch CHANNEL BASE LIMITS-OF -- PROGRAM …`. */
export const launcherPath = fileURLToPath(new URL('../../build/nlspace-launch', import.meta.url));

let loaded: Addon | undefined;

/** @throws {Error} saying how to build it when the addon is not there. */
export function native(): Addon {
  if (loaded === undefined) {
    const path = fileURLToPath(new URL('../../build/nlspace.node', import.meta.url));
    if (!existsSync(path) || !existsSync(launcherPath)) {
      throw new Error(
        `the native part is not built: ${path} is missing; run \`make -C packages/native\` (needs make and a C compiler)`,
      );
    }
    loaded = createRequire(import.meta.url)(path) as Addon;
  }
  return loaded;
}
