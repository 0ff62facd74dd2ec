import {
  ControlMessageType,
  decodeMessage,
  Errno,
  errnoName,
  type MessageCatalog,
  MessageFlag,
  readMessages,
} from '@nlspace/core';

/** Text of a datagram: a line per message. */
export function* datagramText(
  datagram: Uint8Array,
  catalog: MessageCatalog,
  nameOf: (type: number) => string,
): Generator<string> {
  for (const { header, payload } of readMessages(datagram)) {
    const { type, flags, sequence } = header;
    const schema = catalog.get(type);
    const start = `${controlName(type) ?? nameOf(type)} seq ${sequence} flags ${flagText(flags)}`;
    if (type === ControlMessageType.Error || type === ControlMessageType.Done) {
      const code =
        payload.length >= 4 ? -new DataView(payload.buffer, payload.byteOffset).getInt32(0, true) : 0;
      yield `${start} ${code === 0 ? 'ok' : errnoName(code as Errno)}`;
    } else if (schema === undefined) {
      yield `${start} ${payload.length} bytes`;
    } else {
      const { header: fixed, attributes } = decodeMessage(schema, payload);
      yield `${start} ${objectText({ ...fixed })} ${objectText(attributes)}`;
    }
  }
}

function controlName(type: number): string | undefined {
  return type < 16 ? (ControlMessageType[type]?.toLowerCase() ?? `control ${type}`) : undefined;
}

function flagText(flags: number): string {
  const names = Object.entries({
    multi: MessageFlag.Multi,
    ack: MessageFlag.Ack,
    echo: MessageFlag.Echo,
    dump: MessageFlag.Dump,
  })
    .filter(([, bits]) => (flags & bits) === bits)
    .map(([name]) => name);
  return `0x${flags.toString(16)}${names.length === 0 ? '' : `(${names.join(',')})`}`;
}

function objectText(values: object): string {
  const parts = Object.entries(values).map(([key, value]) => `${key} ${valueText(value)}`);
  return `{${parts.join(', ')}}`;
}

const MOST_BYTES = 16;

function valueText(value: unknown): string {
  if (value instanceof Uint8Array) {
    if (value.length === 4) return value.join('.');
    const bytes = [...value.subarray(0, MOST_BYTES)].map((byte) => byte.toString(16).padStart(2, '0'));
    return `${bytes.join(':')}${value.length > MOST_BYTES ? `… (${value.length})` : ''}`;
  }
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  if (typeof value === 'object' && value !== null) return objectText(value);
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
