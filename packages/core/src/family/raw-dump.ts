/** Where a raw dump writes: a datagram under construction. */
export interface DumpRoom {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** The same bytes as host-order words; `bytes` begins on a word. */
  readonly words: Uint32Array;
  /** Where the next message goes; the dump moves it on. A multiple of 4. */
  offset: number;
  /** Messages end at or before it. */
  readonly limit: number;
  /** For the message headers. */
  readonly messageType: number;
  readonly sequence: number;
  readonly portId: number;
  /** NLM_F_MULTI and what else the headers must carry. */
  readonly flags: number;
}

/**
 * A dump that writes its messages itself: for tables that keep them ready. `fill` is called for one datagram at a
 * time, maybe long after the last: the table may have changed.
 */
export abstract class RawDump {
  /** Writes as many messages as fit (at least one, if there is one left) and says whether nothing is left. */
  abstract fill(room: DumpRoom): boolean;
  /** The reader has gone. */
  close(): void {}
}
