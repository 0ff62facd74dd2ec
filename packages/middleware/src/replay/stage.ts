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

/** A recorded socket while it is played. */
export class Stage {
  player: Player | undefined;
  /** Its player has closed it. */
  isOver = false;
  readonly #ready: Arrival[];
  #isFirstKnown = false;
  #played: readonly Played[] = [];
  /** How much has been received. */
  #received = 0;
  /** Headers by recorded sequence number. */
  readonly #sent = new Map<number, SentHeader>();
  readonly #answered = new Set<CallEvent>();

  constructor(readonly dialogue: Dialogue) {
    this.#ready = [...dialogue.released];
  }

  get isReadable(): boolean {
    return this.#ready.length > 0;
  }

  next(leave: boolean): Arrival | undefined {
    this.#isFirstKnown = leave && this.#ready.length > 0;
    if (leave) return this.#ready[0];
    const arrival = this.#ready.shift();
    if (arrival !== undefined) this.#received++;
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
    return this.dialogue.requests.find((request) => !request.isPlayed && asksTheSame(request, wanted));
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

  /** Whether nobody could tell, from what has been said until now, which of the two it was said on. */
  isLike(other: Stage): boolean {
    if (this.isOver || other.isOver) return false;
    const twins = this.#twinsIn(other);
    if (twins.length !== this.#played.length) return false;
    if (twins.length > 0 && (this.isReadable || other.isReadable)) return false;
    const answers = answersOf(this.#played);
    if (this.#received !== answers || (other.player !== undefined && other.#received !== answers))
      return false;
    return this.#played.every(({ request }, index) => isTwin(request, twins[index]));
  }

  /** Their players go on as each other; the other need not have one. Only for those that are alike. */
  exchange(other: Stage): void {
    const own = this.#played;
    const theirs = other.#played;
    const twins = this.#twinsIn(other);
    const [player, rival] = [this.player, other.player];
    this.#begin(
      rival === undefined ? [] : own.map(({ request }, index) => ({ ...(theirs[index] as Played), request })),
    );
    other.#begin(twins.map((request, index) => ({ ...(own[index] as Played), request })));
    this.player = rival;
    other.player = player;
    if (rival !== undefined) rival.stage = this;
    if (player !== undefined) player.stage = other;
  }

  /** The requests of another that would have been played in place of ours. */
  #twinsIn(other: Stage): readonly RecordedRequest[] {
    return other.player === undefined
      ? other.dialogue.requests.slice(0, this.#played.length)
      : other.#played.map(({ request }) => request);
  }

  #begin(played: readonly Played[]): void {
    for (const { request } of this.#played) request.isPlayed = false;
    this.#played = [];
    this.#sent.clear();
    this.#answered.clear();
    this.#received = answersOf(played);
    for (const one of played) this.#add(one);
  }

  #add(played: Played): void {
    const { request, headers } = played;
    request.isPlayed = true;
    this.#played = [...this.#played, played];
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

function answersOf(played: readonly Played[]): number {
  return played.reduce((count, { request }) => count + request.released.length, 0);
}

/** Whether a request was answered as another one was, and nobody else heard of it. */
function isTwin(one: RecordedRequest, other: RecordedRequest | undefined): boolean {
  if (other === undefined || !asksTheSame(one, other) || one.errno !== other.errno) return false;
  const isAnswer = ({ released }: RecordedRequest, { dialogue, group }: Arrival) =>
    group === 0 && released.every((arrival) => arrival.dialogue === dialogue);
  return (
    one.released.length === other.released.length &&
    one.released.every((arrival, index) => {
      const twin = other.released[index];
      return (
        twin !== undefined &&
        isAnswer(one, arrival) &&
        isAnswer(other, twin) &&
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
