import type { AttributeSet } from './attributes.js';
import type { MessageSchema } from './message.js';
import {
  type Readable,
  type ReadableEntry,
  type ReadableMessage,
  readableAttributes,
  readableMessage,
  type ValueTexts,
} from './readable.js';

/** Bytes of an opaque value that are shown; of a longer one only the length. */
const MOST_BYTES_SHOWN = 32;

/** A payload as one line for people: the fixed header's fields that are not zero, then the attributes in their order. */
export function printMessage(schema: MessageSchema, payload: Uint8Array, texts: ValueTexts = {}): string {
  return printReadable(readableMessage(schema, payload, texts));
}

/** The same for what has been read already. */
export function printReadable({ headerName, fields, attributes }: ReadableMessage): string {
  const inHeader = printFields(fields);
  return [inHeader === '' ? '' : `${headerName}{${inHeader}}`, printEntries(attributes)]
    .filter((part) => part !== '')
    .join(' ');
}

/** The same for attributes alone, joined by commas. */
export function printAttributes(set: AttributeSet, bytes: Uint8Array, texts: ValueTexts = {}): string {
  return printEntries(readableAttributes(set, bytes, texts));
}

/** `192.0.2.0`, `"eth0"`, `{mtu 1400}`, … */
export function printValue(value: Readable): string {
  switch (value.kind) {
    case 'plain':
      return typeof value.value === 'string' ? JSON.stringify(value.value) : String(value.value);
    case 'named':
      return value.text;
    case 'flag':
      return '';
    case 'bytes':
      return printBytes(value.bytes);
    case 'malformed':
      return `malformed ${printBytes(value.bytes)}`;
    case 'fields':
      return `{${printFields(value.entries)}}`;
    case 'attributes':
      return `{${printEntries(value.entries)}}`;
    case 'list':
      return `[${value.items.map(printValue).join(', ')}]`;
  }
}

function printFields(entries: readonly ReadableEntry[]): string {
  return printEntries(entries.filter(({ isZero }) => isZero !== true));
}

function printEntries(entries: readonly ReadableEntry[]): string {
  return entries
    .map(({ key, value }) => (value.kind === 'flag' ? key : `${key} ${printValue(value)}`))
    .join(', ');
}

function printBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return '(empty)';
  if (bytes.length > MOST_BYTES_SHOWN) return `(${bytes.length} bytes)`;
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
