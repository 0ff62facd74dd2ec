import {
  type AttributeShape,
  appendMessage,
  ByteWriter,
  type DumpRoom,
  type HeaderShape,
  type MessageBody,
  type MessageSchema,
  RawDump,
} from '@nlspace/core';

/** A complete message without port ID and sequence number, which are filled in when it is sent. */
export function encodeMessageOf<H extends HeaderShape, A extends AttributeShape>(
  schema: MessageSchema<H, A>,
  body: MessageBody<H, A>,
  messageType: number,
): Uint8Array {
  const writer = new ByteWriter(1024);
  appendMessage(writer, schema as never, body as never, messageType, 0, 0, 0);
  return writer.slice();
}

/** A dump of messages that are ready but for flags, sequence number and port ID. */
export class EncodedDump extends RawDump {
  readonly #messages: Iterator<Uint8Array>;
  #held: Uint8Array | undefined;

  constructor(messages: Iterable<Uint8Array>) {
    super();
    this.#messages = messages[Symbol.iterator]();
  }

  fill(room: DumpRoom): boolean {
    for (;;) {
      const message = this.#held ?? this.#messages.next().value;
      if (message === undefined) return true;
      this.#held = message;
      if (room.offset + message.length > room.limit) return false;
      this.#held = undefined;
      room.bytes.set(message, room.offset);
      room.view.setUint16(room.offset + 6, room.flags, true);
      room.view.setUint32(room.offset + 8, room.sequence, true);
      room.view.setUint32(room.offset + 12, room.portId, true);
      room.offset += message.length;
    }
  }

  override close(): void {
    this.#messages.return?.();
  }
}
