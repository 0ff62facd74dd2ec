import {
  type Clock,
  type Datagram,
  datagramCost,
  Errno,
  MESSAGE_HEADER_SIZE,
  type NetlinkAddress,
  NetlinkError,
  type NetlinkSocket,
  type RawMessage,
  type ReceiveOptions,
  readMessageHeader,
  readMessages,
  SocketOption,
  type Timer,
} from '@nlspace/core';
import { type Refusal, RefusingSocket } from '../refusing-socket.js';
import { type Opener, SeenMessage } from '../rules/seen-message.js';
import type { Vocabulary } from '../vocabulary.js';
import { DumpInterruption } from './dump-interruption.js';
import { REORDER_PATIENCE_MS } from './fault-rule.js';
import type { RuleBook } from './rule-book.js';
import { StalledSends } from './stalled-sends.js';

/** Sees what is next in the inner socket without any effect on it. */
const LOOK = { peek: true, capacity: 0 } as const;
/** Takes it without saying anything about the reader's buffer. */
const TAKE = { capacity: 0 } as const;
/** What is taken out of the inner socket before its time, at most: behind it the inner buffer fills up. */
const WITHHELD_BYTES = 212_992;
/** Requests whose answers have not come; those that get none are forgotten beyond it. */
const MOST_ANSWERS = 1024;
const AT_ONCE = 0;

/** Something that the reader gets: a datagram or an error, not before it is due. */
interface Arrival {
  readonly datagram?: Datagram;
  readonly error?: NetlinkError;
  readonly dueAt: number;
}

/** What is to happen to the answer of a request. */
interface AnswerFault {
  interruption: DumpInterruption | undefined;
  /** Concern the first datagram. */
  truncateTo: number | undefined;
  delayMs: number;
}

/** A notification that waits to be overtaken. */
interface Overtaken {
  readonly datagram: Datagram;
  behind: number;
  readonly patience: Timer;
}

/**
 * A socket to which things happen. Each datagram of the inner socket is looked at once, where it is; only what is
 * withheld, multiplied or lost is taken out. So dumps advance as their reader reads, and a full buffer stays full.
 */
export class FaultySocket extends RefusingSocket {
  #listener: (() => void) | undefined;
  /** Taken out of the inner socket, in front of what is there. */
  readonly #arrivals: Arrival[] = [];
  /** What becomes of the inner socket's next datagram, which is still there. */
  #head: Arrival | undefined;
  readonly #answers = new Map<number, AnswerFault>();
  readonly #overtaken = new Set<Overtaken>();
  readonly #stalled: StalledSends;
  #stallMs = 0;
  /** Notifications that an overrun still loses. */
  #losing = 0;
  #tellsOverruns = true;
  #alarm: { readonly dueAt: number; readonly timer: Timer } | undefined;
  #death: NetlinkError | undefined;

  constructor(
    inner: NetlinkSocket,
    private readonly opener: Opener,
    private readonly vocabulary: Vocabulary,
    private readonly rules: RuleBook,
    private readonly clock: Clock,
  ) {
    super(inner);
    this.#stalled = new StalledSends(clock);
    inner.onReadable = () => this.#announce();
  }

  override get onReadable(): (() => void) | undefined {
    return this.#listener;
  }

  override set onReadable(listener: (() => void) | undefined) {
    this.#listener = listener;
  }

  override get readable(): boolean {
    if (!this.#isInvolved) return super.readable;
    try {
      return this.#next() !== undefined;
    } catch (error) {
      if (!(error instanceof NetlinkError)) throw error;
      // The inner socket says it once.
      this.#arrivals.unshift({ error, dueAt: AT_ONCE });
      return true;
    }
  }

  override async setOption(option: SocketOption, value: number): Promise<void> {
    await super.setOption(option, value);
    if (option === SocketOption.NoOverrunError) this.#tellsOverruns = value === 0;
  }

  override send(datagram: Uint8Array, destination?: NetlinkAddress): Promise<void> | undefined {
    if (this.#death !== undefined) throw this.#death;
    return super.send(datagram, destination);
  }

  protected override handOn(datagram: Uint8Array, destination?: NetlinkAddress): Promise<void> | undefined {
    if (this.#death !== undefined) {
      this.#announce();
      return undefined;
    }
    const stallMs = this.#stallMs;
    this.#stallMs = 0;
    const sent =
      stallMs === 0 && this.#stalled.isIdle
        ? super.handOn(datagram, destination)
        : this.#stalled.submit(datagram, stallMs, (later) => super.handOn(later, destination));
    if (this.#arrivals.length > 0) this.#announce();
    return sent;
  }

  override receive(options: ReceiveOptions = {}): Datagram | undefined {
    if (!this.#isInvolved) return super.receive(options);
    const next = this.#next();
    if (next === undefined) return undefined;
    const isInner = next === this.#head;
    if (next.error !== undefined) {
      if (this.#death === undefined) this.#arrivals.shift();
      throw next.error;
    }
    if (options.peek === true) {
      // With room, a look counts as a read: a dump advances.
      if (isInner && options.capacity !== 0) super.receive(options);
    } else if (isInner) {
      this.#head = undefined;
      super.receive(options);
    } else {
      this.#arrivals.shift();
    }
    return next.datagram;
  }

  override close(): void {
    this.#forgetTimers();
    this.#stalled.close();
    super.close();
  }

  protected override get mayRefuse(): boolean {
    return this.rules.concerns('do') || this.rules.concerns('dump');
  }

  protected override refusalOf(request: RawMessage): Refusal | undefined {
    const message = SeenMessage.request(request, this.vocabulary, this.opener);
    if (!this.rules.concerns(message.exchange)) return undefined;
    const { sequence } = request.header;
    let refusal: Refusal | undefined;
    for (const action of this.rules.actionsFor(message)) {
      switch (action.kind) {
        case 'fail':
          refusal ??= { ...action, schema: message.schema };
          break;
        case 'interrupt':
          this.#answerFault(sequence).interruption = new DumpInterruption();
          break;
        case 'delay':
          this.#answerFault(sequence).delayMs += action.milliseconds;
          break;
        case 'truncate':
          this.#answerFault(sequence).truncateTo = action.bytes;
          break;
        case 'stall':
          this.#stallMs += action.milliseconds;
          break;
        case 'overrun':
          this.#losing += action.losing ?? 0;
          this.#overrun();
          break;
        case 'close':
          this.#die();
      }
    }
    return refusal;
  }

  /** Whether anything is, or can be, other than in the inner socket. */
  get #isInvolved(): boolean {
    return (
      this.#head !== undefined ||
      this.#arrivals.length > 0 ||
      this.#answers.size > 0 ||
      this.#losing > 0 ||
      this.rules.concerns('notification')
    );
  }

  /** What a receive would give now. @throws what the inner socket's receive throws. */
  #next(): Arrival | undefined {
    // What has gone wrong in the inner socket comes before all that is there.
    if (this.#death === undefined) super.receive(LOOK);
    for (;;) {
      const first = this.#arrivals[0] ?? this.#head;
      if (first !== undefined) {
        if (first.dueAt <= this.clock.now()) return first;
        this.#wakeAt(first.dueAt);
        if (this.#head === undefined) this.#withholdMore();
        return undefined;
      }
      if (!this.#lookFurther()) return undefined;
    }
  }

  /** While the first waits, those behind it wait too, each for its own time. */
  #withholdMore(): void {
    const withheld = () =>
      this.#arrivals.reduce((sum, { datagram }) => sum + datagramCost(datagram?.bytes.length ?? 0), 0);
    while (this.#head === undefined && withheld() < WITHHELD_BYTES && this.#lookFurther());
  }

  /** Decides about the inner socket's next datagram. @returns whether there was one. */
  #lookFurther(): boolean {
    const datagram = super.receive(LOOK);
    if (datagram === undefined) return false;
    const isNotification = datagram.group !== 0 && datagram.source.portId === 0;
    const outcome = isNotification ? this.#disturb(datagram) : [this.#disturbAnswer(datagram)];
    if (this.#death !== undefined) return true;
    const [only] = outcome;
    if (outcome.length === 1 && only?.datagram !== undefined && (!isNotification || only.dueAt === AT_ONCE)) {
      this.#head = only;
    } else {
      super.receive(TAKE);
      this.#arrivals.push(...outcome);
    }
    return true;
  }

  #disturb(datagram: Datagram): Arrival[] {
    if (this.#losing > 0) {
      this.#losing--;
      return [];
    }
    const raw = readMessages(datagram.bytes).next().value;
    if (raw === undefined) return [{ datagram, dueAt: AT_ONCE }];
    const message = new SeenMessage(raw, 'notification', this.vocabulary, this.opener);
    let copies = [datagram];
    let dueAt = AT_ONCE;
    let heldBehind = 0;
    const errors: Arrival[] = [];
    for (const action of this.rules.actionsFor(message)) {
      switch (action.kind) {
        case 'drop':
          copies = [];
          break;
        case 'duplicate':
          copies = [...copies, ...copies];
          break;
        case 'truncate':
          copies = copies.map((copy) => ({ ...copy, bytes: copy.bytes.subarray(0, action.bytes) }));
          break;
        case 'delay':
          dueAt = Math.max(dueAt, this.clock.now()) + action.milliseconds;
          break;
        case 'reorder':
          heldBehind += action.behind ?? 1;
          break;
        case 'overrun':
          this.#losing += Math.max(0, (action.losing ?? 1) - 1);
          copies = [];
          if (this.#tellsOverruns) errors.push(overrunError());
          break;
        case 'close':
          this.#die();
      }
    }
    if (heldBehind > 0) for (const copy of copies.splice(0)) this.#hold(copy, heldBehind);
    const released = copies.length > 0 ? this.#overtake() : [];
    return [...errors, ...[...copies, ...released].map((copy) => ({ datagram: copy, dueAt }))];
  }

  #disturbAnswer(datagram: Datagram): Arrival {
    const { bytes, source } = datagram;
    const isAnswer = this.#answers.size > 0 && source.portId === 0 && bytes.length >= MESSAGE_HEADER_SIZE;
    if (!isAnswer) return { datagram, dueAt: AT_ONCE };
    const { sequence } = readMessageHeader(new DataView(bytes.buffer, bytes.byteOffset), 0);
    const fault = this.#answers.get(sequence);
    if (fault === undefined) return { datagram, dueAt: AT_ONCE };
    const { interruption, truncateTo, delayMs } = fault;
    const interrupted = interruption?.apply(bytes) ?? bytes;
    const answer = truncateTo === undefined ? interrupted : interrupted.subarray(0, truncateTo);
    if (interruption === undefined || interruption.isOver) this.#answers.delete(sequence);
    fault.truncateTo = undefined;
    fault.delayMs = 0;
    return {
      datagram: answer === bytes ? datagram : { ...datagram, bytes: answer },
      dueAt: delayMs === 0 ? AT_ONCE : this.clock.now() + delayMs,
    };
  }

  #answerFault(sequence: number): AnswerFault {
    const fault = this.#answers.get(sequence) ?? {
      interruption: undefined,
      truncateTo: undefined,
      delayMs: 0,
    };
    this.#answers.set(sequence, fault);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > MOST_ANSWERS && oldest !== undefined) this.#answers.delete(oldest);
    return fault;
  }

  #overrun(): void {
    if (this.#tellsOverruns) this.#arrivals.unshift(overrunError());
  }

  /** Those that have been overtaken often enough come now. */
  #overtake(): Datagram[] {
    const released: Datagram[] = [];
    for (const waiting of this.#overtaken) {
      waiting.behind--;
      if (waiting.behind > 0) continue;
      waiting.patience.cancel();
      this.#overtaken.delete(waiting);
      released.push(waiting.datagram);
    }
    return released;
  }

  #hold(datagram: Datagram, behind: number): void {
    const patience = this.clock.after(REORDER_PATIENCE_MS, () => {
      this.#overtaken.delete(waiting);
      this.#arrivals.push({ datagram, dueAt: AT_ONCE });
      this.#announce();
    });
    const waiting: Overtaken = { datagram, behind, patience };
    this.#overtaken.add(waiting);
  }

  #die(): void {
    this.#death = new NetlinkError(Errno.ECONNRESET, 'closed by a fault');
    this.#forgetTimers();
    this.#head = undefined;
    this.#arrivals.splice(0, this.#arrivals.length, { error: this.#death, dueAt: AT_ONCE });
    super.close();
  }

  #wakeAt(dueAt: number): void {
    if (this.#alarm?.dueAt === dueAt) return;
    this.#alarm?.timer.cancel();
    const timer = this.clock.after(dueAt - this.clock.now(), () => {
      this.#alarm = undefined;
      this.#announce();
    });
    this.#alarm = { dueAt, timer };
  }

  #forgetTimers(): void {
    this.#alarm?.timer.cancel();
    for (const { patience } of this.#overtaken) patience.cancel();
    this.#overtaken.clear();
  }

  #announce(): void {
    if (this.readable) this.#listener?.();
  }
}

function overrunError(): Arrival {
  return { error: new NetlinkError(Errno.ENOBUFS), dueAt: AT_ONCE };
}
