import type { MessageBody, MessageSchema } from '../schema/message.js';
import type { DomainSocket, RunningDump } from '../socket/domain-socket.js';
import { ByteWriter } from '../wire/byte-writer.js';
import { MessageFlag } from '../wire/message-header.js';
import { RawDump } from './raw-dump.js';
import { appendDone, appendMessage, type ExtendedAck } from './reply-writer.js';
import type { DumpContext } from './request.js';

/** Length of NLMSG_DONE without an extended ACK. */
const DONE_SIZE = 20;
const NOTHING = new Uint8Array(0);

export interface DumpParameters {
  readonly socket: DomainSocket;
  readonly sequence: number;
  readonly schema: MessageSchema;
  readonly replyType: number;
  readonly done: 'apart' | 'merged';
  readonly multipart: boolean;
  /** Who hears of what `start` throws: the reader of the dump, or the caller of the constructor. */
  readonly refusedBy: 'done' | 'error';
  /** Makes the messages; what it throws ends the dump. */
  readonly start: (context: DumpContext) => Iterable<MessageBody> | RawDump;
  /** What a failure looks like to the peer. */
  readonly refuse: (error: unknown) => { errno: number; ack: ExtendedAck | undefined };
}

/** Turns what a dump handler gives into datagrams, one at each `advance`. */
export class DumpRunner implements RunningDump, DumpContext {
  readonly #parameters: DumpParameters;
  readonly #writer = new ByteWriter(4096);
  #iterator: Iterator<MessageBody> | undefined;
  #raw: RawDump | undefined;
  #filtered = 0;
  #doneFiltered = 0;
  #interrupted = 0;
  /** All messages have been produced; NLMSG_DONE has not. */
  #exhausted = false;
  #errno = 0;
  #ack: ExtendedAck | undefined;

  constructor(parameters: DumpParameters) {
    this.#parameters = parameters;
    if (parameters.refusedBy === 'error') this.#start();
    else this.#attempt(() => this.#start());
  }

  #start(): void {
    const messages = this.#parameters.start(this);
    if (messages instanceof RawDump) this.#raw = messages;
    else this.#iterator = messages[Symbol.iterator]();
  }

  markFiltered(what?: 'messages'): void {
    this.#filtered = MessageFlag.DumpFiltered;
    if (what === undefined) this.#doneFiltered = MessageFlag.DumpFiltered;
  }

  markInterrupted(): void {
    this.#interrupted = MessageFlag.DumpInterrupted;
  }

  advance(capacity: number): { readonly bytes: Uint8Array; readonly last: boolean } {
    let bytes: Uint8Array = NOTHING;
    if (!this.#exhausted) {
      bytes = this.#raw === undefined ? this.#fill(capacity) : this.#fillRaw(this.#raw, capacity);
      if (!this.#exhausted || (bytes.length > 0 && !this.#mergesDone(bytes.length, capacity))) {
        return { bytes, last: false };
      }
    }
    return { bytes: this.#finish(bytes), last: true };
  }

  close(): void {
    this.#exhausted = true;
    this.#raw?.close();
    this.#iterator?.return?.();
  }

  #mergesDone(length: number, capacity: number): boolean {
    return this.#parameters.done === 'merged' && this.#ack === undefined && capacity - length >= DONE_SIZE;
  }

  #finish(messages: Uint8Array): Uint8Array {
    const { socket, sequence } = this.#parameters;
    const writer = this.#writer;
    writer.reset();
    writer.append(messages);
    appendDone(
      writer,
      this.#errno,
      (socket.profile.doneIsMultipart ? MessageFlag.Multi : 0) | this.#doneFiltered | this.#takeInterrupted(),
      sequence,
      socket.portId,
      this.#ack,
    );
    return writer.slice();
  }

  /** Messages up to `capacity`; the one that does not fit any more is kept for the next datagram. */
  #fill(capacity: number): Uint8Array {
    const writer = this.#writer;
    const { socket, schema, replyType, sequence, multipart } = this.#parameters;
    let datagram: Uint8Array | undefined;
    while (datagram === undefined && !this.#exhausted) {
      const before = writer.length;
      const intact = this.#attempt(() => {
        const next = this.#iterator?.next();
        if (next === undefined || next.done) {
          this.#exhausted = true;
          return;
        }
        const flags = (multipart ? MessageFlag.Multi : 0) | this.#filtered | this.#takeInterrupted();
        const start = appendMessage(writer, schema, next.value, replyType, flags, sequence, socket.portId);
        if (writer.length <= capacity || start === 0) return;
        datagram = writer.bytes.slice(0, start);
        writer.bytes.copyWithin(0, start, writer.length);
        writer.length -= start;
      });
      // What a failed encoder has left is not sent.
      if (!intact) writer.length = before;
    }
    if (datagram === undefined) {
      datagram = writer.slice();
      writer.reset();
    }
    return datagram;
  }

  #fillRaw(raw: RawDump, capacity: number): Uint8Array {
    const { socket, sequence, replyType } = this.#parameters;
    for (let size = (capacity + 3) & ~3; ; size *= 2) {
      const words = new Uint32Array(size / 4);
      const bytes = new Uint8Array(words.buffer);
      const room = {
        bytes,
        view: new DataView(words.buffer),
        words,
        offset: 0,
        limit: size === ((capacity + 3) & ~3) ? capacity : size,
        messageType: replyType,
        sequence,
        portId: socket.portId,
        flags: MessageFlag.Multi | this.#filtered,
      };
      this.#attempt(() => {
        this.#exhausted = raw.fill(room);
      });
      // A message larger than the reader's buffer goes alone.
      if (room.offset > 0 || this.#exhausted) return bytes.subarray(0, room.offset);
    }
  }

  #takeInterrupted(): number {
    const flag = this.#interrupted;
    this.#interrupted = 0;
    return flag;
  }

  #attempt(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      this.#exhausted = true;
      const { errno, ack } = this.#parameters.refuse(error);
      this.#errno = errno;
      this.#ack = ack;
      return false;
    }
  }
}
