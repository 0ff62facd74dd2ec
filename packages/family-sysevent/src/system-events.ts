import {
  AddressFamily,
  type InterfaceAddress,
  type Link,
  type LinkChangedEvent,
  LinkFlag,
  LinkType,
  type Network,
  type NetworkEvent,
} from '@nlspace/family-route';
import ipaddr from 'ipaddr.js';

/** The systems that something happens to here, as FreeBSD's `devctl` calls them. */
export const SYSTEMS = ['ETHERNET', 'IFNET'] as const;
export type SystemName = (typeof SYSTEMS)[number];

/** What `devd` would be told. */
export interface SystemEvent {
  readonly system: SystemName;
  /** The name of the link. */
  readonly subsystem: string;
  readonly type: string;
  readonly data?: string;
}

/**
 * Makes system events of network events. A network says that something has changed; whether it is new, or has begun or ceased
 * to work, is seen by what was known before.
 */
export class SystemEvents {
  /** Whether each link works: is up and has a carrier. */
  readonly #links = new WeakMap<Link, boolean>();
  readonly #addresses = new WeakSet<InterfaceAddress>();

  /** What is in the network already is not told. */
  constructor(
    network: Network,
    private readonly tell: (event: SystemEvent) => void,
  ) {
    for (const link of network.links.all()) this.#links.set(link, works(link));
    for (const family of [AddressFamily.Inet, AddressFamily.Inet6] as const)
      for (const address of network.addresses.all(family)) this.#addresses.add(address);
  }

  hear(event: NetworkEvent): void {
    switch (event.type) {
      case 'link-changed':
        this.#linkChanged(event);
        break;
      case 'link-removed':
        if (this.#links.delete(event.link)) this.tell(about(event.link, 'DETACH'));
        break;
      case 'address-changed':
        if (this.#addresses.has(event.address)) break;
        this.#addresses.add(event.address);
        this.tell(aboutAddress(event.address, 'ADDR_ADD'));
        break;
      case 'address-removed':
        if (this.#addresses.delete(event.address)) this.tell(aboutAddress(event.address, 'ADDR_DEL'));
        break;
    }
  }

  #linkChanged({ link, formerName }: LinkChangedEvent): void {
    const worked = this.#links.get(link);
    const isWorking = works(link);
    this.#links.set(link, isWorking);
    if (worked === undefined) {
      this.tell(about(link, 'ATTACH'));
      if (link.traits.type === LinkType.Ethernet)
        this.tell({ system: 'ETHERNET', subsystem: link.name, type: 'IFATTACH' });
    } else if (formerName !== undefined)
      this.tell({ ...about(link, 'RENAME'), subsystem: formerName, data: `name=${link.name}` });
    if ((worked ?? false) !== isWorking) this.tell(about(link, isWorking ? 'LINK_UP' : 'LINK_DOWN'));
  }
}

function works({ flags }: Link): boolean {
  return (flags & LinkFlag.LowerUp) !== 0;
}

function about({ name }: Link, type: string): SystemEvent {
  return { system: 'IFNET', subsystem: name, type };
}

function aboutAddress({ link, local }: InterfaceAddress, type: string): SystemEvent {
  return { ...about(link, type), data: `address=${ipaddr.fromByteArray([...local]).toString()}` };
}
