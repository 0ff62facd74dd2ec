import { type Datagram, MESSAGE_HEADER_SIZE, readMessageHeader, readMessages } from '@nlspace/core';
import type { CallEvent } from '../observe/socket-event.js';
import { type Arrival, asksTheSame, type Dialogue, type RecordedRequest, requestOf } from './recording.js';

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
  arrived(): void;
}

/** A recorded socket while it is played. */
export class Stage {
  player: Player | undefined;
  /** Somebody has sent or received on it: it is not given to others any more. */
  hasBegun = false;
  readonly #ready: Arrival[];
  #isFirstKnown = false;
  /** What a program sends now instead of a recorded sequence number and port ID. */
  readonly #sent = new Map<number, { readonly sequence: number; readonly portId: number }>();
  readonly #answered = new Set<CallEvent>();

  constructor(readonly dialogue: Dialogue) {
    this.#ready = [...dialogue.released];
  }

  get isReadable(): boolean {
    return this.#ready.length > 0;
  }

  next(leave: boolean): Arrival | undefined {
    this.#isFirstKnown = leave && this.#ready.length > 0;
    return leave ? this.#ready[0] : this.#ready.shift();
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
    request.isPlayed = true;
    let index = 0;
    for (const { header } of readMessages(bytes)) {
      const recorded = request.messages[index++]?.header.sequence ?? 0;
      this.#sent.set(recorded, { sequence: header.sequence, portId: header.portId });
    }
  }

  sentFor(recordedSequence: number): { readonly sequence: number; readonly portId: number } | undefined {
    return this.#sent.get(recordedSequence);
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
