import type { CaptureRecord } from './capture-record.js';

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const MICROSECONDS = 1_000_000;

/** The first word, and microseconds of one unit of a packet's time. */
const MAGICS: ReadonlyMap<number, number> = new Map([
  [0xa1b2_c3d4, 1],
  [0xa1b2_3c4d, 1 / 1000],
]);

export function isPcap(file: Uint8Array): boolean {
  return byteOrder(file) !== undefined;
}

function byteOrder(file: Uint8Array): { isLittle: boolean; unit: number } | undefined {
  if (file.length < FILE_HEADER) return undefined;
  const view = new DataView(file.buffer, file.byteOffset, FILE_HEADER);
  for (const isLittle of [true, false]) {
    const unit = MAGICS.get(view.getUint32(0, isLittle));
    if (unit !== undefined) return { isLittle, unit };
  }
  return undefined;
}

/** Reads pcap, with microseconds or nanoseconds, of either byte order. */
export function* readPcap(file: Uint8Array): Generator<CaptureRecord> {
  const order = byteOrder(file);
  if (order === undefined) return;
  const { isLittle, unit } = order;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  // Above it are flags about frame check sequences.
  const linkType = view.getUint32(20, isLittle) & 0xffff;
  yield { kind: 'section', application: '', isLittleEndian: isLittle };
  for (let offset = FILE_HEADER; offset < file.length; ) {
    const left = file.length - offset;
    const length = left < RECORD_HEADER ? 0 : view.getUint32(offset + 8, isLittle);
    if (left < RECORD_HEADER || length > left - RECORD_HEADER) {
      yield {
        kind: 'problem',
        text: `the file ends in the middle of the packet at byte ${offset}: ${left} bytes are left`,
      };
      return;
    }
    const begin = offset + RECORD_HEADER;
    yield {
      kind: 'packet',
      time: view.getUint32(offset, isLittle) * MICROSECONDS + view.getUint32(offset + 4, isLittle) * unit,
      linkType,
      interfaceId: 0,
      bytes: file.subarray(begin, begin + length),
      isCut: view.getUint32(offset + 12, isLittle) > length,
      comments: [],
    };
    offset = begin + length;
  }
}
