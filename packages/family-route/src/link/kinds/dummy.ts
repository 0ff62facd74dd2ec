import { LinkFlag } from '../link-flags.js';
import { type LinkBehaviour, LinkKind } from '../link-kind.js';
import { ETHERNET, validateMacAddress } from './ethernet.js';

/** Takes every packet and forgets it. Always has carrier, never resolves neighbours. */
@LinkKind('dummy')
export class DummyKind implements LinkBehaviour {
  readonly traits = {
    ...ETHERNET,
    flags: LinkFlag.Broadcast | LinkFlag.NoArp,
    minimumMtu: 0,
    maximumMtu: 0,
  };
  readonly validate = validateMacAddress;
}
