import {
  align4,
  ControlMessageType,
  MESSAGE_HEADER_SIZE,
  MessageFlag,
  readMessageHeader,
} from '@nlspace/core';

/**
 * Sets NLM_F_DUMP_INTR where Linux does when something changes after the first datagram of a dump: on the next message,
 * once, be it NLMSG_DONE.
 */
export class DumpInterruption {
  #hasBegun = false;
  #isOver = false;

  /** It has been set, or the dump was refused. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The next datagram of the dump, as its reader gets it. */
  apply(bytes: Uint8Array): Uint8Array {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const place = this.#hasBegun ? 0 : offsetOfDone(view);
    this.#hasBegun = true;
    if (readMessageHeader(view, 0).type === ControlMessageType.Error) this.#isOver = true;
    if (this.#isOver || place === undefined) return bytes;
    this.#isOver = true;
    const flagged = bytes.slice();
    const flags = view.getUint16(place + 6, true) | MessageFlag.DumpInterrupted;
    new DataView(flagged.buffer).setUint16(place + 6, flags, true);
    return flagged;
  }
}

function offsetOfDone(view: DataView): number | undefined {
  for (let offset = 0; view.byteLength - offset >= MESSAGE_HEADER_SIZE; ) {
    const { type, length } = readMessageHeader(view, offset);
    if (type === ControlMessageType.Done) return offset;
    if (length < MESSAGE_HEADER_SIZE) return undefined;
    offset += align4(length);
  }
  return undefined;
}
