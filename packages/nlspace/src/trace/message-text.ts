import {
  ControlMessageType,
  errnoName,
  errnoOf,
  MessageFlag,
  printMessage,
  type RawMessage,
  readMessages,
  readRefusal,
} from '@nlspace/core';
import type { Vocabulary } from '@nlspace/middleware';

const COMMON_FLAGS: ReadonlyArray<readonly [number, string]> = [
  [MessageFlag.Request, 'REQUEST'],
  [MessageFlag.Multi, 'MULTI'],
  [MessageFlag.Ack, 'ACK'],
  [MessageFlag.Echo, 'ECHO'],
  [MessageFlag.DumpInterrupted, 'DUMP_INTR'],
  [MessageFlag.DumpFiltered, 'DUMP_FILTERED'],
];

/** The messages of a datagram, a line each: name, sequence number, flags, content. */
export function* datagramTexts(datagram: Uint8Array, vocabulary: Vocabulary): Generator<string> {
  let length = 0;
  for (const message of readMessages(datagram)) {
    length += (message.header.length + 3) & ~3;
    yield messageText(message, vocabulary);
  }
  if (length < datagram.length) yield `${datagram.length - length} bytes that are no message`;
}

function messageText(message: RawMessage, vocabulary: Vocabulary): string {
  const { header, payload } = message;
  const { type, flags, sequence } = header;
  if (type === ControlMessageType.Error || type === ControlMessageType.Done) return outcomeText(message);
  if (type <= ControlMessageType.Overrun)
    return `${ControlMessageType[type]?.toUpperCase() ?? `type ${type}`} seq ${sequence}`;
  const schema = vocabulary.schemaOf(message);
  const content =
    schema === undefined ? `${payload.length} bytes` : printMessage(schema, payload, vocabulary.texts);
  const parts = [
    `${vocabulary.nameOf(message)} seq ${sequence}`,
    flagText(flags, vocabulary.modifiersOf(type)),
    content,
  ];
  return parts.filter((part) => part !== '').join(' ');
}

/** `ACK seq 1`, `DONE seq 1`, or `ERROR seq 1 ESRCH "text" at byte 36, attribute 5 is missing`. */
function outcomeText(message: RawMessage): string {
  const { header } = message;
  const errno = errnoOf(message);
  const name = header.type === ControlMessageType.Done ? 'DONE' : errno === 0 ? 'ACK' : 'ERROR';
  const { text, details } = readRefusal(message, '');
  const parts = [
    errno === 0 ? '' : errnoName(errno),
    text === undefined ? '' : JSON.stringify(text),
    details.offset === undefined ? '' : `at byte ${details.offset}`,
    details.missing === undefined ? '' : `attribute ${details.missing} is missing`,
  ];
  return [`${name} seq ${header.sequence}`, ...parts.filter((part) => part !== '')].join(' ');
}

function flagText(flags: number, modifiers: ReadonlyArray<readonly [number, string]>): string {
  const names: string[] = [];
  let rest = flags;
  for (const [bits, name] of [...COMMON_FLAGS, ...modifiers]) {
    if ((rest & bits) !== bits) continue;
    names.push(name);
    rest &= ~bits;
  }
  if (rest !== 0) names.push(`0x${rest.toString(16)}`);
  return names.join('|');
}
