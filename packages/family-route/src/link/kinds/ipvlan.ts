import { attr, defineAttributes, Errno, NetlinkError } from '@nlspace/core';
import type { Link } from '../link.js';
import { LinkFlag } from '../link-flags.js';
import {
  type LinkBehaviour,
  type LinkContext,
  type LinkCreation,
  type LinkData,
  LinkKind,
  type LinkParameters,
  type LowerChange,
} from '../link-kind.js';
import type { LinkTable } from '../link-table.js';
import { ETHERNET } from './ethernet.js';
import { followLower, leaveLower, lowerLinkOf, putOnLower, refuseUnsharable } from './lower-link.js';

/** IPVLAN_MODE_* */
enum IpvlanMode {
  L2 = 0,
  L3 = 1,
  L3Symmetric = 2,
}

/** IPVLAN_F_*; without either, links on the same link below reach each other. */
enum IpvlanFlag {
  Private = 1,
  Vepa = 2,
}
const EITHER = IpvlanFlag.Private | IpvlanFlag.Vepa;

/** Of the numbers that tell links with one MAC address apart: 0xfffe is that of the link below. */
const LAST_NUMBER = 0xfffd;

/** `IFLA_IPVLAN_*` */
const data = defineAttributes('ipvlan', {
  mode: attr.u16(1),
  flags: attr.u16(2),
});
type Data = Parameters<typeof data.encode>[1];

/** What all links on one link below share. */
interface Shared {
  readonly lower: Link;
  mode: IpvlanMode;
  flags: number;
  nextNumber: number;
  readonly numbers: Set<number>;
  /** In the order in which they came. */
  readonly links: Set<Link>;
}

/** Links with IP addresses of their own on one link below, whose MAC address they all have. */
@LinkKind('ipvlan')
export class IpvlanKind implements LinkBehaviour {
  readonly traits = { ...ETHERNET };
  readonly data = data as never;
  readonly takesPackets = true;
  readonly keepsPackets = true;
  readonly refusesVlans = true;
  /** By the links and by the link below. */
  readonly #shared = new WeakMap<Link, Shared>();

  validate(_parameters: LinkParameters, { mode, flags }: Data): void {
    if (mode !== undefined && mode > IpvlanMode.L3Symmetric) throw new NetlinkError(Errno.EINVAL);
    if (flags !== undefined && ((flags & ~EITHER) !== 0 || flags === EITHER))
      throw new NetlinkError(Errno.EINVAL);
  }

  create({ parameters, data: given, links, lowerLinks, cause }: LinkCreation): Link {
    const requested: Data = given;
    const named = lowerLinkOf(parameters, lowerLinks);
    const known = this.#shared.get(named);
    const lower = known?.lower ?? named;
    if (known === undefined) refuseUnsharable(lower);
    const link = links.register('ipvlan', this, {
      ...parameters,
      mtu: parameters.mtu ?? lower.mtu,
      address: lower.address,
    });
    const shared = known ?? {
      lower,
      mode: IpvlanMode.L3,
      flags: 0,
      nextNumber: 1,
      numbers: new Set(),
      links: new Set(),
    };
    this.#shared.set(link, shared);
    this.#shared.set(lower, shared);
    link.hasChosenAddress = parameters.address !== undefined;
    link.deviceNumber = takeNumber(shared);
    putOnLower(link, lower, links);
    shared.flags = requested.flags ?? shared.flags;
    changeMode(shared, requested.mode ?? IpvlanMode.L3, { links, cause });
    shared.links.add(link);
    return link;
  }

  change(link: Link, { mode, flags }: Data, context: LinkContext): void {
    const shared = this.#sharedOf(link);
    if (mode !== undefined) changeMode(shared, mode, context);
    shared.flags = flags ?? shared.flags;
  }

  describe(link: Link): LinkData {
    const { mode, flags } = this.#sharedOf(link);
    return { mode, flags } satisfies Data;
  }

  up(link: Link): void {
    if (this.#sharedOf(link).mode === IpvlanMode.L2) link.administrativeFlags &= ~LinkFlag.NoArp;
    else link.administrativeFlags |= LinkFlag.NoArp;
  }

  changeAddress(): never {
    throw new NetlinkError(Errno.EOPNOTSUPP);
  }

  /** Packets are told apart by their IP addresses, so each belongs to one link. */
  ipRivals(link: Link): Iterable<Link> {
    return this.#sharedOf(link).links;
  }

  lowerChanged(link: Link, lower: Link, change: LowerChange, context: LinkContext): void {
    switch (change) {
      case 'mtu':
        // Nobody is told.
        link.mtu = lower.mtu;
        return;
      case 'address':
        link.address = lower.address.slice();
        context.links.announceAddress(link, context.cause);
        return;
      default:
        followLower(link, lower, change, context);
    }
  }

  dismantle(link: Link, links: LinkTable): readonly Link[] {
    const shared = this.#sharedOf(link);
    shared.links.delete(link);
    shared.numbers.delete(link.deviceNumber);
    if (shared.links.size === 0) this.#shared.delete(shared.lower);
    return leaveLower(link, shared.lower, links);
  }

  #sharedOf(link: Link): Shared {
    const shared = this.#shared.get(link);
    if (shared === undefined) throw new Error(`${link.name} is no ipvlan`);
    return shared;
  }
}

/** The next one that is free; after the last comes the first. */
function takeNumber(shared: Shared): number {
  const { numbers, nextNumber } = shared;
  let number = nextNumber;
  while (numbers.has(number) || number > LAST_NUMBER) number = number >= LAST_NUMBER ? 1 : number + 1;
  numbers.add(number);
  shared.nextNumber = number + 1;
  return number;
}

/** The mode is that of all links on the link below; in all but the second layer's nobody asks for MAC addresses. */
function changeMode(shared: Shared, mode: IpvlanMode, { cause }: LinkContext): void {
  if (shared.mode === mode) return;
  const wanted = mode === IpvlanMode.L2 ? 0 : LinkFlag.NoArp;
  for (const link of shared.links) link.home.changeFlags(link, wanted, LinkFlag.NoArp, cause);
  shared.mode = mode;
}
