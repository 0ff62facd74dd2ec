import { align4 } from '../wire/alignment.js';
import type { AttributeKind } from './attribute-kinds.js';
import type { AttributeDefinition, AttributeSet, ValueNames } from './attributes.js';
import type { MessageSchema } from './message.js';

/**
 * How values read that a schema leaves open, such as names of numbers and addresses in opaque bytes. Keys are
 * `struct.field`, `attributes.key` or the name of a kind, looked up in this order.
 */
// biome-ignore lint/suspicious/noExplicitAny: each entry takes the values of its own kind
export type ValueTexts = Readonly<Record<string, (value: any) => string>>;

/** A value as it reads, for people and for programs. */
export type Readable =
  | { readonly kind: 'plain'; readonly value: number | bigint | string }
  /** What has a name instead of a number, or an address instead of bytes. */
  | { readonly kind: 'named'; readonly text: string }
  | { readonly kind: 'flag' }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** Bytes that the kind of their attribute refuses. */
  | { readonly kind: 'malformed'; readonly bytes: Uint8Array }
  | { readonly kind: 'fields'; readonly entries: readonly ReadableEntry[] }
  | { readonly kind: 'attributes'; readonly entries: readonly ReadableEntry[] }
  | { readonly kind: 'list'; readonly items: readonly Readable[] };

export interface ReadableEntry {
  /** `attribute 7` for one that nobody knows, `trailing` for bytes behind the last one. */
  readonly key: string;
  readonly value: Readable;
  /** Of a field: it says nothing, as most fields of most messages. */
  readonly isZero?: boolean;
}

export interface ReadableMessage {
  /** The struct. */
  readonly headerName: string;
  readonly fields: readonly ReadableEntry[];
  /** In the order on the wire; those that may repeat do. */
  readonly attributes: readonly ReadableEntry[];
}

/** NLA_TYPE_MASK */
const ATTRIBUTE_TYPE_MASK = 0x3fff;

/**
 * A payload by its schema. Nothing is hidden: unknown attributes, payloads that their kind refuses and trailing bytes appear
 * as bytes. Bytes that the fixed header lacks count as zero.
 */
export function readableMessage(
  { header, attributes }: MessageSchema,
  payload: Uint8Array,
  texts: ValueTexts = {},
): ReadableMessage {
  const whole = new Uint8Array(Math.max(payload.length, header.size));
  whole.set(payload);
  const behind = payload.subarray(Math.min(payload.length, align4(header.size)));
  return {
    headerName: header.name,
    fields: readableFields(header.name, header.read(new DataView(whole.buffer), 0), texts),
    attributes: readableAttributes(attributes, behind, texts),
  };
}

export function readableAttributes(
  set: AttributeSet,
  bytes: Uint8Array,
  texts: ValueTexts = {},
): ReadableEntry[] {
  const entries: ReadableEntry[] = [];
  let offset = 0;
  for (const { type, payload, end } of attributesIn(bytes)) {
    offset = end;
    const entry = set.byType[type];
    if (entry === undefined) {
      entries.push({ key: `attribute ${type}`, value: { kind: 'bytes', bytes: payload } });
    } else {
      const { key, definition } = entry;
      entries.push({
        key,
        value: readableValue(definition, texts[`${set.name}.${key}`], payload, texts),
      });
    }
  }
  if (offset < bytes.length)
    entries.push({ key: 'trailing', value: { kind: 'bytes', bytes: bytes.subarray(offset) } });
  return entries;
}

function* attributesIn(
  bytes: Uint8Array,
): Generator<{ readonly type: number; readonly payload: Uint8Array; readonly end: number }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let offset = 0; bytes.length - offset >= 4; ) {
    const length = view.getUint16(offset, true);
    if (length < 4 || offset + length > bytes.length) return;
    const end = offset + align4(length);
    const type = view.getUint16(offset + 2, true) & ATTRIBUTE_TYPE_MASK;
    yield { type, payload: bytes.subarray(offset + 4, offset + length), end };
    offset = end;
  }
}

function readableValue(
  { kind, valueNames }: Pick<AttributeDefinition<unknown>, 'kind' | 'valueNames'>,
  text: ValueTexts[string] | undefined,
  payload: Uint8Array,
  texts: ValueTexts,
): Readable {
  // Some kinds look at the attribute's header, which is right before.
  const view = new DataView(payload.buffer, payload.byteOffset - 4, payload.byteLength + 4);
  if (kind.check(view, 4, payload.length, false) !== undefined) return { kind: 'malformed', bytes: payload };
  if (kind.name === 'flag') return { kind: 'flag' };
  const { nested } = kind;
  if (nested !== undefined && text === undefined) {
    if (kind.isList !== true)
      return { kind: 'attributes', entries: readableAttributes(nested, payload, texts) };
    const items = [...attributesIn(payload)].map((item): Readable => {
      return { kind: 'attributes', entries: readableAttributes(nested, item.payload, texts) };
    });
    return { kind: 'list', items };
  }
  if (kind.values !== undefined) {
    const values = kind.values as AttributeKind<unknown>;
    const entries = [...attributesIn(payload)].map((item) => ({
      key: String(item.type),
      value: readableValue({ kind: values, valueNames: undefined }, undefined, item.payload, texts),
    }));
    return { kind: 'attributes', entries };
  }
  const value = kind.read(view, 4, payload.length);
  const named = (text ?? texts[kind.name])?.(value) ?? nameOf(value, valueNames);
  return named === undefined ? plainValue(kind.name, value, texts) : { kind: 'named', text: named };
}

/** What the declaration calls a number, or the bits of one; undefined where it has no name for it. */
function nameOf(value: unknown, names: ValueNames | undefined): string | undefined {
  if (names === undefined || typeof value !== 'number') return undefined;
  if (names.type === 'enum') {
    return Object.entries(names.entries).find(([key, number]) => number === value && !/^\d/.test(key))?.[0];
  }
  const set: string[] = [];
  let rest = value;
  for (const [key, bits] of Object.entries(names.entries)) {
    if (typeof bits !== 'number' || (value & bits) === 0) continue;
    set.push(key);
    rest &= ~bits;
  }
  return set.length > 0 && rest === 0 ? set.join('|') : undefined;
}

function readableFields(name: string, values: object, texts: ValueTexts): ReadableEntry[] {
  return Object.entries(values).map(([key, value]) => {
    const text = texts[`${name}.${key}`]?.(value);
    return {
      key,
      value: text === undefined ? plainValue(key, value, texts) : { kind: 'named', text },
      isZero: value === 0 || value === 0n,
    };
  });
}

function plainValue(name: string, value: unknown, texts: ValueTexts): Readable {
  if (value instanceof Uint8Array) return { kind: 'bytes', bytes: value };
  if (typeof value === 'object' && value !== null)
    return { kind: 'fields', entries: readableFields(name, value, texts) };
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string')
    return { kind: 'plain', value };
  return { kind: 'named', text: String(value) };
}
