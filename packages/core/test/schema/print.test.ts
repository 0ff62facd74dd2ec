import test from 'ava';
import {
  attr,
  ByteWriter,
  defineAttributes,
  defineHeader,
  defineMessage,
  encodeMessage,
  field,
  type MessageOf,
  printMessage,
} from '../../src/index.js';

const header = defineHeader('boxhdr', { colour: field.u8, padding: field.pad(3), size: field.u32 });
const lid = defineAttributes('lid', { thickness: attr.u16(1) });
const point = defineHeader('point', { x: field.u32, y: field.u32 });
const box = defineMessage({
  name: 'box',
  header,
  attributes: defineAttributes('box', {
    label: attr.string(1),
    lid: attr.nested(2, lid),
    heavy: attr.flag(3),
    corner: attr.struct(4, point),
    owners: attr.many(attr.u32(5)),
    seal: attr.bytes(6),
    compartments: attr.array(7, lid),
    serial: attr.u64(8),
    home: attr.ipAddress(9),
  }),
});

function payloadOf(body: MessageOf<typeof box>): Uint8Array {
  const writer = new ByteWriter();
  encodeMessage(box, writer, body);
  return writer.slice();
}

test('header fields that are not zero come first, then attributes in wire order', (t) => {
  const payload = payloadOf({
    header: { colour: 3 },
    attributes: {
      label: 'a "b"',
      lid: { thickness: 7 },
      heavy: true,
      corner: { x: 1, y: 0 },
      owners: [1, 2],
      seal: Uint8Array.of(0xab, 0),
      compartments: [{ thickness: 1 }, {}],
      serial: 2n ** 63n,
    },
  });
  t.is(
    printMessage(box, payload),
    'boxhdr{colour 3} label "a \\"b\\"", lid {thickness 7}, heavy, corner {x 1}, owners 1, owners 2, seal ab 00, ' +
      'compartments [{thickness 1}, {}], serial 9223372036854775808',
  );
});

test('texts by struct field, by attribute and by kind name what the schema leaves open', (t) => {
  const payload = payloadOf({
    header: { colour: 3 },
    attributes: { lid: {}, seal: Uint8Array.of(1), home: Uint8Array.of(192, 0, 2, 1) },
  });
  const texts = {
    'boxhdr.colour': (colour: number) => ['none', 'red', 'green', 'blue'][colour] ?? String(colour),
    'box.seal': (bytes: Uint8Array) => `seal of ${bytes.length}`,
    ipAddress: (bytes: Uint8Array) => bytes.join('.'),
  };
  t.is(printMessage(box, payload, texts), 'boxhdr{colour blue} lid {}, seal seal of 1, home 192.0.2.1');
});

test('unknown attributes, malformed payloads and trailing bytes are shown as bytes', (t) => {
  const bytes = Uint8Array.of(
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    5,
    0,
    99,
    0,
    0xfe,
    0,
    0,
    0,
    6,
    0,
    5,
    0,
    1,
    2,
    0,
    0,
    7,
    7,
  );
  t.is(printMessage(box, bytes), 'attribute 99 fe, owners malformed 01 02, trailing 07 07');
});

test('of a long opaque value the length is shown', (t) => {
  t.is(printMessage(box, payloadOf({ attributes: { seal: new Uint8Array(100) } })), 'seal (100 bytes)');
});

test('a header that was cut short reads as zero behind the cut', (t) => {
  t.is(printMessage(box, Uint8Array.of(2)), 'boxhdr{colour 2}');
  t.is(printMessage(box, new Uint8Array(0)), '');
});
