import { DecodeError } from '../errors/decode-error.js';
import { Errno } from '../errors/errno.js';
import { NetlinkError } from '../errors/netlink-error.js';
import type { AttributeShape } from '../schema/attributes.js';
import type { HeaderShape } from '../schema/header.js';
import {
  type DecodedMessage,
  decodeMessage,
  encodeMessage,
  type MessageBody,
  type MessageSchema,
} from '../schema/message.js';
import {
  type Credentials,
  type Datagram,
  type Netlink,
  type NetlinkSocket,
  SocketOption,
} from '../socket/netlink.js';
import { ByteWriter } from '../wire/byte-writer.js';
import {
  ControlMessageType,
  MESSAGE_HEADER_SIZE,
  MessageFlag,
  type RawMessage,
  readMessages,
} from '../wire/message-header.js';
import type { MessageCatalog } from './message-catalog.js';
import { errnoOf, readRefusal } from './reply-parser.js';
import { Subscription } from './subscription.js';

export interface ClientOptions {
  readonly protocol: number;
  /** Schemas of replies and notifications by message type. */
  readonly catalog: MessageCatalog;
  /** Who asks, where the back door takes somebody's word for it. */
  readonly credentials?: Credentials;
  readonly signal?: AbortSignal;
}

export interface RequestOptions {
  /** NEW, DEL and GET modifiers beside REQUEST and ACK. @default 0 */
  readonly flags?: number;
  /** What errors call the request. @default the schema's name and the message type */
  readonly operation?: string;
  readonly signal?: AbortSignal | undefined;
}

/** A reply or notification, decoded by the schema of its type. */
export interface ReceivedMessage<
  H extends HeaderShape = HeaderShape,
  A extends AttributeShape = AttributeShape,
> extends DecodedMessage<H, A> {
  readonly messageType: number;
  readonly flags: number;
  readonly sequence: number;
  readonly portId: number;
  /** The group that a notification came through; 0 for replies. */
  readonly group: number;
  /** What has been decoded: for reading only, others may have the same bytes. */
  readonly payload: Uint8Array;
}

/** A request that has not been answered to its end. */
interface Exchange {
  readonly operation: string;
  readonly schema: MessageSchema;
  readonly body: MessageBody;
  readonly replies: ReceivedMessage[];
  /** Set when the answer is complete. */
  outcome: { error: NetlinkError | undefined } | undefined;
  interrupted: boolean;
  readonly expectsDone: boolean;
  wake: (() => void) | undefined;
}

/**
 * The client's end of a netlink socket, on any `Netlink`: a domain, a transport, the kernel. Requests are matched by
 * sequence number and may overlap, except dumps, of which a socket has one at a time.
 */
export class ClientSocket implements AsyncDisposable {
  readonly #catalog: MessageCatalog;
  readonly #exchanges = new Map<number, Exchange>();
  readonly #subscriptions = new Set<Subscription>();
  readonly #writer = new ByteWriter();
  #sequence = 0;
  #dumping: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(
    readonly socket: NetlinkSocket,
    catalog: MessageCatalog,
  ) {
    this.#catalog = catalog;
    socket.onReadable = () => this.#pump();
  }

  /** Opens and binds a socket and asks for extended ACKs and strict checking, where there is such a thing. */
  static async open(
    netlink: Netlink,
    { protocol, catalog, credentials, signal }: ClientOptions,
  ): Promise<ClientSocket> {
    const socket = await netlink.open({
      protocol,
      ...(credentials === undefined ? {} : { credentials }),
      ...(signal === undefined ? {} : { signal }),
    });
    for (const option of [SocketOption.ExtendedAck, SocketOption.StrictChecking]) {
      try {
        await socket.setOption(option, 1);
      } catch (error) {
        // Kernels before 4.12 and 4.20.
        if (!(error instanceof NetlinkError) || error.errno !== Errno.ENOPROTOOPT) throw error;
      }
    }
    await socket.bind({ portId: 0, groups: 0 });
    return new ClientSocket(socket, catalog);
  }

  /**
   * Sends one request and waits for its acknowledgement.
   *
   * @returns the replies before it.
   * @throws {NetlinkError} the refusal, with the extended ACK's text and the operation.
   */
  async do<H extends HeaderShape, A extends AttributeShape>(
    messageType: number,
    schema: MessageSchema<H, A>,
    body: MessageBody<H, A>,
    options: RequestOptions = {},
  ): Promise<ReceivedMessage<H, A>[]> {
    const { flags = 0, operation = `${schema.name} ${messageType}`, signal } = options;
    const { sequence, exchange } = this.#begin(operation, schema as never, body as never, false);
    try {
      await this.#send(messageType, schema, body, flags | MessageFlag.Ack, sequence);
      await this.#until(exchange, () => exchange.outcome !== undefined, signal);
      if (exchange.outcome?.error !== undefined) throw exchange.outcome.error;
      return exchange.replies as ReceivedMessage<H, A>[];
    } finally {
      this.#exchanges.delete(sequence);
    }
  }

  /**
   * Lists, as the messages arrive: the source goes on only while they are taken.
   *
   * @throws {NetlinkError} the refusal; EINTR when the dump was interrupted (NLM_F_DUMP_INTR), after its last message.
   */
  async *dump<H extends HeaderShape, A extends AttributeShape>(
    messageType: number,
    schema: MessageSchema<H, A>,
    body: MessageBody<H, A> = { attributes: {} as never },
    options: RequestOptions = {},
  ): AsyncGenerator<ReceivedMessage<H, A>, void, undefined> {
    const { flags = 0, operation = `${schema.name} ${messageType} dump`, signal } = options;
    const before = this.#dumping;
    let finished = () => {};
    this.#dumping = new Promise((resolve) => {
      finished = resolve;
    });
    let begun: { sequence: number; exchange: Exchange };
    try {
      await unlessAborted(before, signal);
      begun = this.#begin(operation, schema as never, body as never, true);
    } catch (error) {
      void before.then(finished);
      throw error;
    }
    const { sequence, exchange } = begun;
    try {
      await this.#send(messageType, schema, body, flags | MessageFlag.Dump, sequence);
      for (;;) {
        this.#pump();
        await this.#until(
          exchange,
          () => exchange.replies.length > 0 || exchange.outcome !== undefined,
          signal,
        );
        if (exchange.replies.length === 0) break;
        yield* exchange.replies.splice(0) as ReceivedMessage<H, A>[];
      }
      if (exchange.outcome?.error !== undefined) throw exchange.outcome.error;
      if (exchange.interrupted) {
        throw new NetlinkError(Errno.EINTR, 'the dump was interrupted by a change', { operation, sequence });
      }
    } finally {
      // What an abandoned dump still sends is read and dropped, so that the socket can dump again.
      this.#drain(sequence, exchange).then(finished, finished);
    }
  }

  /** Joins groups and gives their notifications from now on. Ends when it is closed, or the socket is. */
  async subscribe(
    groups: Iterable<number>,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Subscription> {
    signal?.throwIfAborted();
    const subscription: Subscription = new Subscription(
      new Set(groups),
      () => this.#pump(),
      () => this.#leave(subscription),
      signal,
    );
    this.#subscriptions.add(subscription);
    try {
      for (const group of subscription.groups) await this.socket.joinGroup(group);
    } catch (error) {
      await subscription.return();
      throw error;
    }
    return subscription;
  }

  /** Ends everything: requests that wait fail with ECONNABORTED, subscriptions end. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.socket.onReadable = undefined;
    this.socket.close();
    for (const exchange of this.#exchanges.values()) {
      exchange.outcome ??= {
        error: new NetlinkError(Errno.ECONNABORTED, 'the socket was closed', {
          operation: exchange.operation,
        }),
      };
      exchange.wake?.();
    }
    for (const subscription of this.#subscriptions) subscription.end(undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  async #leave(subscription: Subscription): Promise<void> {
    if (!this.#subscriptions.delete(subscription)) return;
    for (const group of subscription.groups) {
      const isWanted = [...this.#subscriptions].some(({ groups }) => groups.has(group));
      if (!isWanted && !this.#closed) await this.socket.leaveGroup(group);
    }
  }

  #begin(
    operation: string,
    schema: MessageSchema,
    body: MessageBody,
    expectsDone: boolean,
  ): { sequence: number; exchange: Exchange } {
    if (this.#closed) throw new NetlinkError(Errno.EBADF, 'the socket is closed', { operation });
    this.#sequence = (this.#sequence % 0xffff_ffff) + 1;
    const exchange: Exchange = {
      operation,
      schema,
      body,
      replies: [],
      outcome: undefined,
      interrupted: false,
      expectsDone,
      wake: undefined,
    };
    this.#exchanges.set(this.#sequence, exchange);
    return { sequence: this.#sequence, exchange };
  }

  async #send(
    type: number,
    schema: MessageSchema,
    body: MessageBody,
    flags: number,
    sequence: number,
  ): Promise<void> {
    const writer = this.#writer;
    writer.reset();
    const start = writer.reserve(MESSAGE_HEADER_SIZE);
    encodeMessage(schema, writer, body);
    writer.view.setUint32(start, writer.length, true);
    writer.view.setUint16(start + 4, type, true);
    writer.view.setUint16(start + 6, flags | MessageFlag.Request, true);
    writer.view.setUint32(start + 8, sequence, true);
    await this.socket.send(writer.slice());
    this.#pump();
  }

  /** Waits until `ready`; whatever arrives wakes it. */
  async #until(exchange: Exchange, ready: () => boolean, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    while (!ready()) {
      await new Promise<void>((resolve, reject) => {
        const abort = () => reject(signal?.reason);
        signal?.addEventListener('abort', abort, { once: true });
        exchange.wake = () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        };
      });
    }
  }

  async #drain(sequence: number, exchange: Exchange): Promise<void> {
    while (exchange.outcome === undefined) {
      exchange.replies.length = 0;
      this.#pump();
      if (exchange.outcome !== undefined || exchange.replies.length > 0) continue;
      await new Promise<void>((resolve) => {
        exchange.wake = resolve;
      });
    }
    this.#exchanges.delete(sequence);
  }

  /** Reads what is there, unless somebody has not taken what was read before. */
  #pump(): void {
    while (!this.#closed && !this.#isBackedUp()) {
      let datagram: Datagram | undefined;
      try {
        datagram = this.socket.receive();
      } catch (error) {
        this.#fail(error);
        return;
      }
      if (datagram === undefined) return;
      for (const message of readMessages(datagram.bytes)) this.#take(message, datagram.group);
    }
  }

  /** While an answer is waited for, notifications are read on: those that nobody takes are lost, and their subscriber is told. */
  #isBackedUp(): boolean {
    for (const exchange of this.#exchanges.values()) {
      if (exchange.expectsDone && exchange.replies.length > 0) return true;
    }
    if (this.#exchanges.size > 0) return false;
    for (const subscription of this.#subscriptions) if (subscription.isFull) return true;
    return false;
  }

  /** An overrun concerns subscribers; anything else everybody. */
  #fail(error: unknown): void {
    const refusal =
      error instanceof NetlinkError
        ? error
        : new NetlinkError(Errno.EIO, String(error), {}, { cause: error });
    for (const subscription of this.#subscriptions) subscription.fail(refusal);
    if (refusal.errno === Errno.ENOBUFS) {
      this.#pump();
      return;
    }
    for (const exchange of this.#exchanges.values()) {
      exchange.outcome ??= { error: refusal };
      exchange.wake?.();
    }
  }

  #take(message: RawMessage, group: number): void {
    const { header } = message;
    const own = header.portId === this.socket.address.portId && group === 0;
    const exchange = own ? this.#exchanges.get(header.sequence) : undefined;
    if (exchange === undefined) {
      if (group !== 0) this.#announce(message, group);
      return;
    }
    if ((header.flags & MessageFlag.DumpInterrupted) !== 0) exchange.interrupted = true;
    if (header.type === ControlMessageType.Error || header.type === ControlMessageType.Done) {
      const errno = errnoOf(message);
      exchange.outcome = {
        error: errno === 0 ? undefined : readRefusal(message, exchange.operation, exchange),
      };
    } else {
      exchange.replies.push(this.#decode(message, 0));
    }
    exchange.wake?.();
  }

  #announce(message: RawMessage, group: number): void {
    let decoded: ReceivedMessage | undefined;
    for (const subscription of this.#subscriptions) {
      if (!subscription.groups.has(group)) continue;
      decoded ??= this.#decode(message, group);
      subscription.push(decoded);
    }
  }

  #decode({ header, payload }: RawMessage, group: number): ReceivedMessage {
    const schema = this.#catalog.get(header.type, payload);
    if (schema === undefined)
      throw new DecodeError(`no schema for message type ${header.type}`, 0, 'message');
    const { type: messageType, flags, sequence, portId } = header;
    return { ...decodeMessage(schema, payload), messageType, flags, sequence, portId, group, payload };
  }
}

async function unlessAborted(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return promise;
  signal.throwIfAborted();
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
