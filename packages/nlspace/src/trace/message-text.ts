import { errnoName, printReadable } from '@nlspace/core';
import type { ObservedSocket } from '@nlspace/middleware';
import type { TracedLine, TracedMessage } from './traced-message.js';

const MICROSECONDS = 1_000_000;

/** A line for people: when (in seconds since `begin`, if that is given), who, which way, what. */
export function lineText(line: TracedLine, begin?: number): string {
  const when = begin === undefined ? '' : `${((line.time - begin) / MICROSECONDS).toFixed(6).padStart(12)} `;
  return `${when}${whoText(line.socket)} ${whatText(line, begin !== undefined)}`;
}

/** `ip[4711]`, `4711/2147483648`, or `port 91` where the process is not known. */
function whoText({ processId, program, portId }: ObservedSocket): string {
  if (processId === 0) return `port ${portId}`;
  const name = program === undefined ? String(processId) : `${program}[${processId}]`;
  return portId === 0 || portId === processId ? name : `${name}/${portId}`;
}

function whatText(line: TracedLine, hasTimes: boolean): string {
  if (line.kind === 'call') {
    const { call, text } = line;
    // What a receive is told comes the way that datagrams come.
    return call.call === 'receive' ? `← ${errnoName(call.errno)}` : text;
  }
  const arrow = line.isSent ? '→' : '←';
  if (line.kind === 'rest') return `${arrow} ${line.length} bytes that are no message`;
  const { group, namespaceNumber } = line;
  const from = namespaceNumber === undefined ? '' : ` of namespace ${namespaceNumber}`;
  const through = group === undefined ? '' : `${group}${from}: `;
  return `${arrow} ${through}${messageText(line)}${hasTimes ? timing(line) : ''}`;
}

/** Name, sequence number, flags, content. */
function messageText(message: TracedMessage): string {
  const { name, raw, flags, outcome } = message;
  const begin = `${name} seq ${raw.header.sequence}`;
  const parts = outcome === undefined ? [contentText(message)] : outcomeParts(message);
  return [begin, flags.join('|'), ...parts].filter((part) => part !== '').join(' ');
}

function contentText({ content, raw: { header, payload } }: TracedMessage): string {
  if (content !== undefined) return printReadable(content);
  return header.type < FIRST_WITH_CONTENT ? '' : `${payload.length} bytes`;
}

/** Control messages have none that is not an outcome. */
const FIRST_WITH_CONTENT = 5;

/** `ESRCH "text" at gateway (byte 36)`, `EINVAL without priority`. */
function outcomeParts({ outcome }: TracedMessage): string[] {
  if (outcome === undefined) return [];
  const { errno, text, attribute, offset, missing } = outcome;
  const isMissing = missing !== undefined;
  return [
    errno === 0 ? '' : errnoName(errno),
    text === undefined ? '' : JSON.stringify(text),
    offset === undefined || isMissing
      ? ''
      : attribute === undefined
        ? `at byte ${offset}`
        : `at ${attribute} (byte ${offset})`,
    isMissing ? `${attribute ?? `attribute ${missing}`} is missing` : '',
  ];
}

/** ` (RTM_NEWROUTE, 0.213 ms)`, ` (RTM_GETLINK, 3 messages, 1.2 ms)`: at the end of a request. */
function timing({ outcome, request, duration, count }: TracedMessage): string {
  if (duration === undefined) return '';
  const parts = outcome === undefined || request === undefined ? [] : [request];
  if (count !== undefined) parts.push(count === 1 ? '1 message' : `${count} messages`);
  parts.push(`${(duration / 1000).toFixed(3)} ms`);
  return ` (${parts.join(', ')})`;
}
