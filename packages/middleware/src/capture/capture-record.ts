/** A packet of a capture file, of whatever kind the file is. Bytes are views of the file. */
export interface PacketRecord {
  readonly kind: 'packet';
  /** Microseconds since 1970; 0 where the file does not say. */
  readonly time: number;
  readonly linkType: number;
  /** Of the interface, in its section. */
  readonly interfaceId: number;
  readonly bytes: Uint8Array;
  /** Longer on the wire than in the file. */
  readonly isCut: boolean;
  readonly comments: readonly string[];
}

export interface InterfaceRecord {
  readonly kind: 'interface';
  readonly interfaceId: number;
  readonly name: string;
}

/** A file, or another section of pcapng, begins: interfaces are counted anew. */
export interface SectionRecord {
  readonly kind: 'section';
  readonly application: string;
  /** Of whoever wrote it, and so of the messages in it. */
  readonly isLittleEndian: boolean;
}

export interface JournalRecord {
  readonly kind: 'journal';
  readonly time: number;
  readonly fields: ReadonlyMap<string, string>;
}

/** What cannot be read, in words. Where it breaks the order of what follows, it is the last record. */
export interface ProblemRecord {
  readonly kind: 'problem';
  readonly text: string;
}

export type CaptureRecord = SectionRecord | InterfaceRecord | PacketRecord | JournalRecord | ProblemRecord;
