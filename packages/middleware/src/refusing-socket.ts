import {
  align4,
  appendDone,
  ByteWriter,
  ControlMessageType,
  type Datagram,
  errorMessage,
  FIRST_PROTOCOL_MESSAGE_TYPE,
  findAttribute,
  MESSAGE_HEADER_SIZE,
  MessageFlag,
  type MessageSchema,
  type NetlinkAddress,
  type RawMessage,
  type ReceiveOptions,
  readMessageHeader,
  readMessages,
  SocketOption,
} from '@nlspace/core';
import { ForwardingSocket } from './forwarding-socket.js';

/** Why a request is not handed on, as its sender hears it. */
export interface Refusal {
  readonly errno: number;
  /** Of the extended ACK. */
  readonly text?: string | undefined;
  /** The attribute at fault, by its key in `schema`. */
  readonly attribute?: string | undefined;
  readonly schema?: MessageSchema | undefined;
  /** NLMSG_ERROR, or the NLMSG_DONE of a dump. @default 'error' */
  readonly in?: 'error' | 'done' | undefined;
}

/** A request whose answer is to come. */
interface RefusedRequest {
  readonly bytes: Uint8Array;
  readonly sequence: number;
  readonly refusal: Refusal;
}

/**
 * A socket some of whose requests are refused before they get anywhere. In the place of such a request the serving side
 * gets an NLMSG_NOOP that asks for an acknowledgement; that becomes the error. So errors come in their turn among the
 * replies to the other requests, from any back end that acknowledges as the kernel does.
 */
export abstract class RefusingSocket extends ForwardingSocket {
  readonly #refused: RefusedRequest[] = [];
  #capAck = false;
  #extendedAck = false;

  /** Whether any request could be refused: else none is looked at. */
  protected get mayRefuse(): boolean {
    return true;
  }

  /** Called once for each request, in order; undefined lets it pass. */
  protected abstract refusalOf(request: RawMessage): Refusal | undefined;

  override async setOption(option: SocketOption, value: number): Promise<void> {
    await super.setOption(option, value);
    if (option === SocketOption.CapAck) this.#capAck = value !== 0;
    if (option === SocketOption.ExtendedAck) this.#extendedAck = value !== 0;
  }

  override send(datagram: Uint8Array, destination?: NetlinkAddress): Promise<void> | undefined {
    if (!this.mayRefuse || (destination ?? this.peer).portId !== 0) return this.handOn(datagram, destination);
    const before = this.#refused.length;
    const screened = this.#screen(datagram);
    const added = this.#refused.slice(before);
    if (added.length === 0) return this.handOn(screened, destination);
    try {
      return this.handOn(screened, destination)?.catch((error: unknown) => {
        this.#forget(added);
        throw error;
      });
    } catch (error) {
      this.#forget(added);
      throw error;
    }
  }

  /** Sends what is left of a datagram. */
  protected handOn(datagram: Uint8Array, destination?: NetlinkAddress): Promise<void> | undefined {
    return super.send(datagram, destination);
  }

  override receive(options?: ReceiveOptions): Datagram | undefined {
    const datagram = super.receive(options);
    if (datagram === undefined || this.#refused.length === 0) return datagram;
    const index = this.#answeredBy(datagram);
    const request = this.#refused[index];
    if (request === undefined) return datagram;
    if (options?.peek !== true) this.#refused.splice(index, 1);
    return { ...datagram, bytes: this.#answer(request, portIdOf(datagram)) };
  }

  /** The datagram without what is refused; the same one when nothing is. */
  #screen(datagram: Uint8Array): Uint8Array {
    let screened = datagram;
    for (const message of readMessages(datagram)) {
      const { header, payload } = message;
      if ((header.flags & MessageFlag.Request) === 0 || header.type < FIRST_PROTOCOL_MESSAGE_TYPE) continue;
      const refusal = this.refusalOf(message);
      if (refusal === undefined) continue;
      if (screened === datagram) screened = datagram.slice();
      const start = payload.byteOffset - datagram.byteOffset - MESSAGE_HEADER_SIZE;
      const view = new DataView(screened.buffer, screened.byteOffset);
      view.setUint16(start + 4, ControlMessageType.Noop, true);
      view.setUint16(start + 6, MessageFlag.Request | MessageFlag.Ack, true);
      const bytes = datagram.slice(start, start + header.length);
      this.#refused.push({ bytes, sequence: header.sequence, refusal });
    }
    return screened;
  }

  #forget(requests: readonly RefusedRequest[]): void {
    for (const request of requests) {
      const index = this.#refused.indexOf(request);
      if (index >= 0) this.#refused.splice(index, 1);
    }
  }

  /** The place of the request whose NOOP a datagram acknowledges, or -1. */
  #answeredBy({ bytes, source, group }: Datagram): number {
    if (group !== 0 || source.portId !== 0 || bytes.length < 2 * MESSAGE_HEADER_SIZE + 4) return -1;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (readMessageHeader(view, 0).type !== ControlMessageType.Error) return -1;
    const echoed = readMessageHeader(view, MESSAGE_HEADER_SIZE + 4);
    if (echoed.type !== ControlMessageType.Noop) return -1;
    return this.#refused.findIndex(({ sequence }) => sequence === echoed.sequence);
  }

  #answer({ bytes, sequence, refusal }: RefusedRequest, portId: number): Uint8Array {
    const { errno, text } = refusal;
    const ack = this.#extendedAck ? { text, offset: offsetOf(bytes, refusal) } : undefined;
    if (refusal.in !== 'done') return errorMessage(errno, bytes, sequence, portId, this.#capAck, ack);
    const writer = new ByteWriter();
    appendDone(writer, errno, MessageFlag.Multi, sequence, portId, ack);
    return writer.slice();
  }
}

/** Whom a message is for. */
function portIdOf({ bytes }: Datagram): number {
  return readMessageHeader(new DataView(bytes.buffer, bytes.byteOffset), 0).portId;
}

function offsetOf(request: Uint8Array, { schema, attribute }: Refusal): number | undefined {
  if (schema === undefined || attribute === undefined) return undefined;
  const view = new DataView(request.buffer, request.byteOffset, request.byteLength);
  const first = MESSAGE_HEADER_SIZE + align4(schema.header.size);
  return findAttribute(schema.attributes, view, first, request.length, attribute);
}
