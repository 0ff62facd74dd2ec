import { type Datagram, MESSAGE_HEADER_SIZE, readMessageHeader, readMessages } from '@nlspace/core';
import type { CallEvent } from '../observe/socket-event.js';
import {
  type Arrival,
  areEqual,
  asksTheSame,
  type Dialogue,
  type RecordedRequest,
  requestOf,
} from './recording.js';

/** ControlMessageType.Error: the request's header is in it, behind the errno. */
const ERROR_TYPE = 2;
const ECHO_OFFSET = MESSAGE_HEADER_SIZE + 4;
const SEQUENCE_OFFSET = 8;
const PORT_OFFSET = 12;

/** A call as it is compared: what differs from run to run is left out. */
export interface AskedCall {
  readonly call: CallEvent['call'];
  readonly words: ReadonlyArray<string | number>;
}

/** Who plays a recorded socket. */
export interface Player {
  readonly portId: number;
  /** All that it has asked for beside requests. */
  readonly asked: readonly AskedCall[];
  /** What it plays. */
  stage: Stage;
  arrived(): void;
}

/** The header of a message as it was sent now. */
interface SentHeader {
  readonly sequence: number;
  readonly portId: number;
}

/** A recorded request that has been sent again, and the headers that its messages have now. */
interface Played {
  readonly request: RecordedRequest;
  readonly headers: readonly SentHeader[];
}

/** What somebody has done on a stage. */
export interface Part {
  readonly player: Player;
  readonly played: readonly Played[];
  /** How many answers it has received. */
  readonly received: number;
  /** It has looked at the next one. */
  readonly isFirstKnown: boolean;
  readonly isOver: boolean;
}

/** A recorded socket while it is played. */
export class Stage {
  player: Player | undefined;
  /** Its player has closed it. */
  isOver = false;
  #ready: Arrival[];
  #isFirstKnown = false;
  #played: Played[] = [];
  /** Requests before this one have been played. */
  #firstLeft = 0;
  /** How many answers have been received. */
  #received = 0;
  /** It has received something that is no answer, or knows that this comes next. */
  #hasHeard = false;
  /** Headers by recorded sequence number. */
  readonly #sent = new Map<number, SentHeader>();
  readonly #answered = new Set<CallEvent>();

  constructor(readonly dialogue: Dialogue) {
    this.#ready = [...dialogue.released];
  }

  get isReadable(): boolean {
    return this.#ready.length > 0;
  }

  receive(leave: boolean): Arrival | undefined {
    const arrival = leave ? this.#ready[0] : this.#ready.shift();
    this.#isFirstKnown = leave && arrival !== undefined;
    if (arrival?.isAnswer === false) this.#hasHeard = true;
    if (!leave && arrival?.isAnswer === true) this.#received++;
    return arrival;
  }

  /** In front of what was received after it, if that is still here and nobody has looked at it. */
  push(arrival: Arrival): void {
    let index = this.#ready.length;
    const first = this.#isFirstKnown ? 1 : 0;
    while (index > first && (this.#ready[index - 1] as Arrival).place > arrival.place) index--;
    this.#ready.splice(index, 0, arrival);
  }

  /** The first request that has not been sent again and asks for the same. */
  find(bytes: Uint8Array): RecordedRequest | undefined {
    const wanted = requestOf(bytes, this.dialogue);
    const { requests } = this.dialogue;
    while (requests[this.#firstLeft]?.isPlayed === true) this.#firstLeft++;
    for (let index = this.#firstLeft; index < requests.length; index++) {
      const request = requests[index];
      if (request !== undefined && !request.isPlayed && asksTheSame(request, wanted)) return request;
    }
    return undefined;
  }

  play(request: RecordedRequest, bytes: Uint8Array): void {
    const headers = [...readMessages(bytes)].map(({ header: { sequence, portId } }) => ({
      sequence,
      portId,
    }));
    this.#add({ request, headers });
  }

  sentFor(recordedSequence: number): SentHeader | undefined {
    return this.#sent.get(recordedSequence);
  }

  /** The request that comes next. */
  get next(): RecordedRequest | undefined {
    return this.dialogue.requests[this.#played.length];
  }

  /** What its player has done, if that could as well have been done on another stage: nobody has told it anything but answers. */
  get part(): Part | undefined {
    const { player, isOver } = this;
    if (player === undefined || (this.#hasHeard && !isOver)) return undefined;
    const [played, received, isFirstKnown] = [this.#played, this.#received, this.#isFirstKnown];
    return { player, played, received, isFirstKnown, isOver };
  }

  /** Whether all that somebody has done could have been done here, and been answered as it was. */
  suits({ player, played }: Part): boolean {
    return (
      this.dialogue.openErrno === 0 &&
      player.asked.every((asked) => this.has(asked)) &&
      played.every(({ request }, index) => isTwin(request, this.dialogue.requests[index]))
    );
  }

  /** Gives the stage to another player, or to nobody. What it has not received of its answers waits for it here. */
  cast(part: Part | undefined): void {
    const { player, played = [], received = 0, isFirstKnown = false, isOver = false } = part ?? {};
    const others = this.#ready.filter(({ isAnswer }) => !isAnswer);
    for (const { request } of this.#played) request.isPlayed = false;
    this.#played = [];
    this.#firstLeft = 0;
    this.#sent.clear();
    this.#answered.clear();
    for (const [index, { headers }] of played.entries())
      this.#add({ request: this.dialogue.requests[index] as RecordedRequest, headers });
    this.#received = received;
    this.#hasHeard = false;
    this.#isFirstKnown = isFirstKnown;
    this.#ready = this.#played.flatMap(({ request }) => request.released).slice(received);
    for (const other of others) this.push(other);
    this.player = player;
    this.isOver = isOver;
    if (player !== undefined) player.stage = this;
  }

  #add(played: Played): void {
    const { request, headers } = played;
    request.isPlayed = true;
    this.#played.push(played);
    for (const [index, sent] of headers.entries())
      this.#sent.set(request.messages[index]?.header.sequence ?? 0, sent);
  }

  has(asked: AskedCall): boolean {
    return this.dialogue.calls.some((call) => isSameCall(call, asked));
  }

  /** What a call came to: the first time, the second, and so on; after the last time, the same again. */
  answer(asked: AskedCall): CallEvent | undefined {
    const all = this.dialogue.calls.filter((call) => isSameCall(call, asked));
    const answer = all.find((call) => !this.#answered.has(call)) ?? all.at(-1);
    if (answer !== undefined) this.#answered.add(answer);
    return answer;
  }
}

/** Whether a request was answered as another one was, and nobody else heard of it. */
function isTwin(one: RecordedRequest, other: RecordedRequest | undefined): boolean {
  if (other === undefined || !asksTheSame(one, other) || one.errno !== other.errno) return false;
  return (
    one.released.length === other.released.length &&
    one.released.every((arrival, index) => {
      const twin = other.released[index];
      return (
        twin !== undefined &&
        arrival.isAnswer &&
        twin.isAnswer &&
        arrival.errno === twin.errno &&
        areEqual(withoutHeaders(arrival.bytes), withoutHeaders(twin.bytes))
      );
    })
  );
}

/** A datagram without what differs from run to run. */
function withoutHeaders(bytes: Uint8Array = new Uint8Array(0)): Uint8Array {
  const copy = bytes.slice();
  for (const { header, payload } of readMessages(copy)) {
    const start = payload.byteOffset - MESSAGE_HEADER_SIZE;
    copy.fill(0, start + SEQUENCE_OFFSET, start + MESSAGE_HEADER_SIZE);
    if (header.type === ERROR_TYPE && payload.length >= 4 + MESSAGE_HEADER_SIZE)
      copy.fill(0, start + ECHO_OFFSET + SEQUENCE_OFFSET, start + ECHO_OFFSET + MESSAGE_HEADER_SIZE);
  }
  return copy;
}

/** What was asked for, without the port IDs of a run. */
export function askedBy({ call, arguments: given }: Pick<CallEvent, 'call' | 'arguments'>): AskedCall {
  if (call === 'bind') return { call, words: given.slice(1) };
  return { call, words: call === 'connect' ? [] : given };
}

function isSameCall(recorded: CallEvent, { call, words }: AskedCall): boolean {
  if (recorded.call !== call) return false;
  const own = askedBy(recorded).words;
  return own.length === words.length && own.every((word, index) => word === words[index]);
}

/** A recorded datagram for the program that runs now: sequence numbers and port IDs are its own. */
export function retold(
  { bytes: recorded = new Uint8Array(0), sourcePortId, group, namespaceNumber, origins }: Arrival,
  stageOf: (dialogue: Dialogue) => Stage | undefined,
): Datagram {
  const bytes = recorded.slice();
  const view = new DataView(bytes.buffer);
  let index = 0;
  for (const { header, payload } of readMessages(bytes)) {
    const start = payload.byteOffset - MESSAGE_HEADER_SIZE;
    const dialogue = origins[index++];
    const origin = dialogue === undefined ? undefined : stageOf(dialogue);
    if (origin?.player === undefined) continue;
    view.setUint32(start + PORT_OFFSET, origin.player.portId, true);
    const now = origin.sentFor(header.sequence);
    if (now === undefined) continue;
    view.setUint32(start + SEQUENCE_OFFSET, now.sequence, true);
    if (header.type !== ERROR_TYPE || payload.length < 4 + MESSAGE_HEADER_SIZE) continue;
    const echo = start + ECHO_OFFSET;
    if (readMessageHeader(view, echo).sequence !== header.sequence) continue;
    view.setUint32(echo + SEQUENCE_OFFSET, now.sequence, true);
    view.setUint32(echo + PORT_OFFSET, now.portId, true);
  }
  return {
    bytes,
    source: { portId: sourcePortId, groups: group >= 1 && group <= 32 ? (1 << (group - 1)) >>> 0 : 0 },
    group,
    ...(namespaceNumber === undefined ? {} : { namespaceNumber }),
  };
}
