import {
  type Datagram,
  type Netlink,
  type NetlinkAddress,
  NetlinkError,
  type NetlinkSocket,
  type OpenOptions,
  type ReceiveOptions,
  type SocketOption,
} from '@nlspace/core';
import { ForwardingSocket } from '../forwarding-socket.js';
import type { CallEvent, ObservedSocket, SocketCall, SocketEvent } from './socket-event.js';

export interface ObserveOptions {
  /** Is told of everything, in the order in which the owner sees it: a request before it is handled. Must not throw. */
  readonly listener: (event: SocketEvent) => void;
  /** Names of processes, for people. */
  readonly nameOfProcess?: ((processId: number) => string | undefined) | undefined;
  /** Microseconds since 1970. @default the system's clock */
  readonly now?: (() => number) | undefined;
}

const MICROSECONDS = 1000;

function systemTime(): number {
  return Math.round((performance.timeOrigin + performance.now()) * MICROSECONDS);
}

/** Middleware: passes everything on and tells of it. Traces and captures stand on it. */
export function observe(
  inner: Netlink,
  { listener, nameOfProcess, now = systemTime }: ObserveOptions,
): Netlink {
  let opened = 0;
  return {
    async open(options: OpenOptions) {
      const { protocol, credentials: { pid: processId } = { pid: 0 } } = options;
      const program = processId === 0 ? undefined : nameOfProcess?.(processId);
      const report = (socket: ObservedSocket, errno: number) =>
        listener({
          kind: 'call',
          call: 'open',
          time: now(),
          socket,
          arguments: [protocol],
          results: [],
          errno,
        });
      let socket: NetlinkSocket;
      try {
        socket = await inner.open(options);
      } catch (error) {
        if (error instanceof NetlinkError)
          report({ number: opened++, protocol, processId, program, portId: 0 }, error.errno);
        throw error;
      }
      const observed = new ObservingSocket(socket, opened++, processId, program, listener, now);
      report(observed, 0);
      return observed;
    },
  };
}

class ObservingSocket extends ForwardingSocket implements ObservedSocket {
  #portId = 0;

  constructor(
    inner: NetlinkSocket,
    readonly number: number,
    readonly processId: number,
    readonly program: string | undefined,
    private readonly listener: (event: SocketEvent) => void,
    private readonly now: () => number,
  ) {
    super(inner);
  }

  get portId(): number {
    return this.inner.address.portId;
  }

  override bind(address: NetlinkAddress): Promise<void> {
    const { portId, groups } = address;
    return this.#call('bind', [portId, groups], super.bind(address), () => []);
  }

  override connect(address: NetlinkAddress): Promise<void> {
    const { portId, groups } = address;
    return this.#call('connect', [portId, groups], super.connect(address), () => []);
  }

  override joinGroup(group: number): Promise<void> {
    return this.#call('join', [group], super.joinGroup(group), () => []);
  }

  override leaveGroup(group: number): Promise<void> {
    return this.#call('leave', [group], super.leaveGroup(group), () => []);
  }

  override memberships(): Promise<Uint32Array> {
    return this.#call('memberships', [], super.memberships(), (words) => [...words]);
  }

  override setOption(option: SocketOption, value: number): Promise<void> {
    return this.#call('set-option', [option, value], super.setOption(option, value), () => []);
  }

  override getOption(option: SocketOption): Promise<number> {
    return this.#call('get-option', [option], super.getOption(option), (value) => [value]);
  }

  override send(bytes: Uint8Array, destination?: NetlinkAddress): Promise<void> | undefined {
    const destinationPortId = (destination ?? this.inner.peer).portId;
    this.listener({ kind: 'sent', time: this.now(), socket: this, bytes, destinationPortId });
    let handled: Promise<void> | undefined;
    try {
      handled = super.send(bytes, destination);
    } catch (error) {
      this.#failed('send', error);
      throw error;
    }
    this.#noticePort();
    return handled?.catch((error: unknown) => {
      this.#failed('send', error);
      throw error;
    });
  }

  override receive(options?: ReceiveOptions): Datagram | undefined {
    let datagram: Datagram | undefined;
    try {
      datagram = super.receive(options);
    } catch (error) {
      this.#failed('receive', error);
      throw error;
    }
    if (datagram === undefined || options?.peek === true) return datagram;
    const { bytes, source, group, namespaceNumber } = datagram;
    this.listener({
      kind: 'received',
      time: this.now(),
      socket: this,
      bytes,
      sourcePortId: source.portId,
      group,
      namespaceNumber,
    });
    return datagram;
  }

  override close(): void {
    super.close();
    this.#report('close', [], [], 0);
  }

  async #call<T>(
    call: SocketCall,
    given: CallEvent['arguments'],
    ended: Promise<T>,
    resultsOf: (value: T) => number[],
  ): Promise<T> {
    let value: T;
    try {
      value = await ended;
    } catch (error) {
      this.#failed(call, error, given);
      throw error;
    }
    this.#report(call, given, resultsOf(value), 0);
    this.#noticePort();
    return value;
  }

  #failed(call: SocketCall, error: unknown, given: CallEvent['arguments'] = []): void {
    if (error instanceof NetlinkError) this.#report(call, given, [], error.errno);
  }

  /** Sends bind, too. */
  #noticePort(): void {
    const { portId } = this.inner.address;
    if (portId === this.#portId) return;
    this.#portId = portId;
    this.#report('bound', [], [portId], 0);
  }

  #report(call: SocketCall, given: CallEvent['arguments'], results: readonly number[], errno: number): void {
    this.listener({
      kind: 'call',
      call,
      time: this.now(),
      socket: this,
      arguments: given,
      results,
      errno,
    });
  }
}
