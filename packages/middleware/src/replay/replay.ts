import {
  type Datagram,
  DEFAULT_BUFFER_LIMITS,
  Errno,
  errorMessage,
  MESSAGE_HEADER_SIZE,
  MessageFlag,
  type Netlink,
  type NetlinkAddress,
  NetlinkError,
  type NetlinkSocket,
  type OpenOptions,
  PortIds,
  type RawMessage,
  type ReceiveOptions,
  readMessages,
  SocketOption,
  SocketOptions,
} from '@nlspace/core';
import { callText } from '../observe/call-text.js';
import type { CallEvent } from '../observe/socket-event.js';
import { NUMBERS_ONLY, type Vocabularies, type Vocabulary } from '../vocabulary.js';
import { nearestRequest } from './difference.js';
import {
  type Arrival,
  asksTheSame,
  type Dialogue,
  type RecordedRequest,
  readRecording,
  requestOf,
} from './recording.js';
import { type AskedCall, askedBy, type Player, retold, Stage } from './stage.js';

export interface ReplayOptions {
  /** For the words of refusals. */
  readonly vocabularies?: Vocabularies;
  /** Is told, in words, of everything that is refused because it was not recorded. */
  readonly report?: (line: string) => void;
}

/** Of these, the answers do not depend on what was recorded. */
const SIZES: ReadonlySet<string> = new Set([
  SocketOption.ReceiveBufferSize,
  SocketOption.ForceReceiveBufferSize,
  SocketOption.SendBufferSize,
  SocketOption.ForceSendBufferSize,
]);

/**
 * A back end that says what was said to a program before: `file` is what `capture` has written of that run. Sequence
 * numbers and port IDs are those of the new run; all else is as it was. What was not recorded is refused with EOPNOTSUPP and
 * a text that names the nearest recorded request and the difference.
 *
 * @throws {CaptureError} when `file` is no whole capture of nlspace.
 * @example
 * const netlink = replay(await readFile('boot.pcapng'));
 * await run(netlink, ['ip', 'route']);
 */
export function replay(file: Uint8Array, options: ReplayOptions = {}): Netlink {
  const playback = new Playback(readRecording(file), options);
  return { open: (open) => playback.open(open) };
}

/** Which socket of the new run plays which one of the recording. */
class Playback {
  readonly #stages: readonly Stage[];
  readonly #byDialogue: ReadonlyMap<Dialogue, Stage>;
  readonly #ports = new Map<number, PortIds<ReplayingSocket>>();
  #number = 0;

  constructor(
    dialogues: readonly Dialogue[],
    private readonly options: ReplayOptions,
  ) {
    this.#stages = dialogues.filter(Boolean).map((dialogue) => new Stage(dialogue));
    this.#byDialogue = new Map(this.#stages.map((stage) => [stage.dialogue, stage]));
  }

  async open({ protocol, credentials }: OpenOptions): Promise<NetlinkSocket> {
    const number = this.#number++;
    const stage = this.#free(protocol).next().value;
    if (stage?.dialogue.openErrno) {
      stage.isOver = true;
      throw new NetlinkError(stage.dialogue.openErrno);
    }
    const { pid = 0, netAdmin = true } = credentials ?? {};
    return new ReplayingSocket(this, protocol, number, pid, netAdmin, stage ?? this.#unrecorded(protocol));
  }

  vocabulary(protocol: number): Vocabulary {
    return this.options.vocabularies?.(protocol) ?? NUMBERS_ONLY;
  }

  report(line: string): void {
    this.options.report?.(line);
  }

  portsOf(protocol: number): PortIds<ReplayingSocket> {
    let ports = this.#ports.get(protocol);
    if (ports === undefined) {
      let tried = 0;
      // The same run, the same numbers.
      ports = new PortIds(() => (tried++ % 65_536) / 65_536);
      this.#ports.set(protocol, ports);
    }
    return ports;
  }

  stageOf(dialogue: Dialogue): Stage | undefined {
    return this.#byDialogue.get(dialogue);
  }

  requestsOf(protocol: number): RecordedRequest[] {
    return this.#stages.flatMap(({ dialogue }) => (dialogue.protocol === protocol ? dialogue.requests : []));
  }

  /**
   * Has a player go on as another recorded socket that `fits`, if until now it could have been that one: programs need not run in the
   * order in which they did. Whoever plays that one goes on as yet another, and so on, as far as the same holds for them.
   */
  recast(player: Player, fits: (stage: Stage) => boolean): void {
    const { stage: own } = player;
    const stages = this.#stages.filter(({ dialogue }) => dialogue.protocol === own.dialogue.protocol);
    const moves = new Map<Stage, Stage>();
    const seen = new Set<Stage>();
    // The stages that are left by those before are free for those behind: an augmenting path.
    const move = (from: Stage, fits: (stage: Stage) => boolean): boolean => {
      const { part } = from;
      if (part === undefined) return false;
      for (const to of stages) {
        if (to === from || seen.has(to) || !to.suits(part) || !fits(to)) continue;
        seen.add(to);
        const isFree = to === own || (to.player === undefined && !to.isOver);
        if (!isFree && !move(to, () => true)) continue;
        moves.set(from, to);
        return true;
      }
      return false;
    };
    if (!move(own, fits)) return;
    const casts = [...moves].map(([from, to]) => ({ to, part: from.part }));
    for (const from of moves.keys()) from.cast(undefined);
    for (const { to, part } of casts) to.cast(part);
  }

  /** What has been waiting for a request can be received now. */
  release(arrivals: readonly Arrival[]): void {
    const stages = new Set<Stage>();
    for (const arrival of arrivals) {
      const stage = this.#byDialogue.get(arrival.dialogue);
      stage?.push(arrival);
      if (stage !== undefined) stages.add(stage);
    }
    for (const { player } of stages) player?.arrived();
  }

  *#free(protocol: number): Generator<Stage, undefined> {
    for (const stage of this.#stages)
      if (stage.player === undefined && !stage.isOver && stage.dialogue.protocol === protocol) yield stage;
  }

  /** For a socket more than there were: it may be opened, but nothing that it asks for was recorded. */
  #unrecorded(protocol: number): Stage {
    return new Stage({
      number: -1,
      protocol,
      openErrno: 0,
      calls: [],
      requests: [],
      released: [],
    });
  }
}

class ReplayingSocket implements NetlinkSocket, Player {
  onReadable: (() => void) | undefined;
  portId = 0;
  peer: NetlinkAddress = { portId: 0, groups: 0 };
  readonly #options: SocketOptions;
  readonly #groups = new Set<number>();
  readonly asked: AskedCall[] = [];
  /** Refusals: they come before anything recorded. */
  readonly #refusals: Uint8Array[] = [];

  constructor(
    private readonly playback: Playback,
    readonly protocol: number,
    private readonly number: number,
    private readonly processId: number,
    netAdmin: boolean,
    public stage: Stage,
  ) {
    this.#options = new SocketOptions(DEFAULT_BUFFER_LIMITS, netAdmin);
    stage.player = this;
  }

  get address(): NetlinkAddress {
    let groups = 0;
    for (const group of this.#groups) if (group <= 32) groups |= 1 << (group - 1);
    return { portId: this.portId, groups: groups >>> 0 };
  }

  arrived(): void {
    this.onReadable?.();
  }

  async bind({ portId, groups }: NetlinkAddress): Promise<void> {
    this.#ask({ call: 'bind', arguments: [portId, groups] }, groups === 0);
    if (this.portId === 0) this.#takePort(portId);
    else if (portId !== 0 && portId !== this.portId) throw new NetlinkError(Errno.EINVAL);
    for (let group = 1; group <= 32; group++)
      if ((groups >>> (group - 1)) & 1) this.#groups.add(group);
      else this.#groups.delete(group);
  }

  async connect(address: NetlinkAddress): Promise<void> {
    this.#ask({ call: 'connect', arguments: [address.portId, address.groups] }, true);
    if (this.portId === 0) this.#takePort(0);
    this.peer = address;
  }

  async joinGroup(group: number): Promise<void> {
    this.#ask({ call: 'join', arguments: [group] }, false);
    this.#groups.add(group);
  }

  async leaveGroup(group: number): Promise<void> {
    this.#ask({ call: 'leave', arguments: [group] }, false);
    this.#groups.delete(group);
  }

  async memberships(): Promise<Uint32Array> {
    const words = new Uint32Array(Math.ceil(Math.max(1, ...this.#groups) / 32));
    for (const group of this.#groups) {
      const index = (group - 1) >>> 5;
      words[index] = (words[index] ?? 0) | (1 << ((group - 1) & 31));
    }
    return words;
  }

  async setOption(option: SocketOption, value: number): Promise<void> {
    this.#ask({ call: 'set-option', arguments: [option, value] }, SIZES.has(option));
    this.#options.set(option, value);
  }

  async getOption(option: SocketOption): Promise<number> {
    return this.#options.get(option);
  }

  send(datagram: Uint8Array): undefined {
    if (this.portId === 0) this.#takePort(0);
    const request = this.#find(datagram);
    if (request === undefined) {
      this.#refuse(datagram);
      return;
    }
    this.stage.play(request, datagram);
    if (request.errno !== 0) throw new NetlinkError(request.errno);
    this.playback.release(request.released);
  }

  get readable(): boolean {
    return this.#refusals.length > 0 || this.stage.isReadable;
  }

  receive({ peek = false }: ReceiveOptions = {}): Datagram | undefined {
    const refusal = peek ? this.#refusals[0] : this.#refusals.shift();
    if (refusal !== undefined) return { bytes: refusal, source: { portId: 0, groups: 0 }, group: 0 };
    const arrival = this.stage.receive(peek);
    if (arrival === undefined) return undefined;
    if (arrival.errno !== 0) {
      // Told once, also to one who only looks.
      if (peek) this.stage.receive(false);
      throw new NetlinkError(arrival.errno);
    }
    return retold(arrival, (dialogue) => this.playback.stageOf(dialogue));
  }

  close(): void {
    if (this.portId !== 0) this.playback.portsOf(this.protocol).release(this.portId);
    this.stage.isOver = true;
    this.#groups.clear();
    this.onReadable = undefined;
  }

  #takePort(wanted: number): void {
    const ports = this.playback.portsOf(this.protocol);
    if (wanted === 0) this.portId = ports.allocate(this.processId, this);
    else {
      ports.claim(wanted, this);
      this.portId = wanted;
    }
  }

  /**
   * What the recording says to a call; to one that changes nothing of what can be said, whether it was recorded or not.
   *
   * @throws {NetlinkError} as recorded; EOPNOTSUPP when it was not.
   */
  #ask(call: Pick<CallEvent, 'call' | 'arguments'>, isHarmless: boolean): void {
    const asked = askedBy(call);
    if (!isHarmless) {
      this.asked.push(asked);
      if (!this.stage.has(asked)) this.playback.recast(this, () => true);
    }
    const answer = this.stage.answer(asked);
    if (answer === undefined && !isHarmless) {
      this.asked.pop();
      const { protocol, processId, number, portId } = this;
      const socket = { protocol, processId, program: undefined, number, portId };
      const event: CallEvent = { kind: 'call', time: 0, socket, ...call, results: [], errno: 0 };
      const words = callText(event, this.playback.vocabulary(protocol));
      const text = `a socket that ${words} was not recorded`;
      this.playback.report(`${processId} ${text}`);
      throw new NetlinkError(Errno.EOPNOTSUPP, text);
    }
    if (answer !== undefined && answer.errno !== 0) throw new NetlinkError(answer.errno);
  }

  #find(datagram: Uint8Array): RecordedRequest | undefined {
    const wanted = requestOf(datagram, this.stage.dialogue);
    const isNext = ({ next }: Stage) => next !== undefined && asksTheSame(next, wanted);
    if (!isNext(this.stage)) {
      const { length } = this.stage.dialogue.requests.filter(({ isPlayed }) => isPlayed);
      this.playback.recast(this, ({ dialogue }) => {
        const request = dialogue.requests[length];
        return request !== undefined && asksTheSame(request, wanted);
      });
    }
    return this.stage.find(datagram);
  }

  #refuse(datagram: Uint8Array): void {
    const vocabulary = this.playback.vocabulary(this.protocol);
    const recorded = this.playback.requestsOf(this.protocol);
    for (const message of readMessages(datagram)) {
      if ((message.header.flags & MessageFlag.Request) === 0) continue;
      const text = nearestRequest(message, recorded, vocabulary);
      this.playback.report(`${this.processId} ${text}`);
      this.#refusals.push(this.#errorMessage(message, text));
    }
    if (this.#refusals.length > 0) this.onReadable?.();
  }

  #errorMessage({ header, payload }: RawMessage, text: string): Uint8Array {
    const request = new Uint8Array(
      payload.buffer,
      payload.byteOffset - MESSAGE_HEADER_SIZE,
      payload.byteLength + MESSAGE_HEADER_SIZE,
    );
    return errorMessage(
      Errno.EOPNOTSUPP,
      request,
      header.sequence,
      this.portId,
      this.#options.isOn(SocketOption.CapAck),
      this.#options.isOn(SocketOption.ExtendedAck) ? { text } : undefined,
    );
  }
}
