import { attr, defineAttributes, Errno, NetlinkError } from '@nlspace/core';
import { equalBytes } from '../../network/ip-bytes.js';
import type { Link } from '../link.js';
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
import { ETHERNET, isValidMacAddress, validateMacAddress } from './ethernet.js';
import { followLower, leaveLower, lowerLinkOf, putOnLower, refuseUnsharable } from './lower-link.js';

/** MACVLAN_MODE_* */
enum MacvlanMode {
  Private = 1,
  Vepa = 2,
  Bridge = 4,
  Passthru = 8,
  Source = 16,
}
const MODES = [1, 2, 4, 8, 16];

/** MACVLAN_FLAG_*: the link below does not take every packet; entries of it need no destination. */
const NO_PROMISCUITY = 1;
const KNOWN_FLAGS = 3;

/** MACVLAN_MACADDR_* */
enum SourceChange {
  Add = 0,
  Delete = 1,
  Flush = 2,
  Set = 3,
}

const DEFAULT_QUEUE_LENGTH = 1000;
const DEFAULT_CUTOFF = 1;

const sourceList = defineAttributes('macvlan-sources', {
  address: attr.many(attr.bytes(4, { length: 6 })),
});

/** `IFLA_MACVLAN_*` in the order in which Linux 6.18 writes them. */
const data = defineAttributes('macvlan', {
  mode: attr.u32(1),
  flags: attr.u16(2),
  sourceCount: attr.u32(6),
  sources: attr.nested(5, sourceList, { checked: false }),
  queueLength: attr.u32(7),
  usedQueueLength: attr.u32(8, { replyOnly: true }),
  cutoff: attr.s32(9),
  // Only in requests.
  sourceChange: attr.u32(3),
  source: attr.bytes(4, { max: 6 }),
});
type Data = Parameters<typeof data.encode>[1];

interface Macvlan {
  readonly lower: Link;
  mode: MacvlanMode;
  flags: number;
  queueLength: number;
  sources: readonly Uint8Array[];
}

/** Links with addresses of their own on one link below. Carrier and MTU follow that one. */
@LinkKind('macvlan')
export class MacvlanKind implements LinkBehaviour {
  readonly traits = { ...ETHERNET, speedMbps: 10_000 };
  readonly data = data as never;
  readonly canBeProtocolDown = true;
  readonly filtersAddresses = true;
  readonly takesPackets = true;
  readonly #states = new WeakMap<Link, Macvlan>();
  /** Of links below: packets that may wait before broadcasts are dropped at once. */
  readonly #cutoffs = new WeakMap<Link, number>();

  validate(
    parameters: LinkParameters,
    { flags, mode, sourceChange, source, sources, sourceCount }: Data,
  ): void {
    validateMacAddress(parameters);
    const refuse = (errno = Errno.EINVAL): never => {
      throw new NetlinkError(errno);
    };
    if (flags !== undefined && (flags & ~KNOWN_FLAGS) !== 0) refuse();
    if (mode !== undefined && !MODES.includes(mode)) refuse();
    if (sourceChange !== undefined && sourceChange > SourceChange.Set) refuse();
    if (source !== undefined && source.length !== 6) refuse();
    for (const address of [...(source === undefined ? [] : [source]), ...(sources?.address ?? [])])
      if (!isValidMacAddress(address)) refuse(Errno.EADDRNOTAVAIL);
    if (sourceCount !== undefined) refuse();
  }

  create({ parameters, data: given, links, lowerLinks }: LinkCreation): Link {
    const requested: Data = given;
    const named = lowerLinkOf(parameters, lowerLinks);
    const lower = this.#states.get(named)?.lower ?? named;
    if (parameters.mtu !== undefined && parameters.mtu > lower.mtu) throw new NetlinkError(Errno.EINVAL);
    const siblings = this.#siblings(lower);
    if (siblings.length === 0) refuseUnsharable(lower);
    if (siblings.some((one) => this.#stateOf(one).mode === MacvlanMode.Passthru))
      throw new NetlinkError(Errno.EINVAL);
    const mode = requested.mode ?? MacvlanMode.Vepa;
    const isPassthru = mode === MacvlanMode.Passthru;
    if (isPassthru && siblings.length > 0) throw new NetlinkError(Errno.EINVAL);
    const state: Macvlan = {
      lower,
      mode,
      flags: requested.flags ?? 0,
      queueLength: requested.queueLength ?? DEFAULT_QUEUE_LENGTH,
      sources: [],
    };
    if (requested.sourceChange !== undefined) changeSources(state, requested);
    const link = links.register(
      'macvlan',
      this,
      {
        ...parameters,
        mtu: parameters.mtu ?? lower.mtu,
        ...(isPassthru ? { address: lower.address } : {}),
      },
      { ...this.traits, maximumMtu: lower.traits.maximumMtu },
    );
    this.#states.set(link, state);
    if (requested.cutoff !== undefined) this.#cutoffs.set(lower, requested.cutoff);
    putOnLower(link, lower, links);
    return link;
  }

  change(link: Link, requested: Data, { links }: LinkContext): void {
    const state = this.#stateOf(link);
    const { mode, flags } = requested;
    if (mode !== undefined) {
      if ((mode === MacvlanMode.Passthru) !== (state.mode === MacvlanMode.Passthru))
        throw new NetlinkError(Errno.EINVAL);
      if (state.mode === MacvlanMode.Source && mode !== state.mode) state.sources = [];
    }
    if (flags !== undefined) {
      if (state.mode === MacvlanMode.Passthru && ((flags ^ state.flags) & NO_PROMISCUITY) !== 0)
        links.changePromiscuity(state.lower, (flags & NO_PROMISCUITY) === 0 ? 1 : -1);
      state.flags = flags;
    }
    state.queueLength = requested.queueLength ?? state.queueLength;
    if (requested.cutoff !== undefined) this.#cutoffs.set(state.lower, requested.cutoff);
    state.mode = mode ?? state.mode;
    if (requested.sourceChange !== undefined) changeSources(state, requested);
  }

  describe(link: Link): LinkData {
    const { lower, mode, flags, queueLength, sources } = this.#stateOf(link);
    const lengths = this.#siblings(lower).map((one) => this.#stateOf(one).queueLength);
    const cutoff = this.#cutoffs.get(lower) ?? DEFAULT_CUTOFF;
    const values: Data = {
      mode,
      flags,
      sourceCount: sources.length,
      ...(sources.length === 0 ? {} : { sources: { address: [...sources] } }),
      queueLength,
      usedQueueLength: Math.max(0, ...lengths),
      ...(cutoff === DEFAULT_CUTOFF ? {} : { cutoff }),
    };
    return values;
  }

  up(link: Link, links: LinkTable): void {
    const { lower, mode, flags } = this.#stateOf(link);
    if (mode === MacvlanMode.Passthru) {
      if ((flags & NO_PROMISCUITY) === 0) links.changePromiscuity(lower, 1);
    } else {
      if (this.#isBusy(link, link.address)) throw new NetlinkError(Errno.EADDRINUSE);
      lower.taken.add(link.address);
      lower.home.followTakenAddresses(lower);
    }
  }

  down(link: Link, links: LinkTable): void {
    const { lower, mode, flags } = this.#stateOf(link);
    if (mode !== MacvlanMode.Passthru) {
      lower.taken.remove(link.address);
      lower.home.followTakenAddresses(lower);
    } else if ((flags & NO_PROMISCUITY) === 0) links.changePromiscuity(lower, -1);
  }

  changeAddress(link: Link, address: Uint8Array, { cause }: LinkContext): void {
    if (equalBytes(link.address, address)) return;
    const { lower, mode } = this.#stateOf(link);
    if (mode === MacvlanMode.Passthru) lower.home.changeAddress(lower, address, cause);
    else if (this.#isBusy(link, address)) throw new NetlinkError(Errno.EADDRINUSE);
    else if (link.isUp) {
      lower.taken.add(address);
      lower.taken.remove(link.address);
    }
  }

  changeMtu(link: Link, mtu: number): void {
    if (mtu > this.#stateOf(link).lower.mtu) throw new NetlinkError(Errno.EINVAL);
  }

  lowerChanged(link: Link, lower: Link, change: LowerChange, context: LinkContext): void {
    if (change === 'features') link.tsoMaximumSize = lower.tsoMaximumSize;
    else if (change !== 'address') followLower(link, lower, change, context);
    else if (this.#stateOf(link).mode === MacvlanMode.Passthru) link.address = lower.address;
  }

  dismantle(link: Link, links: LinkTable): readonly Link[] {
    return leaveLower(link, this.#stateOf(link).lower, links);
  }

  #siblings(lower: Link): Link[] {
    return [...lower.uppers].filter((one) => this.#states.get(one)?.lower === lower);
  }

  /** Whether the link below or a sibling that is up has the address. */
  #isBusy(link: Link, address: Uint8Array): boolean {
    const { lower } = this.#stateOf(link);
    return (
      equalBytes(lower.address, address) ||
      this.#siblings(lower).some((one) => one !== link && one.isUp && equalBytes(one.address, address))
    );
  }

  #stateOf(link: Link): Macvlan {
    const state = this.#states.get(link);
    if (state === undefined) throw new Error(`${link.name} is no macvlan`);
    return state;
  }
}

function changeSources(state: Macvlan, { sourceChange, source, sources }: Data): void {
  if (state.mode !== MacvlanMode.Source) throw new NetlinkError(Errno.EINVAL);
  const others = state.sources.filter((one) => source === undefined || !equalBytes(one, source));
  switch (sourceChange) {
    case SourceChange.Add:
    case SourceChange.Delete:
      if (source === undefined) throw new NetlinkError(Errno.EINVAL);
      state.sources = sourceChange === SourceChange.Add ? [...others, source.slice()] : others;
      return;
    case SourceChange.Flush:
      state.sources = [];
      return;
    case SourceChange.Set:
      state.sources = [...(source === undefined ? [] : [source]), ...(sources?.address ?? [])].map((one) =>
        one.slice(),
      );
  }
}
