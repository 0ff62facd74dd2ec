import { align4 } from '../wire/alignment.js';
import type { AttributeKind } from './attribute-kinds.js';
import type { AttributeSet } from './attributes.js';
import type { MessageSchema } from './message.js';

/**
 * How values read that a schema leaves open, such as names of numbers and addresses in opaque bytes. Keys are
 * `struct.field`, `attributes.key` or the name of a kind, looked up in this order.
 */
// biome-ignore lint/suspicious/noExplicitAny: each entry takes the values of its own kind
export type ValueTexts = Readonly<Record<string, (value: any) => string>>;

/** Bytes of an opaque value that are shown; of a longer one only the length. */
const MOST_BYTES_SHOWN = 32;

/**
 * A payload as one line for people: the fixed header's fields that are not zero, then the attributes in their order.
 * Nothing is hidden: unknown attributes, payloads that their kind refuses and trailing bytes appear as bytes.
 */
export function printMessage(
  { header, attributes }: MessageSchema,
  payload: Uint8Array,
  texts: ValueTexts = {},
): string {
  const whole = new Uint8Array(Math.max(payload.length, header.size));
  whole.set(payload);
  const fields = printFields(header.name, header.read(new DataView(whole.buffer), 0), texts);
  const behind = payload.subarray(Math.min(payload.length, align4(header.size)));
  return [fields === '' ? '' : `${header.name}{${fields}}`, printAttributes(attributes, behind, texts)]
    .filter((part) => part !== '')
    .join(' ');
}

/** The same for attributes alone, joined by commas. */
export function printAttributes(set: AttributeSet, bytes: Uint8Array, texts: ValueTexts = {}): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: string[] = [];
  let offset = 0;
  while (bytes.length - offset >= 4) {
    const length = view.getUint16(offset, true);
    if (length < 4 || offset + length > bytes.length) break;
    const type = view.getUint16(offset + 2, true) & ATTRIBUTE_TYPE_MASK;
    const payload = bytes.subarray(offset + 4, offset + length);
    const entry = set.byType[type];
    if (entry === undefined) parts.push(`attribute ${type} ${printBytes(payload)}`);
    else
      parts.push(
        printAttribute(entry.key, entry.definition.kind, texts[`${set.name}.${entry.key}`], payload, texts),
      );
    offset += align4(length);
  }
  if (offset < bytes.length) parts.push(`trailing ${printBytes(bytes.subarray(offset))}`);
  return parts.join(', ');
}

/** NLA_TYPE_MASK */
const ATTRIBUTE_TYPE_MASK = 0x3fff;

function printAttribute(
  key: string,
  kind: AttributeKind<unknown>,
  text: ValueTexts[string] | undefined,
  payload: Uint8Array,
  texts: ValueTexts,
): string {
  // Some kinds look at the attribute's header, which is right before.
  const view = new DataView(payload.buffer, payload.byteOffset - 4, payload.byteLength + 4);
  if (kind.check(view, 4, payload.length, false) !== undefined)
    return `${key} malformed ${printBytes(payload)}`;
  if (kind.name === 'flag') return key;
  if (kind.nested !== undefined && text === undefined) {
    const set = kind.nested;
    if (kind.isList !== true) return `${key} {${printAttributes(set, payload, texts)}}`;
    const inside = [...elements(payload)].map(({ bytes }) => `{${printAttributes(set, bytes, texts)}}`);
    return `${key} [${inside.join(', ')}]`;
  }
  const { values } = kind;
  if (values !== undefined) {
    const inside = [...elements(payload)].map(({ type, bytes }) =>
      printAttribute(String(type), values as AttributeKind<unknown>, undefined, bytes, texts),
    );
    return `${key} {${inside.join(', ')}}`;
  }
  const value = kind.read(view, 4, payload.length);
  return `${key} ${(text ?? texts[kind.name])?.(value) ?? printValue(kind.name, value, texts)}`;
}

function* elements(bytes: Uint8Array): Generator<{ type: number; bytes: Uint8Array }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let offset = 0; bytes.length - offset >= 4; ) {
    const length = view.getUint16(offset, true);
    if (length < 4 || offset + length > bytes.length) return;
    const type = view.getUint16(offset + 2, true) & ATTRIBUTE_TYPE_MASK;
    yield { type, bytes: bytes.subarray(offset + 4, offset + length) };
    offset += align4(length);
  }
}

function printFields(name: string, values: object, texts: ValueTexts): string {
  return Object.entries(values)
    .filter(([, value]) => value !== 0 && value !== 0n)
    .map(([key, value]) => `${key} ${texts[`${name}.${key}`]?.(value) ?? printValue(key, value, texts)}`)
    .join(', ');
}

function printValue(name: string, value: unknown, texts: ValueTexts): string {
  if (value instanceof Uint8Array) return printBytes(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'object' && value !== null) return `{${printFields(name, value, texts)}}`;
  return String(value);
}

function printBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return '(empty)';
  if (bytes.length > MOST_BYTES_SHOWN) return `(${bytes.length} bytes)`;
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
