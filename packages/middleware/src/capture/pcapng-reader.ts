import { align4 } from '@nlspace/core';
import type { CaptureRecord, PacketRecord, ProblemRecord } from './capture-record.js';
import { BlockType, BYTE_ORDER_MAGIC, InterfaceOption, PacketOption, SectionOption } from './pcapng.js';

const BLOCK_FRAME = 12;
const SECTION_FIXED = 16;
const INTERFACE_FIXED = 8;
const PACKET_FIXED = 20;
const SIMPLE_PACKET_FIXED = 4;
const MICROSECONDS = 1_000_000;
const TWO_TO_32 = 0x1_0000_0000;
/** Finer than any clock; beyond, a unit of time would be no number. */
const FINEST_RESOLUTION = 60;

const decoder = new TextDecoder();

export function isPcapng(file: Uint8Array): boolean {
  return (
    file.length >= 4 && new DataView(file.buffer, file.byteOffset).getUint32(0) === BlockType.SectionHeader
  );
}

interface Interface {
  readonly linkType: number;
  readonly snapLength: number;
  /** Microseconds of one tick. */
  readonly unit: number;
  /** Microseconds at tick 0. */
  readonly begin: number;
}

/** Reads pcapng, whatever is in it: never beyond the file, and what makes no sense is a problem. */
export function* readPcapng(file: Uint8Array): Generator<CaptureRecord> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let isLittle = true;
  let interfaces: Interface[] = [];
  for (let offset = 0; offset < file.length; ) {
    const left = file.length - offset;
    if (left < BLOCK_FRAME) return yield cutAt(offset, left);
    const isSection = view.getUint32(offset) === BlockType.SectionHeader;
    if (isSection) {
      if (left < BLOCK_FRAME + SECTION_FIXED) return yield cutAt(offset, left);
      isLittle = view.getUint32(offset + 8, true) === BYTE_ORDER_MAGIC;
      if (!isLittle && view.getUint32(offset + 8) !== BYTE_ORDER_MAGIC)
        return yield problem(offset, 'is a section whose byte order nobody knows');
      interfaces = [];
    }
    const length = view.getUint32(offset + 4, isLittle);
    if (length < BLOCK_FRAME || length % 4 !== 0)
      return yield problem(offset, `says that it has ${length} bytes`);
    if (length > left) return yield cutAt(offset, left);
    if (view.getUint32(offset + length - 4, isLittle) !== length)
      return yield problem(offset, 'has two different lengths');
    const block = new Block(file, view, offset, offset + 8, offset + length - 4, isLittle);
    if (isSection && block.size < SECTION_FIXED)
      return yield problem(offset, 'is a section without a version');
    yield* recordsOf(block, view.getUint32(offset, isLittle), interfaces);
    offset += length;
  }
}

function* recordsOf(block: Block, type: number, interfaces: Interface[]): Generator<CaptureRecord> {
  if (type === BlockType.SectionHeader) {
    const application = block.text(SECTION_FIXED, SectionOption.Application);
    yield { kind: 'section', application, isLittleEndian: block.isLittle };
  } else if (type === BlockType.InterfaceDescription) {
    if (block.size < INTERFACE_FIXED)
      return yield problem(block.offset, 'is an interface without a link type');
    interfaces.push(interfaceOf(block));
    yield {
      kind: 'interface',
      interfaceId: interfaces.length - 1,
      name: block.text(INTERFACE_FIXED, InterfaceOption.Name),
    };
  } else if (type === BlockType.EnhancedPacket || type === BlockType.Packet) {
    yield packetOf(block, type, interfaces);
  } else if (type === BlockType.SimplePacket) {
    yield simplePacketOf(block, interfaces);
  } else if (type === BlockType.JournalEntry) {
    const fields = journalFields(block.bytes(0, block.size));
    yield { kind: 'journal', time: Number(fields.get('__REALTIME_TIMESTAMP') ?? 0) || 0, fields };
  }
}

function interfaceOf(block: Block): Interface {
  const resolution = block.option(INTERFACE_FIXED, InterfaceOption.TimeResolution)?.[0] ?? 6;
  const exponent = Math.min(resolution & 0x7f, FINEST_RESOLUTION);
  const offset = block.option(INTERFACE_FIXED, InterfaceOption.TimeOffset);
  const seconds =
    offset?.length === 8
      ? Number(new DataView(offset.buffer, offset.byteOffset).getBigInt64(0, block.isLittle))
      : 0;
  return {
    linkType: block.u16(0),
    snapLength: block.u32(4),
    unit: MICROSECONDS / (resolution & 0x80 ? 2 : 10) ** exponent,
    begin: seconds * MICROSECONDS,
  };
}

function packetOf(block: Block, type: BlockType, interfaces: readonly Interface[]): CaptureRecord {
  if (block.size < PACKET_FIXED) return problem(block.offset, 'is a packet without lengths');
  const interfaceId = type === BlockType.Packet ? block.u16(0) : block.u32(0);
  const origin = interfaces[interfaceId];
  if (origin === undefined)
    return problem(block.offset, `is of interface ${interfaceId}, which there is not`);
  const length = block.u32(12);
  if (length > block.size - PACKET_FIXED)
    return problem(block.offset, `has a packet of ${length} bytes, which it has no room for`);
  const options = PACKET_FIXED + align4(length);
  return {
    kind: 'packet',
    time: origin.begin + (block.u32(4) * TWO_TO_32 + block.u32(8)) * origin.unit,
    linkType: origin.linkType,
    interfaceId,
    bytes: block.bytes(PACKET_FIXED, length),
    isCut: block.u32(16) > length,
    comments: [...block.options(options)]
      .filter(([code]) => code === PacketOption.Comment)
      .map(([, value]) => decoder.decode(value)),
  } satisfies PacketRecord;
}

function simplePacketOf(block: Block, [origin]: readonly Interface[]): CaptureRecord {
  if (block.size < SIMPLE_PACKET_FIXED || origin === undefined)
    return problem(block.offset, 'is a packet without an interface');
  const original = block.u32(0);
  const most = origin.snapLength === 0 ? original : Math.min(original, origin.snapLength);
  const length = Math.min(most, block.size - SIMPLE_PACKET_FIXED);
  return {
    kind: 'packet',
    time: 0,
    linkType: origin.linkType,
    interfaceId: 0,
    bytes: block.bytes(SIMPLE_PACKET_FIXED, length),
    isCut: original > length,
    comments: [],
  };
}

/** Fields are lines; those with binary values, which we do not write, end the reading. */
function journalFields(bytes: Uint8Array): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of decoder.decode(bytes).replaceAll('\0', '').split('\n')) {
    const separator = line.indexOf('=');
    if (separator <= 0) break;
    fields.set(line.slice(0, separator), line.slice(separator + 1));
  }
  return fields;
}

/** What is between the two lengths of a block. Positions count from there. */
class Block {
  constructor(
    private readonly file: Uint8Array,
    private readonly view: DataView,
    /** Of the block, in the file. */
    readonly offset: number,
    private readonly begin: number,
    private readonly end: number,
    readonly isLittle: boolean,
  ) {}

  get size(): number {
    return this.end - this.begin;
  }

  u16(position: number): number {
    return this.view.getUint16(this.begin + position, this.isLittle);
  }

  u32(position: number): number {
    return this.view.getUint32(this.begin + position, this.isLittle);
  }

  bytes(position: number, length: number): Uint8Array {
    return this.file.subarray(this.begin + position, this.begin + position + length);
  }

  *options(position: number): Generator<readonly [code: number, value: Uint8Array]> {
    for (let at = position; this.size - at >= 4; ) {
      const code = this.u16(at);
      const length = this.u16(at + 2);
      if (code === 0 || length > this.size - at - 4) return;
      yield [code, this.bytes(at + 4, length)];
      at += 4 + align4(length);
    }
  }

  option(position: number, wanted: number): Uint8Array | undefined {
    for (const [code, value] of this.options(position)) if (code === wanted) return value;
    return undefined;
  }

  text(position: number, wanted: number): string {
    const value = this.option(position, wanted);
    return value === undefined ? '' : decoder.decode(value);
  }
}

function problem(offset: number, text: string): ProblemRecord {
  return { kind: 'problem', text: `the block at byte ${offset} ${text}` };
}

function cutAt(offset: number, left: number): ProblemRecord {
  return {
    kind: 'problem',
    text: `the file ends in the middle of the block at byte ${offset}: ${left} bytes are left`,
  };
}
