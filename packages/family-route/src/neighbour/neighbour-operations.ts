import type { DumpContext, RawDump, RequestOf } from '@nlspace/core';
import type { neighbour } from './neighbour-message.js';

/** Not decoded: what is checked, and when, differs between the operations. */
export type NeighbourRequestMessage = Pick<
  RequestOf<typeof neighbour>,
  'payload' | 'flags' | 'cause' | 'strict'
>;

/** What RTM_*NEIGH mean for one kind of neighbour. */
export interface NeighbourOperations {
  put(request: NeighbourRequestMessage): void;
  delete(request: NeighbourRequestMessage): void;
  get(request: NeighbourRequestMessage): Uint8Array;
  dump(request: NeighbourRequestMessage, context: DumpContext): RawDump;
}
