import {
  align4,
  ControlMessageType,
  errnoOf,
  MessageFlag,
  NetlinkProtocol,
  type RawMessage,
  readableMessage,
  readMessages,
  readRefusal,
  type SentRequest,
} from '@nlspace/core';
import {
  callText,
  flagNames,
  type ObservedSocket,
  type ReceivedEvent,
  type SentEvent,
  type SocketEvent,
  type Vocabularies,
  type Vocabulary,
} from '@nlspace/middleware';
import { UNKNOWN_GENERIC_MESSAGE } from '../vocabulary/generic-vocabulary.js';
import type { Outcome, TracedLine, TracedMessage } from './traced-message.js';

/** Requests of one socket that are remembered until they are answered; some never are. */
const MOST_REQUESTS = 1024;

interface PendingRequest {
  readonly name: string;
  readonly time: number;
  /** For the name of the attribute at fault. */
  readonly sent: SentRequest | undefined;
  replies: number;
}

/** Turns what happens on sockets into lines, each with the names that its numbers have. */
export class Tracer {
  readonly #pending = new WeakMap<ObservedSocket, Map<number, PendingRequest>>();

  constructor(private readonly vocabularies: Vocabularies) {}

  *lines(event: SocketEvent): Generator<TracedLine> {
    const { time, socket } = event;
    const vocabulary = this.vocabularies(socket.protocol);
    if (event.kind === 'call') {
      yield { kind: 'call', time, socket, call: event, text: callText(event, vocabulary) };
      return;
    }
    const isSent = event.kind === 'sent';
    let length = 0;
    for (const raw of readMessages(event.bytes)) {
      length += align4(raw.header.length);
      yield this.#message(event, raw, vocabulary);
    }
    const { bytes } = event;
    if (length < bytes.length) yield { kind: 'rest', time, socket, isSent, length: bytes.length - length };
  }

  #message(event: SentEvent | ReceivedEvent, raw: RawMessage, vocabulary: Vocabulary): TracedMessage {
    const { time, socket } = event;
    const isSent = event.kind === 'sent';
    const { header, payload } = raw;
    const isControl = header.type <= ControlMessageType.Overrun;
    const schema = isControl ? undefined : (vocabulary.schemaOf(raw) ?? this.#fallback(socket, raw));
    const name = isControl ? controlName(header.type) : vocabulary.nameOf(raw);
    const isNotification = event.kind === 'received' && event.group !== 0;
    const request = isSent || isNotification ? undefined : this.#requests(socket).get(header.sequence);
    const outcome = isControl ? outcomeOf(raw, request) : undefined;
    if (isSent && (header.flags & MessageFlag.Request) !== 0) {
      const sent = schema === undefined ? undefined : { schema, payload: payload.slice() };
      this.#remember(socket, header.sequence, { name, time, sent, replies: 0 });
    }
    const isMultipart = (header.flags & MessageFlag.Multi) !== 0 && header.type !== ControlMessageType.Done;
    if (request !== undefined && outcome === undefined) request.replies++;
    if (outcome !== undefined && !isSent) this.#requests(socket).delete(header.sequence);
    return {
      kind: 'message',
      time,
      socket,
      isSent,
      group: isNotification ? vocabulary.groupName(event.group) : undefined,
      namespaceNumber: event.kind === 'received' ? event.namespaceNumber : undefined,
      name: outcome?.name ?? name,
      flags: isControl
        ? flagNames(header.flags & MessageFlag.DumpInterrupted, [])
        : flagNames(header.flags, vocabulary.modifiersOf(header.type)),
      raw,
      content: schema && readableMessage(schema, payload, vocabulary.texts),
      outcome,
      request: request?.name,
      duration: request === undefined || isMultipart ? undefined : time - request.time,
      count: outcome?.name === 'DONE' ? request?.replies : undefined,
    };
  }

  /** Of a family that nobody knows, its attributes are numbers; better than no attributes. */
  #fallback({ protocol }: ObservedSocket, { header, payload }: RawMessage) {
    const isGeneric = protocol === NetlinkProtocol.Generic && payload.length >= 4;
    return isGeneric && header.type >= UNKNOWN_GENERIC_MESSAGE.firstType
      ? UNKNOWN_GENERIC_MESSAGE.schema
      : undefined;
  }

  #requests(socket: ObservedSocket): Map<number, PendingRequest> {
    let requests = this.#pending.get(socket);
    if (requests === undefined) {
      requests = new Map();
      this.#pending.set(socket, requests);
    }
    return requests;
  }

  #remember(socket: ObservedSocket, sequence: number, request: PendingRequest): void {
    const requests = this.#requests(socket);
    requests.delete(sequence);
    requests.set(sequence, request);
    const [oldest] = requests.keys();
    if (requests.size > MOST_REQUESTS && oldest !== undefined) requests.delete(oldest);
  }
}

function controlName(type: number): string {
  return ControlMessageType[type]?.toUpperCase() ?? `type ${type}`;
}

function outcomeOf(raw: RawMessage, request: PendingRequest | undefined): Outcome | undefined {
  const { type } = raw.header;
  if (type !== ControlMessageType.Error && type !== ControlMessageType.Done) return undefined;
  const errno = errnoOf(raw);
  const { text, details } = readRefusal(raw, '', request?.sent);
  return {
    name: type === ControlMessageType.Done ? 'DONE' : errno === 0 ? 'ACK' : 'ERROR',
    errno,
    text,
    attribute: details.attribute,
    offset: details.offset,
    missing: details.missing,
  };
}
