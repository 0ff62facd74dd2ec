import { type DumpContext, Errno, injectable, NetlinkError, type RawDump } from '@nlspace/core';
import type { NeighbourOperations, NeighbourRequestMessage } from './neighbour-operations.js';

/** RTM_*NEIGH of AF_BRIDGE: forwarding databases. There are no links here that have one. */
@injectable()
export class BridgeNeighbours implements NeighbourOperations {
  put(_request: NeighbourRequestMessage): void {
    throw unsupported();
  }

  delete(_request: NeighbourRequestMessage): void {
    throw unsupported();
  }

  get(_request: NeighbourRequestMessage): Uint8Array {
    throw unsupported();
  }

  dump(_request: NeighbourRequestMessage, _context: DumpContext): RawDump {
    throw unsupported();
  }
}

function unsupported(): NetlinkError {
  return new NetlinkError(Errno.EOPNOTSUPP, 'forwarding databases of bridges are not supported');
}
