import { Errno, MessageFlag, type Netlink } from '@nlspace/core';
import { RouteMessageType } from '../route-message-type.js';
import { prefixesEqual } from './address-text.js';
import { ADDRESSES, type AddressSelector, type ListedAddress, type NewAddress } from './addresses.js';
import { LinkIndex } from './link-index.js';
import {
  LINKS,
  type LinkChange,
  type ListedLink,
  type NewLink,
  selectLink,
  writeChange,
  writeNames,
} from './links.js';
import { type ListedNeighbour, NEIGHBOURS, type NeighbourSelector, type NewNeighbour } from './neighbours.js';
import { type ListedNexthop, NEXTHOPS, type NewNexthop } from './nexthops.js';
import { type CallOptions, ObjectClient, ReplaceableObjectClient } from './object-client.js';
import {
  type ListedRoute,
  type LookupOptions,
  type NewRoute,
  ROUTES,
  type RouteFilter,
  type RouteSelector,
  readRoute,
  writeLookup,
} from './routes.js';
import { type ListedRule, type NewRule, RULES, type RuleFilter } from './rules.js';
import { type RouteClientOptions, RouteSockets } from './sockets.js';
import { type NetworkState, readState } from './state/network-state.js';
import { type RestoreOptions, restoreState } from './state/restore.js';
import type { LinkReference } from './translation.js';
import { Watch, type WatchFilters, type WatchOptions } from './watch.js';
import type { ObjectName } from './watched.js';

const EVERYTHING: WatchFilters = {
  links: {},
  addresses: {},
  nexthops: {},
  routes: {},
  neighbours: {},
  rules: {},
};

/** Links: what `ip link` does. */
export class LinkClient extends ObjectClient<'links', NewLink, LinkReference> {
  /** By its name, an alternative name or its index; undefined where there is none. */
  async get(link: LinkReference, { signal }: CallOptions = {}): Promise<ListedLink | undefined> {
    return this.ask(selectLink(link), [Errno.ENODEV], { operation: 'links.get', signal });
  }

  /** Changes only what is said. @throws {NetlinkError} ENODEV where there is none, and whatever else the kernel side says. */
  async change(link: LinkReference, change: LinkChange, { signal }: CallOptions = {}): Promise<void> {
    const options = { operation: 'links.change', signal };
    const resolve = (name: LinkReference) => this.links.indexOf(name, options);
    const body = await writeChange(await resolve(link), change, resolve);
    await this.do(RouteMessageType.NewLink, body, options);
  }

  /** Gives it further names, which may be longer than 15 bytes. @throws {NetlinkError} EEXIST where one is taken. */
  async addNames(link: LinkReference, names: readonly string[], { signal }: CallOptions = {}): Promise<void> {
    const options = {
      operation: 'links.addNames',
      signal,
      flags: MessageFlag.Create | MessageFlag.Exclusive,
    };
    const body = writeNames(await this.links.indexOf(link, options), names);
    await this.do(RouteMessageType.NewLinkProperty, body, options);
  }

  /** @throws {NetlinkError} ENOENT where it has no such name. */
  async removeNames(
    link: LinkReference,
    names: readonly string[],
    { signal }: CallOptions = {},
  ): Promise<void> {
    const options = { operation: 'links.removeNames', signal };
    const body = writeNames(await this.links.indexOf(link, options), names);
    await this.do(RouteMessageType.DeleteLinkProperty, body, options);
  }
}

/** Addresses of links: what `ip address` does. */
export class AddressClient extends ReplaceableObjectClient<'addresses', NewAddress, AddressSelector> {
  /** The first that has this address, with or without its prefix length; undefined where there is none. */
  get(
    address: string,
    { link, ...options }: CallOptions & { readonly link?: LinkReference } = {},
  ): Promise<ListedAddress | undefined> {
    return this.first({ address, ...(link === undefined ? {} : { link }) }, () => true, options);
  }
}

/** Routes: what `ip route` does. */
export class RouteObjectClient extends ReplaceableObjectClient<'routes', NewRoute, RouteSelector> {
  /**
   * The first route to this very prefix in a table, the main one if none is said; undefined where there is none. It is looked
   * for in a list of the table: to find where packets go, use `lookup`.
   */
  get(
    destination: string,
    { table = 'main', ...options }: CallOptions & Pick<RouteFilter, 'table'> = {},
  ): Promise<ListedRoute | undefined> {
    return this.first({ table }, (listed) => prefixesEqual(listed.destination, destination), options);
  }

  /** Adds one more behind those that there are (NLM_F_APPEND). @throws {NetlinkError} */
  async append(given: NewRoute, options: CallOptions = {}): Promise<void> {
    await this.request('append', given, MessageFlag.Create | MessageFlag.Append, options);
  }

  /** How a packet to an address would go. @throws {NetlinkError} ENETUNREACH and others where it would go nowhere. */
  async lookup(
    destination: string,
    { signal, ...lookup }: CallOptions & LookupOptions = {},
  ): Promise<ListedRoute> {
    const options = { operation: 'routes.lookup', signal };
    await this.links.refresh('routes', options);
    const body = await writeLookup(destination, lookup, (link) => this.links.indexOf(link, options));
    const [message] = await this.do(RouteMessageType.GetRoute, body, options);
    return readRoute(message as never, this.links) as ListedRoute;
  }
}

/** Nexthop objects: what `ip nexthop` does. */
export class NexthopClient extends ReplaceableObjectClient<'nexthops', NewNexthop, number> {
  /** Undefined where there is none. */
  get(id: number, { signal }: CallOptions = {}): Promise<ListedNexthop | undefined> {
    return this.ask({ attributes: { id } }, [Errno.ENOENT], { operation: 'nexthops.get', signal });
  }
}

/** Neighbours: what `ip neighbour` does. */
export class NeighbourClient extends ReplaceableObjectClient<'neighbours', NewNeighbour, NeighbourSelector> {
  /** Undefined where there is none. */
  async get(selector: NeighbourSelector, { signal }: CallOptions = {}): Promise<ListedNeighbour | undefined> {
    const options = { operation: 'neighbours.get', signal };
    const body = await NEIGHBOURS.writeSelector(selector, (link) => this.links.indexOf(link, options));
    return this.ask(body, [Errno.ENOENT], options);
  }
}

/** Rules: what `ip rule` does. They cannot be changed, only added and removed. */
export class RuleClient extends ObjectClient<'rules', NewRule, NewRule> {
  /** The first with a priority, of IPv4 if no family is said; undefined where there is none. */
  get(
    priority: number,
    { addressFamily = 'inet', ...options }: CallOptions & Pick<RuleFilter, 'addressFamily'> = {},
  ): Promise<ListedRule | undefined> {
    return this.first({ priority, addressFamily }, () => true, options);
  }
}

/**
 * NETLINK_ROUTE as objects, over any `Netlink`: a domain, a transport, the kernel. Addresses are text, links have names, and
 * what a list gives can be added again. Everything that waits takes a signal; refusals are `NetlinkError`s.
 *
 * @example
 * await using client = await RouteClient.open(netlink);
 * await client.routes.add({ destination: '198.51.100.0/24', gateway: '192.0.2.1' });
 * for await (const { destination, link } of client.routes.list()) console.log(destination, link);
 */
export class RouteClient implements AsyncDisposable {
  readonly links: LinkClient;
  readonly addresses: AddressClient;
  readonly routes: RouteObjectClient;
  readonly nexthops: NexthopClient;
  readonly neighbours: NeighbourClient;
  readonly rules: RuleClient;

  readonly #index: LinkIndex;

  private constructor(private readonly sockets: RouteSockets) {
    const index = new LinkIndex(sockets);
    this.#index = index;
    this.links = new LinkClient(sockets, index, LINKS);
    this.addresses = new AddressClient(sockets, index, ADDRESSES);
    this.routes = new RouteObjectClient(sockets, index, ROUTES);
    this.nexthops = new NexthopClient(sockets, index, NEXTHOPS);
    this.neighbours = new NeighbourClient(sockets, index, NEIGHBOURS);
    this.rules = new RuleClient(sockets, index, RULES);
  }

  static async open(netlink: Netlink, options: RouteClientOptions = {}): Promise<RouteClient> {
    return new RouteClient(await RouteSockets.open(netlink, options));
  }

  /** How a packet to an address would go. @throws {NetlinkError} ENETUNREACH and others where it would go nowhere. */
  lookup(destination: string, options?: CallOptions & LookupOptions): Promise<ListedRoute> {
    return this.routes.lookup(destination, options);
  }

  /**
   * Follows several kinds of objects in one order: a snapshot of each, then every change. By default everything.
   *
   * @example
   * for await (const change of client.watch({ links: {}, routes: { table: 'main' } })) console.log(change.of, change.type);
   */
  watch<K extends ObjectName = ObjectName>(
    filters: { readonly [P in K]: WatchFilters[P] } = EVERYTHING as never,
    options: WatchOptions = {},
  ): Watch<K> {
    return new Watch(this.sockets, this.#index, filters, options);
  }

  /** All that there is, with the messages that tell of it: to be kept in a file, compared, or restored elsewhere. */
  save({ signal }: CallOptions = {}): Promise<NetworkState> {
    return readState(this.sockets, signal);
  }

  /** Makes the network as a state says, as far as that goes; `report` is told what is not as it was. */
  restore(state: NetworkState, options: RestoreOptions = {}): Promise<void> {
    return restoreState(this, state, options);
  }

  /** Ends everything that is under way. Idempotent. */
  close(): void {
    this.sockets.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}
