import { LinkFlag, LinkType } from '../link-flags.js';
import { type LinkBehaviour, LinkKind } from '../link-kind.js';

/** `lo`: every network has one, and no request makes or deletes one. */
@LinkKind('loopback')
export class LoopbackKind implements LinkBehaviour {
  readonly isCreatable = false;
  readonly traits = {
    type: LinkType.Loopback,
    flags: LinkFlag.Loopback,
    mtu: 65536,
    minimumMtu: 0,
    maximumMtu: 0,
    transmitQueueLength: 1000,
    transmitQueues: 1,
    receiveQueues: 1,
    tsoMaximumSize: 524280,
    namespaceBound: true,
  };
}
