import {
  type AttributeDefinition,
  type AttributeKind,
  type AttributeSet,
  ByteWriter,
  encodeMessage,
  type HeaderLayout,
  type MessageBody,
  type MessageSchema,
  PolicyType,
} from '@nlspace/core';
import fc from 'fast-check';

const PAYLOAD_SIZES = [0, 1, 2, 3, 4, 6, 8, 10, 16, 17, 33, 64, 260];

const MASKED: ReadonlySet<PolicyType> = new Set([PolicyType.U8, PolicyType.U16, PolicyType.U32]);
const INTEGER = /^[us](8|16|32|64|int)$/;
const LARGE = /64$|int$/;
const MASKED_LARGE: ReadonlySet<PolicyType> = new Set([PolicyType.U64, PolicyType.Uint]);

/** Messages that a schema accepts, made from nothing but the schema. */
export function arbitraryMessage(schema: MessageSchema): fc.Arbitrary<MessageBody> {
  return fc.record({
    header: arbitraryHeader(schema.header),
    attributes: arbitraryAttributes(schema.attributes),
  });
}

/** The same as bytes, without a message header. */
export function arbitraryPayload(schema: MessageSchema): fc.Arbitrary<Uint8Array> {
  return arbitraryMessage(schema).map((body) => encode((writer) => encodeMessage(schema, writer, body)));
}

/** Payloads that look like the schema's messages and have been damaged: bytes changed, cut, repeated. */
export function arbitraryDamagedPayload(schema: MessageSchema): fc.Arbitrary<Uint8Array> {
  const damage = fc.record({
    at: fc.nat(0xffff),
    byte: fc.nat(255),
    kind: fc.constantFrom('change', 'cut', 'repeat'),
  });
  return fc
    .tuple(arbitraryPayload(schema), fc.array(damage, { minLength: 1, maxLength: 4 }))
    .map(([payload, damages]) =>
      damages.reduce((bytes, { at, byte, kind }) => {
        const position = at % (bytes.length + 1);
        if (kind === 'cut') return bytes.slice(0, position);
        if (kind === 'repeat') {
          const longer = new Uint8Array(2 * bytes.length - position);
          longer.set(bytes);
          longer.set(bytes.subarray(position), bytes.length);
          return longer;
        }
        const changed = bytes.slice();
        changed[position] = byte;
        return changed;
      }, payload),
    );
}

function arbitraryHeader(layout: HeaderLayout): fc.Arbitrary<Record<string, unknown>> {
  return fc
    .uint8Array({ minLength: layout.size, maxLength: layout.size })
    .map((bytes) => layout.read(new DataView(bytes.buffer), 0));
}

function arbitraryAttributes(set: AttributeSet): fc.Arbitrary<Record<string, unknown>> {
  const values = Object.fromEntries(
    Object.entries(set.shape)
      // No value passes what is never supported.
      .filter(([, { kind }]) => kind.name !== 'unsupported')
      .map(([key, one]) => [key, arbitraryAttribute(one)]),
  );
  return fc
    .subarray(Object.keys(values))
    .chain((keys) =>
      fc.record(Object.fromEntries(keys.map((key) => [key, values[key] as fc.Arbitrary<unknown>]))),
    );
}

function arbitraryAttribute({ kind, many }: AttributeDefinition<unknown>): fc.Arbitrary<unknown> {
  const value = arbitraryValue(kind);
  return many ? fc.array(value, { minLength: 1, maxLength: 3 }) : value;
}

function arbitraryValue(kind: AttributeKind<unknown>): fc.Arbitrary<unknown> {
  if (kind.nested !== undefined) {
    const inside = arbitraryAttributes(kind.nested);
    return kind.isList === true ? fc.array(inside, { maxLength: 3 }) : inside;
  }
  const mask = kind.limits?.mask;
  // Bytes that chance makes would hardly ever have none but these bits.
  if (mask !== undefined && MASKED.has(kind.policyType))
    return fc.nat().map((value) => (value & Number(mask)) >>> 0);
  const { minimum, maximum } = kind.limits ?? {};
  // Nor would chance often meet a narrow range.
  if (minimum !== undefined && maximum !== undefined && INTEGER.test(kind.name))
    return fc
      .bigInt({ min: minimum, max: maximum })
      .map((value) => (LARGE.test(kind.name) ? value : Number(value)));
  if (mask !== undefined && MASKED_LARGE.has(kind.policyType))
    return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => value & mask);
  // Any bytes that the kind can read are a value of it; what it writes must pass its own strict check.
  return fc
    .constantFrom(...sizesFor(kind))
    .chain((size) => fc.uint8Array({ minLength: size, maxLength: size, max: 127 }))
    .filter((bytes) => {
      if (kind.check(viewOf(bytes), 0, bytes.length, false) !== undefined) return false;
      const written = encode((writer) => kind.write(writer, kind.read(viewOf(bytes), 0, bytes.length)));
      return kind.check(viewOf(written), 0, written.length, true) === undefined;
    })
    .map((bytes) => kind.read(viewOf(bytes), 0, bytes.length));
}

/** Those of all kinds, or the only one that there is. */
function sizesFor({
  limits: { minimumLength, maximumLength } = {},
}: AttributeKind<unknown>): readonly number[] {
  const isFixed = minimumLength !== undefined && minimumLength === maximumLength;
  return isFixed && !PAYLOAD_SIZES.includes(minimumLength) ? [minimumLength] : PAYLOAD_SIZES;
}

function encode(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter();
  write(writer);
  return writer.slice();
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
