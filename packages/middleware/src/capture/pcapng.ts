/** Blocks of pcapng (draft-ietf-opsawg-pcapng). */
export enum BlockType {
  SectionHeader = 0x0a0d_0d0a,
  InterfaceDescription = 1,
  /** Obsolete, but old files have it. */
  Packet = 2,
  SimplePacket = 3,
  EnhancedPacket = 6,
  /** A systemd journal entry, as `journalctl --output=export` writes it. */
  JournalEntry = 9,
}

/** The first word of a section, in the byte order of whoever wrote it. */
export const BYTE_ORDER_MAGIC = 0x1a2b_3c4d;

export enum SectionOption {
  Application = 4,
}

export enum InterfaceOption {
  Name = 2,
  Description = 3,
  TimeResolution = 9,
  TimeOffset = 14,
}

export enum PacketOption {
  Comment = 1,
  Flags = 2,
}
