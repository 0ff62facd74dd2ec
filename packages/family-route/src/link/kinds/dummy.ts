import type { Link } from '../link.js';
import { LinkFlag } from '../link-flags.js';
import { type LinkBehaviour, type LinkContext, LinkKind } from '../link-kind.js';
import { ETHERNET, validateMacAddress } from './ethernet.js';

/** Takes every packet and forgets it. Has carrier until it is told otherwise, never resolves neighbours. */
@LinkKind('dummy')
export class DummyKind implements LinkBehaviour {
  readonly traits = {
    ...ETHERNET,
    flags: LinkFlag.Broadcast | LinkFlag.NoArp,
    minimumMtu: 0,
    maximumMtu: 0,
  };
  readonly validate = validateMacAddress;

  changeCarrier(link: Link, hasCarrier: boolean, { links }: LinkContext): void {
    links.setCarrier(link, hasCarrier);
  }
}
