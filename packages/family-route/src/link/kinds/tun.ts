import { attr, defineAttributes, Errno, NetlinkError, NO_CAUSE } from '@nlspace/core';
import type { Link, LinkTraits } from '../link.js';
import { LinkFlag, LinkType } from '../link-flags.js';
import { type LinkBehaviour, type LinkData, LinkKind } from '../link-kind.js';
import type { LinkTable } from '../link-table.js';
import { ETHERNET } from './ethernet.js';

/** `IFLA_TUN_*` in the order in which Linux 6.18 writes them. */
const data = defineAttributes('tun', {
  type: attr.u8(3),
  owner: attr.u32(1),
  group: attr.u32(2),
  packetInformation: attr.u8(4),
  virtualHeader: attr.u8(5),
  persistent: attr.u8(6),
  multiQueue: attr.u8(7),
  queues: attr.u32(8),
  disabledQueues: attr.u32(9),
});
type Data = Parameters<typeof data.encode>[1];

/** IFF_TUN, IFF_TAP */
enum DeviceType {
  Tun = 1,
  Tap = 2,
}

const MOST_QUEUES = 256;

/** Plain Ethernet with a queue for each reader. */
const TAP: LinkTraits = {
  ...ETHERNET,
  maximumMtu: 65_521,
  queueingDiscipline: 'pfifo_fast',
  speedMbps: 10_000,
};

/** Packets without a header. */
const TUN: LinkTraits = {
  ...ETHERNET,
  type: LinkType.None,
  flags: LinkFlag.PointToPoint | LinkFlag.NoArp | LinkFlag.Multicast,
  addressLength: 0,
  transmitQueueLength: 500,
  queueingDiscipline: 'pfifo_fast',
};

export interface TunOptions {
  /** @default tun0 or tap0, or the next that is free */
  readonly name?: string;
  /** Ethernet frames instead of packets. @default false */
  readonly isTap?: boolean;
  /** User and group ID of who may use it. @default anybody */
  readonly owner?: number;
  readonly group?: number;
  /** A header of four bytes comes with each packet. @default false */
  readonly hasPacketInformation?: boolean;
  /** @default false */
  readonly hasVirtualHeader?: boolean;
  /** @default false */
  readonly isMultiQueue?: boolean;
  /** It stays without a program; nobody removes it otherwise. @default true */
  readonly isPersistent?: boolean;
}

/**
 * What a program behind /dev/net/tun reads and writes, without that program: a persistent link that has no carrier. As
 * in the kernel no request makes one.
 */
@LinkKind('tun')
export class TunKind implements LinkBehaviour {
  readonly traits = TUN;
  readonly data = data as never;
  readonly #descriptions = new WeakMap<Link, Data>();

  validate(): void {
    throw new NetlinkError(Errno.EOPNOTSUPP, 'tun/tap creation via rtnetlink is not supported');
  }

  /** What TUNSETIFF, TUNSETOWNER, TUNSETGROUP and TUNSETPERSIST do. */
  add(links: LinkTable, options: TunOptions): Link {
    const { isTap = false, isMultiQueue = false, owner, group } = options;
    const { name = isTap ? 'tap%d' : 'tun%d' } = options;
    const queues = isMultiQueue ? { transmitQueues: MOST_QUEUES, receiveQueues: MOST_QUEUES } : {};
    const traits: LinkTraits = {
      ...(isTap ? TAP : TUN),
      ...queues,
      ...(isMultiQueue ? { queueingDiscipline: 'mq' } : {}),
    };
    const link = links.register('tun', this, { name }, traits);
    this.#descriptions.set(link, {
      type: isTap ? DeviceType.Tap : DeviceType.Tun,
      ...(owner === undefined ? {} : { owner }),
      ...(group === undefined ? {} : { group }),
      packetInformation: Number(options.hasPacketInformation ?? false),
      virtualHeader: Number(options.hasVirtualHeader ?? false),
      persistent: Number(options.isPersistent ?? true),
      multiQueue: Number(isMultiQueue),
      ...(isMultiQueue ? { queues: 0, disabledQueues: 0 } : {}),
    });
    links.configure(link, {}, NO_CAUSE);
    links.setCarrier(link, false);
    links.settle();
    return link;
  }

  /** What a program that is attached may still say. */
  configure(
    link: Link,
    { owner, group, isPersistent }: Pick<TunOptions, 'owner' | 'group' | 'isPersistent'>,
  ): void {
    this.#descriptions.set(link, {
      ...this.#descriptions.get(link),
      ...(owner === undefined ? {} : { owner }),
      ...(group === undefined ? {} : { group }),
      ...(isPersistent === undefined ? {} : { persistent: Number(isPersistent) }),
    });
  }

  describe(link: Link): LinkData {
    return this.#descriptions.get(link);
  }

  /** Packets without a header have no addresses. */
  changeAddress({ traits }: Link): void {
    if (traits.type === LinkType.None) throw new NetlinkError(Errno.EOPNOTSUPP);
  }

  /** Nobody reads, so nobody can say that there is a carrier. */
  changeCarrier(_link: Link, hasCarrier: boolean): void {
    if (hasCarrier) throw new NetlinkError(Errno.EPERM);
  }
}

/**
 * Makes a persistent TUN or TAP link, as `ip tuntap add` does.
 *
 * @throws {NetlinkError} EEXIST when the name is taken.
 */
export function addTun(links: LinkTable, options: TunOptions = {}): Link {
  const kind = links.kind('tun');
  if (!(kind instanceof TunKind)) throw new TypeError('this network has no links of kind tun');
  return kind.add(links, options);
}

/** What a program that is attached to such a link may still change. */
export function configureTun(
  link: Link,
  changes: Pick<TunOptions, 'owner' | 'group' | 'isPersistent'>,
): void {
  const { behaviour } = link;
  if (!(behaviour instanceof TunKind)) throw new TypeError(`${link.name} is no TUN link`);
  behaviour.configure(link, changes);
}

/** Which sort of link it is; undefined for links of other kinds. */
export function tunTraits(
  link: Link,
): { isTap: boolean; isMultiQueue: boolean; isPersistent: boolean } | undefined {
  const { behaviour } = link;
  if (!(behaviour instanceof TunKind)) return undefined;
  const { type, multiQueue, persistent }: Data = behaviour.describe(link);
  return { isTap: type === DeviceType.Tap, isMultiQueue: multiQueue === 1, isPersistent: persistent === 1 };
}
