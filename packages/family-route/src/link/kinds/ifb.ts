import { LinkFlag } from '../link-flags.js';
import { type LinkBehaviour, LinkKind } from '../link-kind.js';
import { ETHERNET, validateMacAddress } from './ethernet.js';

/** An intermediate functional block: packets are sent there to be queued. Always has carrier. */
@LinkKind('ifb')
export class IfbKind implements LinkBehaviour {
  readonly hasFixedAddress = true;
  readonly traits = {
    ...ETHERNET,
    flags: LinkFlag.Broadcast | LinkFlag.NoArp,
    minimumMtu: 0,
    maximumMtu: 0,
    transmitQueueLength: 32,
    tsoMaximumSize: 524280,
    queueingDiscipline: 'pfifo_fast',
  };
  readonly validate = validateMacAddress;
}
