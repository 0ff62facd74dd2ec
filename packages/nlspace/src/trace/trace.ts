import type { Netlink } from '@nlspace/core';
import { observe, type SocketEvent, type Vocabularies } from '@nlspace/middleware';
import { named } from '../vocabulary/named.js';
import { lineJson } from './message-json.js';
import { lineText } from './message-text.js';
import type { TracedLine } from './traced-message.js';
import { Tracer } from './tracer.js';

export interface TraceOptions {
  /** Takes one line without its end. */
  readonly write: (line: string) => void;
  /**
   * What the messages of each protocol read like. @default that of the families of what is traced: a domain in this process is
   * asked, others are asked over a socket of the trace's own
   */
  readonly vocabularies?: Vocabularies;
  /** Lines are JSON. @default false */
  readonly json?: boolean;
  /** Lines begin with the seconds since the first one, and requests end with how long they took. @default false */
  readonly times?: boolean;
  /** Also what sockets are asked for that is no message: options, ports. @default only groups, and what is refused */
  readonly calls?: boolean;
  readonly nameOfProcess?: (processId: number) => string | undefined;
  /** Microseconds since 1970. @default the system's clock */
  readonly now?: () => number;
}

/**
 * Middleware: passes everything on and writes what goes through, a line per message. A line begins with the process (and
 * the port ID where that is another number); `→` is a request, `←` what the program has received.
 *
 * @example
 * const netlink = trace(createNetlink(), { write: console.error });
 */
export function trace(inner: Netlink, options: TraceOptions): Netlink {
  const { netlink, vocabularies } =
    options.vocabularies === undefined
      ? named(inner)
      : { netlink: inner, vocabularies: options.vocabularies };
  const { nameOfProcess, now } = options;
  return observe(netlink, { listener: traceWriter({ ...options, vocabularies }), nameOfProcess, now });
}

type WriterOptions = Omit<TraceOptions, 'vocabularies' | 'nameOfProcess' | 'now'> & {
  readonly vocabularies: Vocabularies;
};

/** Writes events as lines, those of sockets or those of a file. */
export function traceWriter({
  write,
  vocabularies,
  json = false,
  times = false,
  calls = false,
}: WriterOptions): (event: SocketEvent) => void {
  const tracer = new Tracer(vocabularies);
  let begin: number | undefined;
  return (event) => {
    for (const line of tracer.lines(event)) {
      if (!calls && !isTold(line)) continue;
      begin ??= line.time;
      write(json ? lineJson(line) : lineText(line, times ? begin : undefined));
    }
  };
}

/** Groups, and what was refused; front doors ask for groups and options all the time. */
function isTold(line: TracedLine): boolean {
  if (line.kind !== 'call') return true;
  const { call, errno, arguments: given } = line.call;
  if (errno !== 0) return call !== 'get-option';
  return call === 'join' || call === 'leave' || (call === 'bind' && given[1] !== 0);
}
