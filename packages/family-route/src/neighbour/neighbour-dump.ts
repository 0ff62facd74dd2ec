import { type DumpRoom, RawDump } from '@nlspace/core';
import type { Clock } from '../network/clock.js';
import { RouteMessageType } from '../route-message-type.js';
import type { Neighbour } from './neighbour.js';
import { neighbourMessageSize, writeNeighbour } from './neighbour-description.js';

/** Writes entries straight into a reader's datagrams. */
export class NeighbourDump extends RawDump {
  readonly #entries: Iterator<Neighbour>;
  /** The one that did not fit into the last datagram. */
  #held: Neighbour | undefined;

  constructor(
    entries: Iterable<Neighbour>,
    private readonly clock: Clock,
  ) {
    super();
    this.#entries = entries[Symbol.iterator]();
  }

  fill(room: DumpRoom): boolean {
    const options = { messageType: RouteMessageType.NewNeighbour, nowMs: this.clock.now() };
    for (;;) {
      const neighbour: Neighbour | undefined = this.#held ?? this.#entries.next().value;
      if (neighbour === undefined) return true;
      this.#held = neighbour;
      const start = room.offset;
      if (start + neighbourMessageSize(neighbour) > room.limit) return false;
      this.#held = undefined;
      room.offset = writeNeighbour(neighbour, room.bytes, room.view, start, options);
      room.view.setUint16(start + 6, room.flags, true);
      room.view.setUint32(start + 8, room.sequence, true);
      room.view.setUint32(start + 12, room.portId, true);
    }
  }

  override close(): void {
    this.#entries.return?.();
  }
}
