import {
  ClientSocket,
  type Credentials,
  Errno,
  type MessageBody,
  type MessageSchema,
  type Netlink,
  NetlinkError,
  NetlinkProtocol,
  type ReceivedMessage,
  type RequestOptions,
} from '@nlspace/core';
import { CLIENT_CATALOG } from './messages.js';

export interface RouteClientOptions {
  /** Who asks, where the back door takes somebody's word for it. */
  readonly credentials?: Credentials;
  /** Ends the client with everything that it does. */
  readonly signal?: AbortSignal;
}

/** The sockets of one client: one for requests, and as many for lists as are open at once, for a socket lists one at a time. */
export class RouteSockets {
  readonly #idle: ClientSocket[] = [];
  readonly #all = new Set<ClientSocket>();
  #isClosed = false;

  private constructor(
    private readonly netlink: Netlink,
    private readonly options: RouteClientOptions,
    private requests: ClientSocket | undefined,
  ) {
    options.signal?.addEventListener('abort', this.#abort, { once: true });
  }

  static async open(netlink: Netlink, options: RouteClientOptions): Promise<RouteSockets> {
    const sockets = new RouteSockets(netlink, options, undefined);
    sockets.requests = await sockets.openSocket();
    return sockets;
  }

  /** A further socket, which `close` closes as well. */
  async openSocket(): Promise<ClientSocket> {
    if (this.#isClosed) throw new NetlinkError(Errno.EBADF, 'the client is closed');
    const { credentials, signal } = this.options;
    const socket = await ClientSocket.open(this.netlink, {
      protocol: NetlinkProtocol.Route,
      catalog: CLIENT_CATALOG,
      ...(credentials === undefined ? {} : { credentials }),
      ...(signal === undefined ? {} : { signal }),
    });
    this.#all.add(socket);
    return socket;
  }

  closeSocket(socket: ClientSocket): void {
    this.#all.delete(socket);
    socket.close();
  }

  do(
    messageType: number,
    schema: MessageSchema,
    body: MessageBody,
    options: RequestOptions,
  ): Promise<ReceivedMessage[]> {
    if (this.requests === undefined) throw new NetlinkError(Errno.EBADF, 'the client is closed');
    return this.requests.do(messageType, schema, body, options);
  }

  async *dump(
    messageType: number,
    schema: MessageSchema,
    body: MessageBody,
    options: RequestOptions,
  ): AsyncGenerator<ReceivedMessage, void, undefined> {
    const socket = this.#idle.pop() ?? (await this.openSocket());
    try {
      yield* socket.dump(messageType, schema, body, options);
    } finally {
      this.#idle.push(socket);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.requests = undefined;
    this.options.signal?.removeEventListener('abort', this.#abort);
    for (const socket of this.#all) socket.close();
    this.#all.clear();
  }

  readonly #abort = (): void => this.close();
}
