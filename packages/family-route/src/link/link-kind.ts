import type { AttributeSet, Cause } from '@nlspace/core';
import type { Link, LinkTraits } from './link.js';
import type { LinkTable } from './link-table.js';

/** What a request says about a link that is to be made. What is left out, the kind decides. */
export interface LinkParameters {
  readonly name?: string;
  readonly index?: number;
  readonly mtu?: number;
  readonly address?: Uint8Array;
  readonly broadcast?: Uint8Array;
  readonly transmitQueueLength?: number;
  readonly transmitQueues?: number;
  readonly receiveQueues?: number;
  readonly group?: number;
  readonly mode?: number;
  readonly operationalState?: number;
  readonly gsoMaximumSize?: number;
  readonly gsoMaximumSegments?: number;
  readonly groMaximumSize?: number;
  readonly flags?: number;
  readonly flagsMask?: number;
  readonly alias?: string;
  /** Index of the master to join once it is made (IFLA_MASTER). */
  readonly master?: number;
  /** Whether there is IFLA_INFO_DATA at all. @default true */
  readonly hasData?: boolean;
  /** Index of the link that it is stacked on (IFLA_LINK). */
  readonly link?: number;
}

/** The attributes of a link message that name a namespace. */
export interface NamespaceDescription {
  readonly namespacePid?: number;
  readonly namespaceFd?: number;
  readonly targetNamespaceId?: number;
}

/** What a hook works with. */
export interface LinkContext {
  readonly links: LinkTable;
  readonly cause: Cause;
}

/** IFLA_INFO_DATA or IFLA_INFO_SLAVE_DATA, decoded by the kind's own attribute set; empty when absent. */
// biome-ignore lint/suspicious/noExplicitAny: typed by the kind's attribute set
export type LinkData = any;

/** A request to make a link, as its kind sees it. */
export interface LinkCreation extends LinkContext {
  /** The links of the namespace that a description of a companion names; those that the request came from if none. */
  companionLinks(description: NamespaceDescription): LinkTable;
  /** Where the link below is: the links that the request came from, or those that it names (IFLA_LINK_NETNSID). */
  readonly lowerLinks: LinkTable;
  readonly parameters: LinkParameters;
  readonly data: LinkData;
}

/** What a link tells those that are stacked on it; `moved` is to another namespace, and no port of a master is. */
export type LowerChange =
  | 'up'
  | 'down'
  | 'state'
  | 'mtu'
  | 'address'
  | 'features'
  | 'renamed'
  | 'removed'
  | 'moved';

/** What a link kind is: a class of its own file, registered by name. All hooks may be left out. */
export interface LinkBehaviour {
  readonly traits: LinkTraits;
  /** IFLA_INFO_DATA. A kind without takes none. */
  readonly data?: AttributeSet;
  /** False for links that only the network itself makes: they cannot be deleted either. @default true */
  readonly isCreatable?: boolean;
  /** Whether its links hear of a link below after addresses and routes have. @default false */
  readonly isToldLate?: boolean;
  /** Links of this kind can be masters of others. */
  readonly ports?: LinkPorts;
  /** What the links below it receive comes to this one and to no other kind. @default false */
  readonly takesPackets?: boolean;
  /** What links of this kind receive cannot be taken by another (IFF_NO_RX_HANDLER). @default false */
  readonly keepsPackets?: boolean;
  /** Links of this kind have no VLANs (NETIF_F_VLAN_CHALLENGED). @default false */
  readonly refusesVlans?: boolean;

  /** Refuses a request before anything is made or changed. */
  validate?(parameters: LinkParameters, data: LinkData): void;
  /** Makes the link, with its companions. @default registers one link */
  create?(creation: LinkCreation): Link;
  /** Applies `ip link set … type K …`. @default EOPNOTSUPP */
  change?(link: Link, data: LinkData, context: LinkContext): void;
  /** IFLA_INFO_DATA of messages about the link. @default none */
  describe?(link: Link): LinkData;
  /** The link goes up or down: the place to set carriers. `up` may refuse. */
  up?(link: Link, links: LinkTable): void;
  down?(link: Link, links: LinkTable): void;
  /** A request sets the carrier (IFLA_CARRIER). @default EOPNOTSUPP */
  changeCarrier?(link: Link, hasCarrier: boolean, context: LinkContext): void;
  /** A request protects the link from being used (IFLA_PROTO_DOWN). @default EOPNOTSUPP */
  readonly canBeProtocolDown?: boolean;
  /** Links of this kind can take some addresses without taking every packet (IFF_UNICAST_FLT). @default false */
  readonly filtersAddresses?: boolean;
  /** Whether a link keeps the address that it was made with. @default false */
  readonly hasFixedAddress?: boolean;
  /**
   * Refuses an address or an MTU, or does what comes with it; the link still has its old one. An address can be taken
   * without a word and without effect, too: then `false` is returned.
   */
  changeAddress?(link: Link, address: Uint8Array, context: LinkContext): boolean | void;
  changeMtu?(link: Link, mtu: number, context: LinkContext): void;
  /** Bytes that a bridge wants to be free before packets which come from this port (`ndo_set_rx_headroom`). */
  provideRoom?(link: Link, headroom: number): void;
  /** Something happened to a link that this one is stacked on. */
  lowerChanged?(link: Link, lower: Link, change: LowerChange, context: LinkContext): void;
  /** Links that cannot have an IP address of this one, itself among them. @default none */
  ipRivals?(link: Link): Iterable<Link>;
  /** The links that go together with this one, itself first. Also the place to let go of companions. */
  dismantle?(link: Link, links: LinkTable): readonly Link[];
}

/** A kind whose links take others as ports: `ip link set v0 master br0`. */
export interface LinkPorts {
  /** IFLA_INFO_SLAVE_DATA. */
  readonly data?: AttributeSet;
  /** Makes a link a port, or refuses it. Calls `links.join(port, master)` when it is sure. */
  enslave(master: Link, port: Link, context: LinkContext): void;
  /** Lets a port go. Calls `links.leave(port, master)`. */
  release(master: Link, port: Link, context: LinkContext): void;
  /** Applies `ip link set … type K_slave …`. @default EOPNOTSUPP */
  change?(master: Link, port: Link, data: LinkData, context: LinkContext): void;
  /** IFLA_INFO_SLAVE_DATA of messages about the port. @default none */
  describe?(master: Link, port: Link): LinkData;
}

const KIND = Symbol.for('nlspace:link-kind');

export type LinkKindClass = new () => LinkBehaviour;

/** Marks a class as a link kind (IFLA_INFO_KIND). A network knows the kinds it was given; nothing is global. */
export function LinkKind(name: string) {
  return (target: LinkKindClass): void => {
    Object.defineProperty(target, KIND, { value: name });
  };
}

/** The kind's name, or undefined for what is not a class decorated with `@LinkKind`. */
export function findLinkKindName(target: unknown): string | undefined {
  return typeof target === 'function' ? (target as { [KIND]?: string })[KIND] : undefined;
}

/** @throws {TypeError} when the class is not decorated. */
export function linkKindName(target: LinkKindClass): string {
  const name = findLinkKindName(target);
  if (name === undefined)
    throw new TypeError(`${target.name} is not a link kind; decorate it with @LinkKind('…')`);
  return name;
}
