import { Do, Dump, type DumpContext, inject, injectable, type RawDump, type RequestOf } from '@nlspace/core';
import { AddressFamily } from '../network/ip-bytes.js';
import { RouteMessageType } from '../route-message-type.js';
import { BridgeNeighbours } from './bridge-neighbours.js';
import { IpNeighbours } from './ip-neighbours.js';
import { neighbour } from './neighbour-message.js';
import type { NeighbourOperations } from './neighbour-operations.js';

type Request = RequestOf<typeof neighbour>;

const WRITE = { privilege: 'admin', validation: 'none' } as const;
const READ = { replyType: RouteMessageType.NewNeighbour, validation: 'none' } as const;

/** RTM_*NEIGH: the address family says whose they are. */
@injectable()
export class NeighbourHandler {
  constructor(
    @inject(IpNeighbours) private readonly ip: IpNeighbours,
    @inject(BridgeNeighbours) private readonly bridge: BridgeNeighbours,
  ) {}

  /** CREATE, EXCL and REPLACE mean what they say; APPEND means nothing. */
  @Do(RouteMessageType.NewNeighbour, neighbour, WRITE)
  put(request: Request): void {
    this.#operations(request).put(request);
  }

  @Do(RouteMessageType.DeleteNeighbour, neighbour, WRITE)
  delete(request: Request): void {
    this.#operations(request).delete(request);
  }

  @Do(RouteMessageType.GetNeighbour, neighbour, READ)
  get(request: Request): Uint8Array {
    return this.#operations(request).get(request);
  }

  @Dump(RouteMessageType.GetNeighbour, neighbour, READ)
  dump(request: Request, context: DumpContext): RawDump {
    return this.#operations(request).dump(request, context);
  }

  #operations({ payload }: Request): NeighbourOperations {
    return payload[0] === AddressFamily.Bridge ? this.bridge : this.ip;
  }
}
