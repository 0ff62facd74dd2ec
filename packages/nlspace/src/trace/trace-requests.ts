import type {
  Datagram,
  MessageCatalog,
  Netlink,
  NetlinkAddress,
  NetlinkSocket,
  OpenOptions,
  ReceiveOptions,
  SocketOption,
} from '@nlspace/core';
import { address, configuration, link, RouteMessageType, route } from '@nlspace/family-route';
import { datagramText } from './message-text.js';

const ROUTE_CATALOG: MessageCatalog = new Map(
  [
    [RouteMessageType.NewLink, link],
    [RouteMessageType.NewAddress, address],
    [RouteMessageType.NewRoute, route],
    [RouteMessageType.NewNetworkConfiguration, configuration],
  ].flatMap(([first, schema]) => [0, 1, 2].map((offset) => [(first as number) + offset, schema])) as never,
);

const nameOfRouteMessage = (type: number): string => RouteMessageType[type] ?? `type ${type}`;

/** Middleware: passes everything on and writes what goes through as text, a line per message. */
export function traceRequests(inner: Netlink, write: (line: string) => void): Netlink {
  return {
    async open(options: OpenOptions) {
      return new TracedSocket(await inner.open(options), options.credentials?.pid ?? 0, write);
    },
  };
}

class TracedSocket implements NetlinkSocket {
  constructor(
    private readonly inner: NetlinkSocket,
    private readonly processId: number,
    private readonly write: (line: string) => void,
  ) {}

  get protocol(): number {
    return this.inner.protocol;
  }

  get address(): NetlinkAddress {
    return this.inner.address;
  }

  get peer(): NetlinkAddress {
    return this.inner.peer;
  }

  get readable(): boolean {
    return this.inner.readable;
  }

  get onReadable(): (() => void) | undefined {
    return this.inner.onReadable;
  }

  set onReadable(listener: (() => void) | undefined) {
    this.inner.onReadable = listener;
  }

  bind(address: NetlinkAddress): Promise<void> {
    return this.inner.bind(address);
  }

  connect(address: NetlinkAddress): Promise<void> {
    return this.inner.connect(address);
  }

  joinGroup(group: number): Promise<void> {
    return this.inner.joinGroup(group);
  }

  leaveGroup(group: number): Promise<void> {
    return this.inner.leaveGroup(group);
  }

  memberships(): Promise<Uint32Array> {
    return this.inner.memberships();
  }

  setOption(option: SocketOption, value: number): Promise<void> {
    return this.inner.setOption(option, value);
  }

  getOption(option: SocketOption): Promise<number> {
    return this.inner.getOption(option);
  }

  send(datagram: Uint8Array, destination?: NetlinkAddress): Promise<void> | undefined {
    this.#trace('→', datagram);
    return this.inner.send(datagram, destination);
  }

  receive(options?: ReceiveOptions): Datagram | undefined {
    const datagram = this.inner.receive(options);
    if (datagram !== undefined && options?.peek !== true) this.#trace('←', datagram.bytes);
    return datagram;
  }

  close(): void {
    this.inner.close();
  }

  #trace(direction: string, datagram: Uint8Array): void {
    for (const text of datagramText(datagram, ROUTE_CATALOG, nameOfRouteMessage)) {
      this.write(`${direction} ${this.processId} ${text}`);
    }
  }
}
