import { closeSync } from 'node:fs';
import { Errno, FIRST_NAMESPACE, type Netlink, type NetlinkSocket } from '@nlspace/core';
import { type LaunchEvent, NAME_SPACE, native, Operation, type Supervisor } from '@nlspace/native';
import type { Call } from './call.js';
import { CallerNamespaces, type NamespaceKeeper } from './caller-namespaces.js';
import { answerInterfaceRequest, INTERFACE_REQUEST_SIZE } from './interface-requests.js';
import { PROTOCOLS, SOCKET_TYPE_FLAGS, SOCKET_TYPE_MASK, SocketType } from './linux.js';
import { failureOf, Sends } from './sends.js';
import { refreshAncillaryData, ServedSocket } from './served-socket.js';
import { readPeerName, readSocketName } from './socket-name.js';
import { getOption, NATIVE, setOption } from './socket-options.js';
import { TUNSETIFF, type TunDevices, TunRequests } from './tun-requests.js';

/** Who made a socket, by effective IDs. */
export interface Caller {
  readonly uid: number;
  readonly gid: number;
  readonly pid: number;
}

export interface SupervisionOptions {
  readonly netlink: Netlink;
  /** Our end of the channel to the launcher; it is taken over. */
  readonly channel: number;
  hasNetAdmin(caller: Caller): boolean;
  readonly tunDevices?: TunDevices | undefined;
  /** What is asked about interfaces beside netlink is the host's affair. */
  readonly leavesSideChannels: boolean;
  onLaunch(event: LaunchEvent, value: number, detail: number, pid: number): void;
}

type ServedOperation = Exclude<Operation, Operation.Open | Operation.Interface | Operation.Device>;
type Answer = (call: Call, served: ServedSocket) => void | Promise<void>;

/** Answers the trapped system calls of a program and its descendants from a `Netlink`. */
export class Supervision {
  readonly #native: Supervisor;
  readonly #sends: Sends;
  readonly #tuns: TunRequests;
  readonly #namespaces: NamespaceKeeper;
  readonly #memory: DataView;
  readonly #value: DataView;
  /** By handle. */
  readonly #sockets = new Map<number, ServedSocket>();

  /** Every operation on a socket. Names and values are read from memory before the first `await`. */
  readonly #answers: Readonly<Record<ServedOperation, Answer>> = {
    [Operation.Send]: (call, served) => this.#sends.send(call, served),
    [Operation.SendMany]: (call, served) => this.#sends.sendMany(call, served),
    [Operation.Receive]: (call, served) => this.#receive(call, served),
    [Operation.ReceiveMany]: (call, served) => this.#receive(call, served),
    [Operation.Bind]: async (call, { socket }) => {
      await socket.bind(readSocketName(this.#memory, call.a));
      this.#native.complete(call.id, 0);
    },
    [Operation.Connect]: async (call, { socket }) => {
      await socket.connect(readPeerName(this.#memory, call.a));
      this.#native.complete(call.id, 0);
    },
    [Operation.SocketName]: ({ id }, { socket: { address } }) => {
      this.#native.answerName(id, address.portId, address.groups);
    },
    [Operation.PeerName]: ({ id }, { socket: { peer } }) => {
      this.#native.answerName(id, peer.portId, peer.groups);
    },
    [Operation.SetOption]: async ({ id, a: level, b: option, c: length }, served) => {
      if ((await setOption(served, level, option, length, this.#value)) === NATIVE)
        this.#native.runNatively(id);
      else {
        await refreshAncillaryData(served);
        served.arrived();
        this.#native.complete(id, 0);
      }
    },
    [Operation.GetOption]: async ({ id, a: level, b: option, c: room }, served) => {
      const value = await getOption(served, level, option, room);
      if (value === NATIVE) this.#native.runNatively(id);
      else this.#native.answerOption(id, value);
    },
    [Operation.Unsupported]: ({ id }) => {
      this.#native.complete(id, -Errno.EOPNOTSUPP);
    },
  };

  constructor(private readonly options: SupervisionOptions) {
    this.#tuns = new TunRequests(options.tunDevices);
    this.#native = native().createSupervisor(
      {
        call: (operation, id, handle, thread, a, b, c) =>
          this.#call({ operation, id, thread, a, b, c }, handle),
        cancelled: (id, handle) => {
          this.#sends.cancel(id);
          this.#sockets.get(handle)?.forget(id);
        },
        closed: (handle) => this.#closed(handle),
        written: (handle) => this.#written(handle),
        taken: (handle) => this.#sockets.get(handle)?.taken(),
        launch: (...event) => options.onLaunch(...event),
      },
      options.channel,
    );
    this.#memory = new DataView(this.#native.memory, 0, NAME_SPACE);
    this.#value = new DataView(this.#native.memory, NAME_SPACE);
    this.#sends = new Sends(this.#native);
    // Programs are started in the namespace that we are in.
    const first = this.#native.namespaceOf(process.pid, -1);
    this.#namespaces = { supervisor: this.#native, first, kept: new Map() };
  }

  /** Sockets that programs hold open. */
  get openSockets(): number {
    return this.#sockets.size;
  }

  /** Lets the launcher execute the program. */
  go(): void {
    this.#native.go();
  }

  keepLoopAlive(alive: boolean): void {
    this.#native.keepLoopAlive(alive);
  }

  /** Programs that go on get ENOSYS for whatever is trapped. */
  close(): void {
    this.#tuns.close();
    for (const handle of [...this.#sockets.keys()]) this.#closed(handle);
    for (const descriptor of this.#namespaces.kept.values()) closeSync(descriptor);
    this.#namespaces.kept.clear();
    this.#native.close();
  }

  #call(call: Call, handle: number): void {
    if (this.#sends.recall(call, handle)) return;
    if (call.operation === Operation.Open) {
      this.#refuseOnError(call, () => this.#open(call));
      return;
    }
    if (this.options.leavesSideChannels && isSideChannel(call)) {
      this.#leaveToHost(call);
      return;
    }
    if (call.operation === Operation.Interface) {
      this.#refuseOnError(call, () => this.#answerInterface(call));
      return;
    }
    if (call.operation === Operation.Device) {
      this.#refuseOnError(call, () => this.#answerDevice(call));
      return;
    }
    const served = this.#sockets.get(handle);
    if (served === undefined) {
      this.#native.complete(call.id, -Errno.EBADF);
      return;
    }
    served.namespaces.thread = call.thread;
    this.#refuseOnError(call, () => this.#answers[call.operation as ServedOperation](call, served));
  }

  #refuseOnError(call: Call, answer: () => void | Promise<void>): void {
    const refuse = (error: unknown) => {
      try {
        this.#native.complete(call.id, failureOf(error));
      } catch (unexpected) {
        this.#native.complete(call.id, -Errno.EIO);
        throw unexpected;
      }
    };
    try {
      answer()?.catch(refuse);
    } catch (error) {
      refuse(error);
    }
  }

  async #open(call: Call): Promise<void> {
    const failure = refusalOf(call.a, call.b);
    const caller = failure === undefined ? this.#native.identity(call.id) : undefined;
    if (caller === undefined) {
      this.#native.complete(call.id, -(failure ?? Errno.ESRCH));
      return;
    }
    this.#tuns.sweep();
    const credentials = { ...caller, netAdmin: this.options.hasNetAdmin(caller) };
    const namespaces = new CallerNamespaces(this.#namespaces, call.thread);
    const socket = await this.options.netlink.open({ protocol: call.b, credentials, namespaces });
    this.#place(call, socket, namespaces);
  }

  /** The pair was not made where the socket is: a request on it would be about another namespace. */
  #leaveToHost({ id, operation, b: handle }: Call): void {
    const served = operation === Operation.Interface ? this.#sockets.get(handle) : undefined;
    if (served !== undefined && served.namespaces.current !== FIRST_NAMESPACE)
      this.#native.complete(id, -Errno.EOPNOTSUPP);
    else this.#native.runNatively(id);
  }

  async #answerInterface(call: Call): Promise<void> {
    const caller = this.#native.identity(call.id);
    if (caller === undefined) {
      this.#native.complete(call.id, -Errno.ESRCH);
      return;
    }
    this.#tuns.sweep();
    const request = new Uint8Array(
      this.#value.buffer.slice(this.#value.byteOffset, this.#value.byteOffset + INTERFACE_REQUEST_SIZE),
    );
    const credentials = { ...caller, netAdmin: this.options.hasNetAdmin(caller) };
    const namespaces = new CallerNamespaces(this.#namespaces, call.thread);
    // Before anything is awaited: the memory is the next call's, too.
    const ethtoolCommand = new DataView(
      this.#value.buffer,
      this.#value.byteOffset + INTERFACE_REQUEST_SIZE,
    ).getUint32(0, true);
    const answer = await answerInterfaceRequest(
      this.options.netlink,
      { credentials, namespaces },
      call.a,
      request,
      ethtoolCommand,
    );
    this.#native.answerInterface(call.id, answer);
  }

  #answerDevice({ id, thread, a: number, b: descriptor, c: argument }: Call): void {
    const caller = this.#native.identity(id);
    if (caller === undefined) {
      this.#native.complete(id, -Errno.ESRCH);
      return;
    }
    const request = new Uint8Array(
      this.#value.buffer.slice(this.#value.byteOffset, this.#value.byteOffset + INTERFACE_REQUEST_SIZE),
    );
    const namespaces = new CallerNamespaces(this.#namespaces, thread);
    const netAdmin = this.options.hasNetAdmin(caller);
    this.#tuns.answer({ thread, descriptor, namespaces, netAdmin }, number, argument, request);
    if (number === TUNSETIFF) this.#native.answerInterface(id, request);
    else this.#native.complete(id, 0);
  }

  #place(call: Call, socket: NetlinkSocket, namespaces: CallerNamespaces): void {
    const handle = this.#native.place(call.id);
    if (handle < 0) {
      socket.close();
      this.#native.complete(call.id, handle);
      return;
    }
    this.#sockets.set(
      handle,
      new ServedSocket(this.#native, handle, call.a & SOCKET_TYPE_MASK, socket, namespaces),
    );
  }

  #receive(call: Call, served: ServedSocket): void {
    const othersWait = served.waiters.length > 0;
    served.receive(call);
    // A reader that makes room lets blocked senders go on.
    if (othersWait) served.serveWaiters();
  }

  #written(handle: number): void {
    const served = this.#sockets.get(handle);
    if (served === undefined) return;
    for (
      let length = this.#native.readWritten(handle);
      length > 0;
      length = this.#native.readWritten(handle)
    ) {
      this.#sends.sendWritten(served, length);
    }
  }

  #closed(handle: number): void {
    this.#sockets.get(handle)?.close();
    this.#sockets.delete(handle);
    this.#sends.forgetSocket(handle);
  }
}

function isSideChannel({ operation }: Call): boolean {
  return operation === Operation.Interface || operation === Operation.Device;
}

/** What `socket` says before it asks for the protocol. */
function refusalOf(type: number, protocol: number): number | undefined {
  if (type & ~(SOCKET_TYPE_MASK | SOCKET_TYPE_FLAGS)) return Errno.EINVAL;
  const kind = type & SOCKET_TYPE_MASK;
  if (kind !== SocketType.Raw && kind !== SocketType.Datagram) return Errno.ESOCKTNOSUPPORT;
  return protocol < 0 || protocol >= PROTOCOLS ? Errno.EPROTONOSUPPORT : undefined;
}
