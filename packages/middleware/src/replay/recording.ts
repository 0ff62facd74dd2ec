import { MESSAGE_HEADER_SIZE, type RawMessage, readMessages } from '@nlspace/core';
import { CaptureError, readCapture } from '../capture/read-capture.js';
import type { CallEvent, SocketEvent } from '../observe/socket-event.js';

/** A datagram that a program sent. */
export interface RecordedRequest {
  readonly bytes: Uint8Array;
  readonly messages: readonly RawMessage[];
  readonly dialogue: Dialogue;
  /** What the send itself came to. */
  errno: number;
  /** What can be received once this has been sent, on any socket, in the order of receiving. */
  readonly released: Arrival[];
  isPlayed: boolean;
}

/** What a receive gave: a datagram, or an error. */
export interface Arrival {
  /** Its place among all events of the recording. */
  readonly place: number;
  readonly dialogue: Dialogue;
  readonly bytes: Uint8Array | undefined;
  readonly errno: number;
  readonly sourcePortId: number;
  readonly group: number;
  readonly namespaceNumber: number | undefined;
  /** To a request of the same socket. */
  readonly isAnswer: boolean;
  /** For each message, whose port ID is in its header. */
  readonly origins: ReadonlyArray<Dialogue | undefined>;
}

/** All that happened on one socket. */
export interface Dialogue {
  readonly number: number;
  readonly protocol: number;
  openErrno: number;
  readonly calls: CallEvent[];
  readonly requests: RecordedRequest[];
  /** What can be received before anything is sent. */
  readonly released: Arrival[];
}

/**
 * Reads a capture as what can be replayed. A datagram can be received as soon as what led to it has been sent: a reply
 * after its request, a notification after whatever had been sent last, by anyone, when it was received.
 *
 * @throws {CaptureError} when it is no capture of ours, or one with a problem: it would not be all that was said.
 */
export function readRecording(file: Uint8Array): Dialogue[] {
  const dialogues: Dialogue[] = [];
  // Port IDs are used again after a socket has gone.
  const byPort = new Map<string, Dialogue>();
  let last: RecordedRequest | undefined;
  let place = 0;
  for (const event of readCapture(file)) {
    place++;
    if (event.kind === 'problem') throw new CaptureError(event.text);
    const dialogue = dialogues[event.socket.number] ?? firstOf(event);
    dialogues[dialogue.number] = dialogue;
    if (event.kind === 'call') {
      readCall(event, place, dialogue, last);
      if (event.call === 'bound') byPort.set(`${dialogue.protocol}/${event.results[0]}`, dialogue);
    } else if (event.kind === 'sent') {
      last = requestOf(event.bytes, dialogue);
      dialogue.requests.push(last);
    } else {
      const { bytes, sourcePortId, group, namespaceNumber } = event;
      const origins = [...readMessages(bytes)].map(({ header }) =>
        byPort.get(`${dialogue.protocol}/${header.portId}`),
      );
      const answered = group === 0 ? requestAnsweredBy(bytes, dialogue) : undefined;
      const isAnswer = answered !== undefined;
      (answered ?? last ?? dialogue).released.push({
        place,
        dialogue,
        bytes,
        errno: 0,
        sourcePortId,
        group,
        namespaceNumber,
        isAnswer,
        origins,
      });
    }
  }
  return dialogues;
}

function firstOf(event: SocketEvent): Dialogue {
  // Each socket of our own captures begins with this call; those of others have none at all.
  if (event.kind !== 'call' || event.call !== 'open')
    throw new CaptureError(
      'does not say what sockets were asked for: only captures of nlspace can be replayed',
    );
  const { number, protocol } = event.socket;
  return { number, protocol, openErrno: 0, calls: [], requests: [], released: [] };
}

function readCall(
  event: CallEvent,
  place: number,
  dialogue: Dialogue,
  last: RecordedRequest | undefined,
): void {
  const { call, errno } = event;
  if (call === 'open') dialogue.openErrno = errno;
  else if (call === 'send') {
    const request = dialogue.requests.at(-1);
    if (request !== undefined) request.errno = errno;
  } else if (call === 'receive') {
    const failure = {
      place,
      dialogue,
      bytes: undefined,
      errno,
      sourcePortId: 0,
      group: 0,
      namespaceNumber: undefined,
      isAnswer: false,
      origins: [],
    };
    (last ?? dialogue).released.push(failure);
  } else if (call !== 'bound') dialogue.calls.push(event);
}

export function requestOf(bytes: Uint8Array, dialogue: Dialogue): RecordedRequest {
  return { bytes, messages: [...readMessages(bytes)], dialogue, errno: 0, released: [], isPlayed: false };
}

function requestAnsweredBy(bytes: Uint8Array, { requests }: Dialogue): RecordedRequest | undefined {
  const [reply] = readMessages(bytes);
  if (reply === undefined) return undefined;
  const { sequence } = reply.header;
  for (let index = requests.length - 1; index >= 0; index--) {
    const request = requests[index];
    if (request?.messages.some(({ header }) => header.sequence === sequence)) return request;
  }
  return undefined;
}

/** Whether two datagrams ask for the same: sequence numbers, port IDs and what is between messages do not count. */
export function asksTheSame(
  one: Pick<RecordedRequest, 'bytes' | 'messages'>,
  other: Pick<RecordedRequest, 'bytes' | 'messages'>,
): boolean {
  if (one.messages.length !== other.messages.length) return false;
  // What is no message at all has to be the same bytes.
  if (one.messages.length === 0) return areEqual(one.bytes, other.bytes);
  return one.messages.every((message, index) => {
    const twin = other.messages[index];
    return twin !== undefined && isSameMessage(message, twin);
  });
}

function isSameMessage(one: RawMessage, other: RawMessage): boolean {
  const { type, flags, length } = one.header;
  return (
    length >= MESSAGE_HEADER_SIZE &&
    type === other.header.type &&
    flags === other.header.flags &&
    areEqual(one.payload, other.payload)
  );
}

export function areEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
