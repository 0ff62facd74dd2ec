import { ByteWriter } from '@nlspace/core';
import { BlockType, BYTE_ORDER_MAGIC, InterfaceOption, PacketOption, SectionOption } from './pcapng.js';

/** Unknown section length: a section that is still being written. */
const LENGTH_UNKNOWN = 0xffff_ffff;
const VERSION_MAJOR = 1;
const DIRECTION_INBOUND = 1;
const DIRECTION_OUTBOUND = 2;
const TWO_TO_32 = 0x1_0000_0000;

export interface PacketParts {
  /** As `addInterface` gave it. */
  readonly interfaceId: number;
  /** Microseconds since 1970. */
  readonly time: number;
  readonly isOutbound: boolean;
  readonly comment: string | undefined;
  readonly headerSize: number;
  writeHeader(view: DataView, offset: number): void;
  readonly bytes: Uint8Array;
}

/**
 * Writes pcapng, a block at a time. Each call of `write` has one whole block, so that a file ends well wherever its writer
 * was killed; the bytes are reused when it returns.
 */
export class PcapngWriter {
  readonly #block = new ByteWriter();
  #interfaces = 0;

  constructor(
    private readonly write: (block: Uint8Array) => void,
    application: string,
  ) {
    const block = this.#begin(BlockType.SectionHeader);
    block.u32(BYTE_ORDER_MAGIC);
    block.u16(VERSION_MAJOR);
    block.u16(0);
    block.u32(LENGTH_UNKNOWN);
    block.u32(LENGTH_UNKNOWN);
    this.#textOption(SectionOption.Application, application);
    this.#end();
  }

  /** Gives its ID. All times are microseconds, which is the format's default. */
  addInterface(linkType: number, name: string, description: string): number {
    const block = this.#begin(BlockType.InterfaceDescription);
    block.u16(linkType);
    block.u16(0);
    // No packet is cut.
    block.u32(0);
    this.#textOption(InterfaceOption.Name, name);
    this.#textOption(InterfaceOption.Description, description);
    this.#end();
    return this.#interfaces++;
  }

  addPacket({ interfaceId, time, isOutbound, comment, headerSize, writeHeader, bytes }: PacketParts): void {
    const block = this.#begin(BlockType.EnhancedPacket);
    const length = headerSize + bytes.length;
    block.u32(interfaceId);
    block.u32(Math.floor(time / TWO_TO_32));
    block.u32(time % TWO_TO_32);
    block.u32(length);
    block.u32(length);
    const header = block.reserve(headerSize);
    writeHeader(block.view, header);
    block.append(bytes);
    block.pad();
    if (comment !== undefined) this.#textOption(PacketOption.Comment, comment);
    block.u16(PacketOption.Flags);
    block.u16(4);
    block.u32(isOutbound ? DIRECTION_OUTBOUND : DIRECTION_INBOUND);
    this.#end();
  }

  /** A systemd journal entry: what happened beside packets, in fields of text, which must not have line breaks. */
  addJournalEntry(time: number, fields: Readonly<Record<string, string>>): void {
    const block = this.#begin(BlockType.JournalEntry);
    block.text(`__REALTIME_TIMESTAMP=${time}\n`);
    for (const [name, value] of Object.entries(fields)) block.text(`${name}=${value}\n`);
    this.#finish();
  }

  #begin(type: number): ByteWriter {
    const block = this.#block;
    block.reset();
    block.u32(type);
    // The length, filled in at the end.
    block.u32(0);
    return block;
  }

  #textOption(code: number, text: string): void {
    const block = this.#block;
    block.u16(code);
    block.u16(0);
    const start = block.length;
    block.text(text);
    block.view.setUint16(start - 2, block.length - start, true);
    block.pad();
  }

  /** Of a block with options. */
  #end(): void {
    // opt_endofopt
    this.#block.u32(0);
    this.#finish();
  }

  #finish(): void {
    const block = this.#block;
    block.pad();
    const length = block.length + 4;
    block.u32(length);
    block.view.setUint32(4, length, true);
    this.write(block.bytes.subarray(0, length));
  }
}
