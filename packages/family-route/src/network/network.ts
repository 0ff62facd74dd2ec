import { type Cause, FIRST_NAMESPACE, type NamespaceId, NO_CAUSE, seededRandom } from '@nlspace/core';
import { AddressTable } from '../address/address-table.js';
import { BondKind } from '../link/kinds/bond/bond-kind.js';
import { BridgeKind } from '../link/kinds/bridge/bridge-kind.js';
import { DummyKind } from '../link/kinds/dummy.js';
import { IfbKind } from '../link/kinds/ifb.js';
import { IpvlanKind } from '../link/kinds/ipvlan.js';
import { LoopbackKind } from '../link/kinds/loopback.js';
import { MacvlanKind } from '../link/kinds/macvlan.js';
import { TunKind } from '../link/kinds/tun.js';
import { GreKind, GretapKind } from '../link/kinds/tunnel/gre.js';
import { Ip6greKind } from '../link/kinds/tunnel/ip6gre.js';
import { Ip6tnlKind } from '../link/kinds/tunnel/ip6tnl.js';
import { IpipKind } from '../link/kinds/tunnel/ipip.js';
import { SitKind } from '../link/kinds/tunnel/sit.js';
import { VtiKind } from '../link/kinds/tunnel/vti.js';
import { VethKind } from '../link/kinds/veth.js';
import { VlanKind } from '../link/kinds/vlan.js';
import { VrfKind } from '../link/kinds/vrf.js';
import { VxlanKind } from '../link/kinds/vxlan.js';
import type { LinkKindClass } from '../link/link-kind.js';
import { LinkTable } from '../link/link-table.js';
import { LinkWorld } from '../link/link-world.js';
import { NamespaceIds } from '../namespace/namespace-ids.js';
import { NetworkNamespaces } from '../namespace/network-namespaces.js';
import { NeighbourTables } from '../neighbour/neighbour-tables.js';
import { NexthopStore } from '../nexthop/nexthop-store.js';
import { NexthopTable } from '../nexthop/nexthop-table.js';
import { LINUX_NETWORK, type NetworkProfile } from '../profile/network-profile.js';
import { RouteTables } from '../route/route-tables.js';
import { RuleTables } from '../rule/rule-tables.js';
import { type Clock, systemClock } from './clock.js';
import { isZero } from './ip-bytes.js';
import { randomMacAddresses } from './mac-addresses.js';
import { type NetworkEvent, NetworkEvents } from './network-events.js';
import { unpackBytes } from './packed-bytes.js';

export interface NetworkOptions {
  /** @default the clock of this process */
  readonly clock?: Clock;
  /** Numbers in [0, 1): MAC addresses, delays. @default seeded: the same in every network */
  readonly random?: () => number;
  /** The address of the next Ethernet-like link that asks for none. @default random ones */
  readonly macAddress?: () => Uint8Array;
  /**
   * The network that a machine begins with: only there do the thresholds and defaults of neighbour tables change.
   * @default false
   */
  readonly isInitial?: boolean;
  /** What it tells, refuses and lets follow, where systems part. @default Linux */
  readonly profile?: NetworkProfile;
  /** Link kinds beside `loopback`, which every network has. @default `DEFAULT_LINK_KINDS` */
  readonly kinds?: readonly LinkKindClass[];
}

/** The link kinds of a network that is not told otherwise. */
export const DEFAULT_LINK_KINDS: readonly LinkKindClass[] = [
  DummyKind,
  VethKind,
  BridgeKind,
  MacvlanKind,
  IfbKind,
  VlanKind,
  VxlanKind,
  TunKind,
  IpipKind,
  GreKind,
  GretapKind,
  SitKind,
  VtiKind,
  Ip6tnlKind,
  Ip6greKind,
  VrfKind,
  IpvlanKind,
  BondKind,
];

/** NETNSA_NSID_NOT_ASSIGNED: what a namespace is called that is on its way out. */
const NO_NAMESPACE = -1;

/**
 * What a network namespace holds: links, addresses, routes, nexthops, rules and neighbours, with everything that follows from a
 * change. It knows no wire format; whoever changes it, the events tell.
 */
export class Network {
  readonly events = new NetworkEvents();
  readonly clock: Clock;
  readonly links: LinkTable;
  /** For the networks of other namespaces. */
  readonly linkWorld: LinkWorld;
  readonly addresses: AddressTable;
  readonly routes: RouteTables;
  readonly rules: RuleTables;
  /** All networks of this world, this one among them. */
  readonly namespaces: NetworkNamespaces;
  /** What this network calls the others. */
  readonly namespaceIds = new NamespaceIds();
  readonly nexthops: NexthopTable;
  readonly neighbours: NeighbourTables;
  readonly isInitial: boolean;
  readonly profile: NetworkProfile;

  /** Begins as a fresh namespace: with `lo`, which is down. */
  constructor(
    options: NetworkOptions = {},
    readonly namespace: NamespaceId = FIRST_NAMESPACE,
    namespaces?: NetworkNamespaces,
  ) {
    const random = options.random ?? seededRandom(2);
    // From a stream of their own, so that addresses do not depend on what else leaves something to chance.
    const macAddress = options.macAddress ?? randomMacAddresses(options.random ?? seededRandom(1));
    // Others begin alike, but draw on: no two links of a world get the same address.
    this.namespaces =
      namespaces ??
      new NetworkNamespaces(
        this,
        (id) => new Network({ ...options, isInitial: false, random, macAddress }, id, this.namespaces),
      );
    const { events } = this;
    this.isInitial = options.isInitial ?? false;
    this.profile = options.profile ?? LINUX_NETWORK;
    this.clock = options.clock ?? systemClock;
    const world =
      namespaces === undefined
        ? new LinkWorld([LoopbackKind, ...(options.kinds ?? DEFAULT_LINK_KINDS)])
        : namespaces.get(FIRST_NAMESPACE).linkWorld;
    this.linkWorld = world;
    const store = new NexthopStore();
    this.links = new LinkTable({
      events,
      clock: this.clock,
      macAddress,
      world,
      namespaceNumber: (home) => {
        const id = this.namespaces.ofLinks(home);
        return id === undefined ? NO_NAMESPACE : this.namespaceNumber(id);
      },
      isNexthop: (nexthop) => store.byId(nexthop.id) === nexthop,
      outputInterface: (destination, source, wanted) => {
        // IPv4 sends nothing from an address that the host has not got.
        const isForeign = source.length === 4 && !isZero(source) && !this.addresses.ipv4.own.has(source);
        return isForeign ? undefined : this.routes.outputInterface(destination, wanted);
      },
    });
    const { links, clock } = this;
    const addresses = () => this.addresses;
    // Routes, rules and addresses need each other; by the time that one asks, all are there.
    this.rules = new RuleTables({
      links,
      tables: {
        createTable: (family, id) => this.routes.createTable(family, id),
        unusedTable: () => this.routes.unusedTable(),
      },
      emit: (event) => events.emit(event),
    });
    const environment = {
      links,
      clock,
      get addresses() {
        return addresses();
      },
      emit: (event: NetworkEvent) => events.emit(event),
    };
    this.routes = new RouteTables(environment, store, this.rules);
    // Before the addresses: what a link takes along begins with its nexthops.
    this.nexthops = new NexthopTable(store, this.routes, { links, clock, events, profile: this.profile });
    this.neighbours = new NeighbourTables({
      clock,
      random,
      emit: (event) => events.emit(event),
      ipv4Type: (link, address) => this.routes.ipv4AddressType(unpackBytes(address), link.index),
    });
    const { routes, neighbours } = this;
    this.addresses = new AddressTable(links, { events, random, clock, routes, neighbours });
    links.observe({ tableGiven: (_vrf, table) => routes.createTables(table) });
    links.observe(neighbours);
    links.observe(this.rules);
    links.addLoopback();
  }

  /**
   * Gives another namespace a number in this network, and says so.
   *
   * @throws {NetlinkError} EEXIST when it has one, or when the wanted one is taken.
   */
  numberNamespace(id: NamespaceId, cause: Cause, wanted?: number): number {
    const number = this.namespaceIds.assign(id, wanted);
    this.events.emit({ type: 'namespace-numbered', id, number, cause });
    return number;
  }

  /** The number of a namespace; one that has none yet gets the lowest that is free. */
  namespaceNumber(id: NamespaceId): number {
    return this.namespaceIds.numberOf(id) ?? this.numberNamespace(id, NO_CAUSE);
  }

  /** For `NetworkNamespaces`: the other namespace is gone. */
  forgetNamespace(id: NamespaceId): void {
    const number = this.namespaceIds.withdraw(id);
    if (number !== undefined) this.events.emit({ type: 'namespace-forgotten', id, number, cause: NO_CAUSE });
  }

  /** For `NetworkNamespaces`: this namespace is gone, and its links with it. */
  dismantle(): void {
    for (const [, { links }] of this.namespaces.all())
      links.remove(
        links.all().filter(({ workplace }) => workplace === this.links),
        NO_CAUSE,
      );
    this.links.remove(
      this.links.all().filter(({ behaviour }) => behaviour.isCreatable !== false),
      NO_CAUSE,
    );
  }
}
