import { seededRandom } from '@nlspace/core';
import { AddressTable } from '../address/address-table.js';
import { DummyKind } from '../link/kinds/dummy.js';
import { LoopbackKind } from '../link/kinds/loopback.js';
import { VethKind } from '../link/kinds/veth.js';
import type { LinkKindClass } from '../link/link-kind.js';
import { LinkTable } from '../link/link-table.js';
import { RouteTables } from '../route/route-tables.js';
import { type Clock, systemClock } from './clock.js';
import { randomMacAddresses } from './mac-addresses.js';
import { NetworkEvents } from './network-events.js';

export interface NetworkOptions {
  /** @default the clock of this process */
  readonly clock?: Clock;
  /** Numbers in [0, 1): MAC addresses, delays. @default seeded: the same in every network */
  readonly random?: () => number;
  /** The address of the next Ethernet-like link that asks for none. @default random ones */
  readonly macAddress?: () => Uint8Array;
  /** Link kinds beside `loopback`, which every network has. @default dummy, veth */
  readonly kinds?: readonly LinkKindClass[];
}

/** The link kinds of a network that is not told otherwise. */
export const DEFAULT_LINK_KINDS: readonly LinkKindClass[] = [DummyKind, VethKind];

/**
 * What a network namespace holds: links, addresses and routes, with everything that follows from a change. It knows no
 * wire format; whoever changes it, the events tell.
 */
export class Network {
  readonly events = new NetworkEvents();
  readonly clock: Clock;
  readonly links: LinkTable;
  readonly addresses: AddressTable;
  readonly routes: RouteTables;

  /** Begins as a fresh namespace: with `lo`, which is down. */
  constructor(options: NetworkOptions = {}) {
    const random = options.random ?? seededRandom(1);
    const { events } = this;
    this.clock = options.clock ?? systemClock;
    this.links = new LinkTable([LoopbackKind, ...(options.kinds ?? DEFAULT_LINK_KINDS)], {
      events,
      macAddress: options.macAddress ?? randomMacAddresses(random),
    });
    const { links, clock } = this;
    const addresses = () => this.addresses;
    this.routes = new RouteTables({
      links,
      clock,
      // Routes and addresses need each other; by the time that routing asks, both are there.
      get addresses() {
        return addresses();
      },
      emit: (event) => events.emit(event),
    });
    this.addresses = new AddressTable(links, { events, random, clock, routes: this.routes });
    links.addLoopback();
  }
}
