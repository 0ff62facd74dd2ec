import { align4 } from '../wire/alignment.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import {
  type AttributeFailure,
  type AttributeSet,
  type AttributeShape,
  type AttributeValues,
  defineAttributes,
} from './attributes.js';
import { defineHeader, type HeaderLayout, type HeaderShape, type HeaderValues } from './header.js';

/** A message body: the fixed header and the attributes behind it. The single source for codec, types, policy and printing. */
export interface MessageSchema<
  H extends HeaderShape = HeaderShape,
  A extends AttributeShape = AttributeShape,
> {
  readonly name: string;
  readonly header: HeaderLayout<H>;
  readonly attributes: AttributeSet<A>;
}

/** A message as handlers give it back and clients send it. Header fields left out are zero. */
export interface MessageBody<H extends HeaderShape = HeaderShape, A extends AttributeShape = AttributeShape> {
  readonly header?: Partial<HeaderValues<H>>;
  readonly attributes: AttributeValues<A>;
}

/** A message as it has been decoded. */
export interface DecodedMessage<
  H extends HeaderShape = HeaderShape,
  A extends AttributeShape = AttributeShape,
> {
  readonly header: HeaderValues<H>;
  readonly attributes: AttributeValues<A>;
}

/** The static type of a message's body. */
export type MessageOf<M> = M extends MessageSchema<infer H, infer A> ? MessageBody<H, A> : never;
/** The static type of a message that has been decoded: every header field is there. */
export type DecodedOf<M> = M extends MessageSchema<infer H, infer A> ? DecodedMessage<H, A> : never;
export type AttributesOf<M> = M extends MessageSchema<HeaderShape, infer A> ? AttributeValues<A> : never;

const NO_HEADER = defineHeader('none', {});
const NO_ATTRIBUTES = defineAttributes('none', {});

export function defineMessage<
  H extends HeaderShape = typeof NO_HEADER extends HeaderLayout<infer N> ? N : never,
  A extends AttributeShape = Record<never, never>,
>(parts: {
  readonly name?: string;
  readonly header?: HeaderLayout<H>;
  readonly attributes?: AttributeSet<A>;
}): MessageSchema<H, A> {
  const header = (parts.header ?? NO_HEADER) as HeaderLayout<H>;
  const attributes = (parts.attributes ?? NO_ATTRIBUTES) as unknown as AttributeSet<A>;
  return {
    name: parts.name ?? (attributes.name === 'none' ? header.name : attributes.name),
    header,
    attributes,
  };
}

/**
 * Reads a payload. Bytes that the header lacks count as zero (old tools send only the family byte of a dump request).
 * Byte arrays in the result are views of the payload.
 */
export function decodeMessage<H extends HeaderShape, A extends AttributeShape>(
  schema: MessageSchema<H, A>,
  payload: Uint8Array,
): DecodedMessage<H, A> {
  return decodeMessageAt(
    schema,
    new DataView(payload.buffer, payload.byteOffset, payload.byteLength),
    0,
    payload.length,
  );
}

/** The same for the payload at [start, end) of a view. */
export function decodeMessageAt<H extends HeaderShape, A extends AttributeShape>(
  { header, attributes }: MessageSchema<H, A>,
  view: DataView,
  start: number,
  end: number,
): DecodedMessage<H, A> {
  if (end - start < header.size) {
    const padded = new Uint8Array(header.size);
    padded.set(new Uint8Array(view.buffer, view.byteOffset + start, end - start));
    return { header: header.read(new DataView(padded.buffer), 0), attributes: {} };
  }
  return {
    header: header.read(view, start),
    attributes: attributes.decode(view, start + align4(header.size), end),
  };
}

/** What the policy refuses in a payload; offsets count from its first byte. */
export function checkMessage(
  schema: MessageSchema,
  payload: Uint8Array,
  strict: boolean,
): AttributeFailure | undefined {
  return checkMessageAt(
    schema,
    new DataView(payload.buffer, payload.byteOffset, payload.byteLength),
    0,
    payload.length,
    strict,
  );
}

/** The same for the payload at [start, end) of a view; offsets count from the view's first byte. */
export function checkMessageAt(
  { header, attributes }: MessageSchema,
  view: DataView,
  start: number,
  end: number,
  strict: boolean,
  exact = strict,
): AttributeFailure | undefined {
  const first = start + align4(header.size);
  return first > end ? undefined : attributes.check(view, first, end, strict, exact);
}

/** Appends a payload. */
export function encodeMessage<H extends HeaderShape, A extends AttributeShape>(
  schema: MessageSchema<H, A>,
  writer: ByteWriter,
  body: MessageBody<H, A>,
): void {
  const offset = writer.reserve(align4(schema.header.size));
  schema.header.write(writer.view, offset, body.header ?? {});
  schema.attributes.encode(writer, body.attributes);
}
