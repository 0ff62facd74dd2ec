import {
  type AttributeSet,
  align4,
  type MessageSchema,
  printAttributes,
  printMessage,
  type RawMessage,
  readMessages,
} from '@nlspace/core';
import {
  AddressFamily,
  DEFAULT_LINK_KINDS,
  type LinkBehaviour,
  linkIpv6,
  linkKindName,
  RouteMessageType,
} from '@nlspace/family-route';
import { ROUTE_VOCABULARY } from 'nlspace';

const ATTRIBUTE_TYPE_MASK = 0x3fff;
const ATTRIBUTE_HEADER_BYTES = 4;
/** Longer values are shown as rows of bytes, for their text would leave something out. */
const LONGEST_TEXT_BYTES = 32;
const ROW_BYTES = 16;

/** Fixed headers of messages that have no schema (yet), by the first message type of their object. */
const HEADER_BYTES: Readonly<Record<number, number>> = {
  28: 12,
  32: 12,
  52: 12,
  56: 8,
  60: 8,
  64: 4,
  84: 8,
  88: 4,
  92: 12,
  104: 8,
  116: 8,
};

const LINK_KINDS = new Map<string, LinkBehaviour>(
  DEFAULT_LINK_KINDS.map((kind) => [linkKindName(kind), new kind()]),
);

/**
 * A datagram for a group, a line for each message and each of its attributes. Everything shows: the flag bits and the
 * length of each attribute, and bytes where there is no name. Of the originator only whether there is one.
 */
export function notificationLines(group: number, datagram: Uint8Array): string[] {
  const { groupName, nameOf, texts } = ROUTE_VOCABULARY;
  const lines: string[] = [];
  for (const message of readMessages(datagram)) {
    const { header, payload } = message;
    const { type, flags, sequence, portId } = header;
    const schema = schemaOf(message);
    const size = align4(schema?.header.size ?? HEADER_BYTES[type & ~3] ?? payload.length);
    const fixed = payload.subarray(0, size);
    lines.push(
      `${nameOf(message)} to ${groupName(group)}, flags 0x${flags.toString(16)}, ` +
        `${sequence === 0 ? 'no sequence' : 'a sequence'}, ${portId === 0 ? 'no port' : 'a port'}`,
      `  ${schema === undefined ? hex(fixed) : printMessage(schema, fixed, texts)}`,
      ...attributeLines(schema?.attributes, payload.subarray(size), '  '),
    );
  }
  return lines;
}

function schemaOf(message: RawMessage): MessageSchema | undefined {
  const { header, payload } = message;
  const isIpv6Link = header.type === RouteMessageType.NewLink && payload[0] === AddressFamily.Inet6;
  return isIpv6Link ? (linkIpv6 as unknown as MessageSchema) : ROUTE_VOCABULARY.schemaOf(message);
}

function* attributeLines(
  set: AttributeSet | undefined,
  bytes: Uint8Array,
  indent: string,
): Generator<string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kinds: Record<string, string> = {};
  let offset = 0;
  while (bytes.length - offset >= ATTRIBUTE_HEADER_BYTES) {
    const length = view.getUint16(offset, true);
    if (length < ATTRIBUTE_HEADER_BYTES || offset + length > bytes.length) break;
    const type = view.getUint16(offset + 2, true);
    const whole = bytes.subarray(offset, offset + length);
    const value = whole.subarray(ATTRIBUTE_HEADER_BYTES);
    const entry = set?.byType[type & ATTRIBUTE_TYPE_MASK];
    if (entry?.key === 'kind' || entry?.key === 'slaveKind') kinds[entry.key] = text(value);
    const nested =
      (entry?.definition.kind.name === 'array' ? undefined : entry?.definition.kind.nested) ??
      setOfKind(entry?.key, kinds);
    const head = `${indent}${type} [${value.length}] ${entry?.key ?? ''}`;
    if (nested !== undefined) {
      yield head;
      yield* attributeLines(nested, value, `${indent}  `);
    } else if (value.length > LONGEST_TEXT_BYTES) {
      yield head;
      for (let at = 0; at < value.length; at += ROW_BYTES) {
        yield `${indent}  ${entry?.key ?? type} @${at} ${hex(value.subarray(at, at + ROW_BYTES))}`;
      }
    } else if (set === undefined || entry === undefined) {
      yield `${head} ${hex(value)}`;
    } else {
      yield `${indent}${type} [${value.length}] ${printAttributes(set, whole, ROUTE_VOCABULARY.texts)}`;
    }
    offset += align4(length);
  }
  if (offset < bytes.length) yield `${indent}trailing ${hex(bytes.subarray(offset))}`;
}

/** What bytes are depends on the kind of a link, or on that of its master. */
function setOfKind(
  key: string | undefined,
  { kind = '', slaveKind = '' }: Readonly<Record<string, string>>,
): AttributeSet | undefined {
  switch (key) {
    case 'data':
      return LINK_KINDS.get(kind)?.data;
    case 'slaveData':
      return LINK_KINDS.get(slaveKind)?.ports?.data;
    case 'protocolInformation':
      // Only bridges tell of their ports.
      return LINK_KINDS.get('bridge')?.ports?.data;
    default:
      return undefined;
  }
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).replace(/\0.*/, '');
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
