import { align4 } from './alignment.js';

/** Largest attribute: its length is a u16 and counts the 4 bytes of the attribute header. */
const MAX_ATTRIBUTE_LENGTH = 0xffff;
/** Calls of the engine's own copying and filling cost more than so many bytes one by one. */
const FEW = 24;
const LAST_ASCII = 0x7f;
const encoder = new TextEncoder();

/**
 * A growing buffer that messages are written into. What has been written stays at its offset, so that a length can be
 * filled in afterwards. `bytes` and `view` are replaced by growth: reserve first, then use them.
 */
export class ByteWriter {
  bytes: Uint8Array;
  view: DataView;
  /** Where the next byte goes. */
  length = 0;

  constructor(capacity = 512) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Appends `size` bytes, zeroed, and gives the offset of the first. */
  reserve(size: number): number {
    const offset = this.#claim(size);
    if (size > FEW) this.bytes.fill(0, offset, offset + size);
    else for (let i = offset; i < this.length; i++) this.bytes[i] = 0;
    return offset;
  }

  u8(value: number): void {
    const offset = this.#claim(1);
    this.bytes[offset] = value;
  }

  u16(value: number): void {
    const offset = this.#claim(2);
    this.view.setUint16(offset, value, true);
  }

  u32(value: number): void {
    const offset = this.#claim(4);
    this.view.setUint32(offset, value, true);
  }

  append(bytes: Uint8Array): void {
    const { length } = bytes;
    const offset = this.#claim(length);
    if (length > FEW) this.bytes.set(bytes, offset);
    else for (let i = 0; i < length; i++) this.bytes[offset + i] = bytes[i] as number;
  }

  /** Appends text as UTF-8, without a NUL. */
  text(value: string): void {
    const start = this.#claim(value.length);
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code > LAST_ASCII) {
        this.length = start;
        this.append(encoder.encode(value));
        return;
      }
      this.bytes[start + i] = code;
    }
  }

  pad(): void {
    const missing = align4(this.length) - this.length;
    if (missing > 0) this.reserve(missing);
  }

  /** Opens an attribute; give what it returns to `endAttribute`. */
  beginAttribute(type: number): number {
    const offset = this.#claim(4);
    this.view.setUint32(offset, type << 16, true);
    return offset;
  }

  /** Fills in the length of the attribute begun at `offset` and pads. */
  endAttribute(offset: number): void {
    const length = this.length - offset;
    if (length > MAX_ATTRIBUTE_LENGTH) {
      throw new RangeError(`attribute of ${length} bytes does not fit its 16-bit length`);
    }
    this.view.setUint16(offset, length, true);
    this.pad();
  }

  /** A copy of what has been written from `start` on. */
  slice(start = 0): Uint8Array {
    return this.bytes.slice(start, this.length);
  }

  reset(): void {
    this.length = 0;
  }

  /** Appends `size` bytes, whatever they hold, and gives the offset of the first. */
  #claim(size: number): number {
    const offset = this.length;
    const end = offset + size;
    if (end > this.bytes.length) this.#grow(end);
    this.length = end;
    return offset;
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }
}
