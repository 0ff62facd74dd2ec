import { DecodeError } from '../errors/decode-error.js';
import { Errno } from '../errors/errno.js';
import { NetlinkError } from '../errors/netlink-error.js';
import type { Task } from '../queue/task-queue.js';
import { findAttribute, hasLeftover, LEFTOVER } from '../schema/attributes.js';
import { checkMessageAt, decodeMessageAt, type MessageBody } from '../schema/message.js';
import type { DomainSocket } from '../socket/domain-socket.js';
import { type Credentials, type NamespaceView, SocketOption } from '../socket/netlink.js';
import { align4 } from '../wire/alignment.js';
import { ByteWriter } from '../wire/byte-writer.js';
import { FIRST_PROTOCOL_MESSAGE_TYPE, MESSAGE_HEADER_SIZE, MessageFlag } from '../wire/message-header.js';
import { AckCookie } from './ack-cookie.js';
import { DumpRunner } from './dump-runner.js';
import { type IncomingRequest, isFamilyHost } from './family-host.js';
import type { Operation } from './operation.js';
import type { RawDump } from './raw-dump.js';
import { acknowledgement, appendMessage, type ExtendedAck, errorMessage } from './reply-writer.js';
import { type Cause, type Request, RequestFlags } from './request.js';
import type { ServedFamily } from './served-family.js';

/** A handler threw what is not a refusal: a defect of the handler. */
export type DefectListener = (error: unknown, operation: string) => void;

/**
 * Answers the requests of one protocol: finds the operation, checks privilege and policy, calls the handler, and
 * writes replies, acknowledgements and errors. The rules and their order are rtnetlink's and af_netlink's.
 */
export class Dispatcher {
  readonly #writer = new ByteWriter(4096);
  readonly #inFlight = new Set<Promise<void>>();

  constructor(
    /** Undefined once the family has been unloaded. */
    public family: ServedFamily | undefined,
    private readonly onDefect: DefectListener,
  ) {}

  /** Settles when no handler is at work any more. */
  async drain(): Promise<void> {
    await Promise.allSettled([...this.#inFlight]);
  }

  task(socket: DomainSocket, datagram: Uint8Array): Task {
    return new DatagramTask(this, socket, datagram);
  }

  /** Handles the message at [start, end). */
  handle(
    socket: DomainSocket,
    datagram: Uint8Array,
    view: DataView,
    start: number,
    end: number,
  ): Promise<void> | undefined {
    const messageType = view.getUint16(start + 4, true);
    const flags = view.getUint16(start + 6, true);
    const sequence = view.getUint32(start + 8, true);
    if ((flags & MessageFlag.Request) === 0 || messageType < FIRST_PROTOCOL_MESSAGE_TYPE) {
      if ((flags & MessageFlag.Ack) !== 0)
        socket.deliverReply(acknowledgement(datagram, start, socket.portId));
      return undefined;
    }
    socket.counters.requests++;
    const message = new ReceivedMessage(socket, datagram, view, start, end, messageType, flags, sequence);
    try {
      const pending = this.#run(message);
      if (pending === undefined) return undefined;
      const settled = pending.catch((error: unknown) => this.#refuse(message, error));
      this.#inFlight.add(settled);
      return settled.finally(() => this.#inFlight.delete(settled));
    } catch (error) {
      this.#refuse(message, error);
      return undefined;
    }
  }

  #run(message: ReceivedMessage): Promise<void> | undefined {
    const { family } = this;
    if (family === undefined) throw new NetlinkError(Errno.EOPNOTSUPP, 'the family has been unloaded');
    const isDump = family.options.isDump(message.messageType, message.flagBits);
    const known = isFamilyHost(family.instance)
      ? family.instance.resolve(message, isDump)
      : this.#find(message, isDump, family);
    if (known === undefined) {
      if ((message.flagBits & MessageFlag.Ack) !== 0) this.#acknowledge(message);
      return undefined;
    }
    message.operation = known;
    if (isDump) {
      this.#startDump(message, known, family);
      return undefined;
    }
    if (known.options.validation !== 'none')
      message.decode(known, false, message.strict && family.options.isRead?.(message.messageType) === true);
    const result = known.call(message as unknown as Request, undefined);
    if (isPromise(result)) return result.then((settled) => this.#complete(message, known, family, settled));
    this.#complete(message, known, family, result);
    return undefined;
  }

  /** @returns nothing for a payload that is too short to ask for anything. */
  #find(message: ReceivedMessage, isDump: boolean, family: ServedFamily): Operation | undefined {
    const { options } = family;
    const { messageType } = message;
    if (family.instance.serves?.(messageType) === false) throw unsupported(messageType);
    const known = family.find(isDump ? 'dump' : 'do', messageType);
    if (known === undefined && family.find(isDump ? 'do' : 'dump', messageType) === undefined) {
      throw unsupported(messageType);
    }
    if (message.end - message.payloadStart < (options.smallestPayload ?? 0)) return undefined;
    if (known?.options.privilege !== undefined && !message.credentials.netAdmin)
      throw new NetlinkError(Errno.EPERM);
    if (options.isServed?.(messageType, isDump, message.firstByte) === false)
      throw new NetlinkError(Errno.EOPNOTSUPP);
    const refusal = options.refusal?.(messageType, message.flagBits, message.firstByte);
    if (refusal !== undefined) throw new NetlinkError(Errno.EOPNOTSUPP, refusal);
    if (known === undefined) {
      throw new NetlinkError(
        Errno.EOPNOTSUPP,
        `message type ${messageType} has no ${isDump ? 'dump' : 'do'}`,
      );
    }
    return known;
  }

  #startDump(message: ReceivedMessage, operation: Operation, family: ServedFamily): void {
    const { socket, sequence } = message;
    if (socket.isDumping) throw new NetlinkError(Errno.EBUSY);
    // The dump outlives the datagram that asked for it.
    message.detach();
    const { validation, refusedBy = 'done' } = operation.options;
    if (validation === 'strict') message.decode(operation, true, false);
    socket.startDump(
      new DumpRunner({
        socket,
        sequence,
        schema: operation.options.reply ?? operation.message,
        replyType: operation.options.replyType ?? family.options.replyType(message.messageType),
        done: operation.options.done ?? 'merged',
        multipart: operation.options.multipart ?? true,
        // The older families look at a request in their dump's first step, so NLMSG_DONE says what is wrong with it.
        refusedBy,
        start: (context) => {
          if (message.strict && operation.options.isRestricted?.(message.payload) === true)
            context.markFiltered();
          if (validation !== 'none' && validation !== 'strict')
            message.decode(operation, true, message.strict);
          return operation.call(message as unknown as Request, context) as Iterable<MessageBody> | RawDump;
        },
        refuse: (error) => this.#describe(message, error),
      }),
    );
  }

  #complete(message: ReceivedMessage, operation: Operation, family: ServedFamily, result: unknown): void {
    if (result instanceof AckCookie) message.cookie = result.bytes;
    else if (result !== undefined) this.#reply(message, operation, family, result);
    if ((message.flagBits & MessageFlag.Ack) !== 0) this.#acknowledge(message);
  }

  #acknowledge(message: ReceivedMessage): void {
    const { socket, datagram, start, end, sequence } = message;
    const { remark: text, extendedCookie: cookie } = message;
    socket.deliverReply(
      text === undefined && cookie === undefined
        ? acknowledgement(datagram, start, socket.portId)
        : errorMessage(0, datagram.subarray(start, end), sequence, socket.portId, true, { text, cookie }),
    );
  }

  #reply(message: ReceivedMessage, operation: Operation, family: ServedFamily, result: unknown): void {
    const { socket, sequence } = message;
    if (result instanceof Uint8Array) {
      const bytes = result.slice();
      const view = new DataView(bytes.buffer);
      view.setUint32(8, sequence, true);
      view.setUint32(12, socket.portId, true);
      socket.deliverReply(bytes);
      return;
    }
    const bodies = isIterable(result) ? (result as Iterable<MessageBody>) : [result as MessageBody];
    const schema = operation.options.reply ?? operation.message;
    const type = operation.options.replyType ?? family.options.replyType(message.messageType);
    for (const body of bodies) {
      const writer = this.#writer;
      writer.reset();
      appendMessage(writer, schema, body, type, 0, sequence, socket.portId);
      socket.deliverReply(writer.slice());
    }
  }

  #refuse(message: ReceivedMessage, error: unknown): void {
    const { socket, datagram, start, end, sequence } = message;
    const { errno, ack } = this.#describe(message, error);
    const capped = socket.options.isOn(SocketOption.CapAck);
    const request = datagram.subarray(start, end);
    socket.deliverReply(errorMessage(errno, request, sequence, socket.portId, capped, ack));
  }

  #describe(message: ReceivedMessage, error: unknown): { errno: number; ack: ExtendedAck | undefined } {
    const extended = message.socket.options.isOn(SocketOption.ExtendedAck);
    if (error instanceof NetlinkError) {
      const { text = message.remark, details } = error;
      const offset = details.offset ?? message.offsetOf(details.attribute);
      const { missing, cookie, policy } = details;
      const ack = { text, offset, missing, cookie, policy };
      return { errno: error.errno, ack: extended ? ack : undefined };
    }
    if (error instanceof DecodeError) {
      return { errno: Errno.EINVAL, ack: extended ? { text: error.message } : undefined };
    }
    this.onDefect(error, message.operation?.name ?? `message type ${message.messageType}`);
    return { errno: Errno.EIO, ack: extended ? { text: 'the handler failed; see the log' } : undefined };
  }
}

/** A request on its way through the dispatcher. What a handler sees of it is `Request`. */
class ReceivedMessage implements IncomingRequest {
  operation: Operation | undefined;
  /** What its acknowledgement tells beside success. */
  cookie: Uint8Array | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: typed by the operation's schema
  header: any;
  // biome-ignore lint/suspicious/noExplicitAny: typed by the operation's schema
  attributes: any;
  #payload: Uint8Array | undefined;

  constructor(
    readonly socket: DomainSocket,
    public datagram: Uint8Array,
    public view: DataView,
    public start: number,
    public end: number,
    readonly messageType: number,
    readonly flagBits: number,
    readonly sequence: number,
  ) {}

  get payloadStart(): number {
    return this.start + MESSAGE_HEADER_SIZE;
  }

  get flags(): RequestFlags {
    return new RequestFlags(this.flagBits);
  }

  get portId(): number {
    return this.socket.portId;
  }

  get credentials(): Credentials {
    return this.socket.credentials;
  }

  get namespaces(): NamespaceView | undefined {
    return this.socket.namespaces;
  }

  get strict(): boolean {
    return this.socket.options.isOn(SocketOption.StrictChecking);
  }

  get cause(): Cause {
    return {
      portId: this.socket.portId,
      sequence: this.sequence,
      echo: (this.flagBits & MessageFlag.Echo) !== 0 && this.socket.profile.echoes,
    };
  }

  /** Of the payload. */
  get firstByte(): number {
    return this.view.getUint8(this.start + MESSAGE_HEADER_SIZE);
  }

  get payload(): Uint8Array {
    this.#payload ??= this.datagram.subarray(this.start + MESSAGE_HEADER_SIZE, this.end);
    return this.#payload;
  }

  /** What the kernel's parser remarks about a request that it does not refuse for it. */
  get remark(): string | undefined {
    if (this.operation === undefined || !this.socket.options.isOn(SocketOption.ExtendedAck)) return undefined;
    const first = this.start + MESSAGE_HEADER_SIZE + align4(this.operation.message.header.size);
    return hasLeftover(this.view, first, this.end) ? LEFTOVER.text : undefined;
  }

  get extendedCookie(): Uint8Array | undefined {
    if (this.cookie === undefined || !this.socket.options.isOn(SocketOption.ExtendedAck)) return undefined;
    return this.cookie;
  }

  /** @throws {NetlinkError} what the kernel's parser and policy say. `knownOnly` refuses what the schema does not know. */
  decode({ message, options }: Operation, isDump: boolean, knownOnly: boolean): void {
    const strict = options.validation === 'strict';
    const start = this.start + MESSAGE_HEADER_SIZE;
    if (!isDump && this.end - start < message.header.size) {
      throw new NetlinkError(Errno.EINVAL, 'Invalid header length');
    }
    // Dumps that are not strict do not look at attributes, so those cannot be wrong.
    if (!isDump || strict || knownOnly) {
      const failed = checkMessageAt(message, this.view, start, this.end, strict || knownOnly, strict);
      if (failed !== undefined) {
        const { errno, text } = failed.failure;
        throw new NetlinkError(errno, text, {
          ...(failed.offset === undefined ? {} : { offset: failed.offset - this.start }),
          ...(failed.kind === undefined || !options.tellsPolicy ? {} : { policy: failed.kind }),
        });
      }
    }
    const decoded = decodeMessageAt(message, this.view, start, this.end);
    this.header = decoded.header;
    this.attributes = decoded.attributes;
    if (options.required !== undefined) this.#checkRequired(message, options.required);
  }

  /** Copies the request out of the datagram, which belongs to the sender. */
  detach(): void {
    this.datagram = this.datagram.slice(this.start, this.end);
    this.view = new DataView(this.datagram.buffer);
    this.start = 0;
    this.end = this.datagram.length;
    this.#payload = undefined;
  }

  offsetOf(path: string | undefined): number | undefined {
    const set = this.operation?.message;
    if (path === undefined || set === undefined) return undefined;
    const first = this.start + MESSAGE_HEADER_SIZE + align4(set.header.size);
    const found = findAttribute(set.attributes, this.view, first, this.end, path);
    return found === undefined ? undefined : found - this.start;
  }

  #checkRequired(message: Operation['message'], required: readonly string[]): void {
    for (const key of required) {
      if (this.attributes[key] === undefined) {
        const missing = message.attributes.shape[key]?.type;
        throw new NetlinkError(Errno.EINVAL, undefined, missing === undefined ? {} : { missing });
      }
    }
  }
}

/** The requests of one datagram, handled one a step. */
class DatagramTask implements Task {
  #view: DataView;
  #offset = 0;

  constructor(
    private readonly dispatcher: Dispatcher,
    private readonly socket: DomainSocket,
    private datagram: Uint8Array,
  ) {
    this.#view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength);
    this.#skipImpossible();
  }

  get done(): boolean {
    return this.datagram.length - this.#offset < MESSAGE_HEADER_SIZE;
  }

  get size(): number {
    return this.datagram.length;
  }

  detach(): void {
    this.datagram = this.datagram.slice();
    this.#view = new DataView(this.datagram.buffer);
  }

  step(): Promise<void> | undefined {
    if (this.done) return undefined;
    const start = this.#offset;
    const length = this.#view.getUint32(start, true);
    this.#offset = start + align4(length);
    const pending = this.dispatcher.handle(this.socket, this.datagram, this.#view, start, start + length);
    this.#skipImpossible();
    return pending;
  }

  /** A length that cannot be ends the datagram without a word. */
  #skipImpossible(): void {
    if (this.done) return;
    const length = this.#view.getUint32(this.#offset, true);
    if (length < MESSAGE_HEADER_SIZE || length > this.datagram.length - this.#offset)
      this.#offset = this.datagram.length;
  }
}

function unsupported(messageType: number): NetlinkError {
  return new NetlinkError(Errno.EOPNOTSUPP, `message type ${messageType} is not supported`);
}

function isPromise(value: unknown): value is Promise<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}
