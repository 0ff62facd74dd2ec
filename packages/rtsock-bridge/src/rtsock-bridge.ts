import { MESSAGE_HEADER_SIZE, MessageFlag } from '@nlspace/core';
import {
  AddressFamily,
  type InterfaceAddress,
  type Link,
  type LinkChangedEvent,
  type MulticastEvent,
  type NeighbourEvent,
  type Network,
  type NetworkEvent,
  RouteDescription,
  type RouteEvent,
  type RouteReason,
} from '@nlspace/family-route';
import { dump } from './dump/dump.js';
import type { DumpQuery } from './dump/dump-query.js';
import { NeighbourNews } from './neighbour/neighbour-news.js';
import { interfaceFlags, linkState } from './network/interface.js';
import {
  ADDRESS_HAS_ROUTE,
  addressMessage,
  announcementMessage,
  interfaceMessage,
  multicastMessage,
} from './network/messages.js';
import { handleRequest } from './request/handle-request.js';
import { RouteChanges } from './request/route-changes.js';
import { hasRoute } from './rib/address-route.js';
import { fibOfTable } from './rib/fib-number.js';
import { maskedTo, Rib } from './rib/rib.js';
import type { RibChange } from './rib/rib-entry.js';
import { changeMessage } from './rib/route-messages.js';
import type { RoutingSocket, RoutingSocketOptions } from './socket/routing-socket.js';
import { type Audience, RoutingSockets } from './socket/routing-sockets.js';
import { encodeMessage, type RtsockMessage } from './wire/message.js';
import { Announcement, BsdFamily, InterfaceFlag, RtsockFlag, RtsockType } from './wire/numbers.js';

export interface RtsockBridgeOptions {
  /** Told of what should not happen; the request gets EIO. @default thrown away */
  readonly onDefect?: (error: unknown) => void;
}

/** Why a route has come or gone when routing sockets hear of it. Beside that they hear of the prefixes of addresses. */
const TOLD_REASONS: ReadonlySet<RouteReason> = new Set(['request', 'kernel', 'expiry', 'nexthop']);

/** A message that has not been sent yet. */
interface Held {
  readonly message: RtsockMessage;
  readonly audience: Audience;
  /** Of the prefix of an address. */
  readonly change?: RibChange;
}

/** What was last told of an interface. */
interface ToldInterface {
  readonly flags: number;
  readonly linkState: number;
  readonly mtu: number;
}

/**
 * BSD routing sockets on a network, whoever else changes it. What happens to the network is told to the sockets; what
 * they ask for happens to the network, which tells everybody else.
 *
 * Nothing goes in circles, and nothing needs a mark: a request takes what it has changed for its own answer, instead of
 * letting it be told, and telling never changes anything.
 */
export class RtsockBridge {
  readonly #sockets: RoutingSockets;
  readonly #rib: Rib;
  readonly #interfaces = new WeakMap<Link, ToldInterface>();
  readonly #addresses = new WeakSet<InterfaceAddress>();
  readonly #changes: RouteChanges;
  readonly #neighbours: NeighbourNews;
  readonly #unsubscribe: () => void;
  readonly #onDefect: (error: unknown) => void;
  readonly #route = new RouteDescription();
  /** Takes what a request changes, while one is being done. */
  #collected: RibChange[] | undefined;
  /** Prefixes of addresses that have come or gone, and wait for the address, which is told first. */
  #held: Held[] = [];
  /** Interfaces that have gone down and wait until what goes with them has been told. */
  #late: Held[] = [];
  /** What links listen to that have not been told of yet. */
  readonly #early = new WeakMap<Link, MulticastEvent[]>();
  #isFlushScheduled = false;
  #areObjectsSuspect = false;

  /** What is in the network already is known, and not told. */
  constructor(
    private readonly network: Network,
    { onDefect = () => {} }: RtsockBridgeOptions = {},
  ) {
    this.#onDefect = onDefect;
    this.#rib = new Rib(network);
    this.#changes = new RouteChanges(network, this.#rib);
    this.#neighbours = new NeighbourNews(network);
    for (const link of network.links.all()) this.#interfaces.set(link, toldOf(link));
    for (const family of [AddressFamily.Inet, AddressFamily.Inet6] as const)
      for (const address of network.addresses.all(family)) this.#addresses.add(address);
    this.#sockets = new RoutingSockets((socket, request) => this.#request(socket, request));
    this.#unsubscribe = network.events.subscribe((event) => this.#hear(event));
  }

  /** socket(PF_ROUTE, SOCK_RAW, protocol) */
  open(options: RoutingSocketOptions = {}): RoutingSocket {
    return this.#sockets.open(options);
  }

  /**
   * sysctl(3) below `net.route`: the records, one after the other. To be read before anything changes.
   *
   * @throws {RtsockError} EINVAL, EAFNOSUPPORT, EOPNOTSUPP
   */
  dump(query: DumpQuery): Uint8Array[] {
    this.#settle();
    return [...dump(this.network, this.#rib, query)];
  }

  /** Takes it off the network, which knows nothing of it, and closes the sockets. */
  dispose(): void {
    this.#settle();
    this.#unsubscribe();
    this.#sockets.close();
  }

  #request(socket: RoutingSocket, request: Uint8Array): ReturnType<typeof handleRequest> {
    this.#settle();
    const { network } = this;
    return handleRequest(
      {
        network,
        rib: this.#rib,
        changes: this.#changes,
        collect: (action) => this.#collect(action),
        onDefect: this.#onDefect,
      },
      socket,
      request,
    );
  }

  #collect(action: () => void): readonly RibChange[] {
    const collected: RibChange[] = [];
    this.#collected = collected;
    try {
      action();
    } finally {
      this.#collected = undefined;
    }
    return collected;
  }

  #hear(event: NetworkEvent): void {
    switch (event.type) {
      case 'route-changed':
      case 'route-removed':
        this.#routeChanged(event);
        break;
      case 'routes-updated':
        for (const message of event.messages()) {
          const prefix = this.#rib.prefixOf(this.#read(message));
          if (prefix !== undefined) this.#tellRoutes(this.#rib.refresh(prefix, undefined, true));
        }
        break;
      case 'link-changed':
        this.#linkChanged(event);
        break;
      case 'link-removed':
        this.#flush();
        this.#tell(announcementMessage(event.link, Announcement.Departure));
        this.#interfaces.delete(event.link);
        this.#suspectObjects();
        break;
      case 'address-changed':
        this.#addressChanged(event.address);
        break;
      case 'address-removed':
        this.#addressRemoved(event.address);
        break;
      case 'multicast-joined':
        this.#tellOfMulticast(event, RtsockType.NewMulticastAddress);
        break;
      case 'multicast-left':
        this.#tellOfMulticast(event, RtsockType.DeleteMulticastAddress);
        break;
      case 'neighbour-changed':
      case 'neighbour-removed':
        this.#neighbourChanged(event);
        break;
      case 'nexthop-changed':
      case 'nexthop-removed':
        this.#suspectObjects();
        break;
      default:
        break;
    }
  }

  #routeChanged(event: RouteEvent): void {
    const route = this.#read(event.copyMessage());
    const prefix = this.#rib.prefixOf(route);
    if (prefix === undefined) return;
    // A leg that has gone has gone already; a route that goes is still there.
    const isLeaving = event.type === 'route-removed' && event.copyWhole === undefined;
    const isReplaced = event.type === 'route-changed' && (event.messageFlags & MessageFlag.Replace) !== 0;
    const changes = this.#rib.refresh(prefix, isLeaving ? route : undefined, isReplaced);
    const isTold = TOLD_REASONS.has(event.reason);
    const isPinned = ({ path }: RibChange): boolean => (path.way.flags & RtsockFlag.Pinned) !== 0;
    this.#tellRoutes(changes.filter((change) => isTold || isPinned(change)));
  }

  #read(message: Uint8Array): RouteDescription {
    this.#route.read(message, MESSAGE_HEADER_SIZE, message.length);
    return this.#route;
  }

  #tellRoutes(changes: readonly RibChange[]): void {
    const told = changes.filter(({ path }) => !path.isOwn || path.isTold);
    if (this.#collected !== undefined) {
      this.#collected.push(...told);
      return;
    }
    if (this.#sockets.isEmpty) return;
    for (const change of told) {
      const { command, prefix, path } = change;
      const { fib, family } = prefix;
      const held = { message: changeMessage(change), audience: { fib, family } };
      const isOfAddress = (path.way.flags & RtsockFlag.Pinned) !== 0;
      // The network tells of IPv6 addresses after their prefix, and of all addresses that go.
      const waits = command === 'delete' || (command === 'add' && family === BsdFamily.Inet6);
      if (isOfAddress && waits) {
        this.#held.push({ ...held, change });
        continue;
      }
      if (command === 'delete') this.#tellHeld();
      else this.#flush();
      this.#send(held);
    }
    this.#scheduleFlush();
  }

  #linkChanged({ link, formerName }: LinkChangedEvent): void {
    const before = this.#interfaces.get(link);
    const now = toldOf(link);
    this.#flush();
    this.#interfaces.set(link, now);
    if (before === undefined) {
      this.#tell(announcementMessage(link, Announcement.Arrival));
      for (const event of this.#early.get(link) ?? [])
        this.#tellOfMulticast(event, RtsockType.NewMulticastAddress);
      this.#early.delete(link);
      return;
    }
    if (formerName !== undefined) {
      this.#tell(announcementMessage(link, Announcement.Departure, formerName));
      this.#tell(announcementMessage(link, Announcement.Arrival));
    }
    const isSame = before.flags === now.flags && before.linkState === now.linkState && before.mtu === now.mtu;
    if (isSame) return;
    const held = { message: interfaceMessage(link, false), audience: EVERYBODY };
    if ((before.flags & ~now.flags & InterfaceFlag.Up) === 0) this.#send(held);
    else this.#late.push(held);
    this.#suspectObjects();
  }

  #addressChanged(address: InterfaceAddress): void {
    if (this.#addresses.has(address)) return;
    this.#addresses.add(address);
    const held = this.#takeHeld(address);
    this.#flush();
    this.#tell(addressMessage(address, RtsockType.NewAddress, 0), audienceOf(address));
    for (const one of held) this.#send(one);
  }

  #addressRemoved(address: InterfaceAddress): void {
    if (!this.#addresses.delete(address)) return;
    const held = this.#takeHeld(address);
    const isGone = held.length > 0 && address.local.length === 4;
    const flags = isGone || hasRoute(this.#rib, address) ? ADDRESS_HAS_ROUTE : 0;
    this.#tell(addressMessage(address, RtsockType.DeleteAddress, flags), audienceOf(address));
    for (const one of held) this.#send(one);
  }

  /** Takes out what waits for an address: the routes of its prefix. */
  #takeHeld({ link, peer, prefixLength }: InterfaceAddress): Held[] {
    const isItsPrefix = ({ change }: Held): boolean =>
      change !== undefined &&
      change.prefix.length === prefixLength &&
      change.path.way.addressInterfaceIndex === link.index &&
      change.prefix.destination.length === peer.length &&
      maskedTo(peer, prefixLength).every((byte, i) => byte === change.prefix.destination[i]);
    const taken = this.#held.filter(isItsPrefix);
    this.#held = this.#held.filter((held) => !isItsPrefix(held));
    return taken;
  }

  #tellOfMulticast(
    event: MulticastEvent,
    type: RtsockType.NewMulticastAddress | RtsockType.DeleteMulticastAddress,
  ): void {
    const { membership } = event;
    const { link, address } = membership;
    if (!this.#interfaces.has(link)) {
      const early = (this.#early.get(link) ?? []).filter((other) => other.membership !== membership);
      this.#early.set(link, type === RtsockType.NewMulticastAddress ? [...early, event] : early);
      return;
    }
    const family = address.length === 4 ? BsdFamily.Inet : BsdFamily.Inet6;
    this.#tell(multicastMessage(membership, type), { family });
  }

  #neighbourChanged(event: NeighbourEvent): void {
    const messages = this.#neighbours.messagesOf(event);
    if (messages.length === 0) return;
    const { link, address } = event.neighbour;
    this.#flush();
    for (const message of messages) this.#tell(message, audienceOf({ link, local: address }));
  }

  /** Nexthop objects can change what routes through them are without an event of the routes. */
  #suspectObjects(): void {
    this.#areObjectsSuspect = true;
    this.#scheduleFlush();
  }

  #tell(message: RtsockMessage, audience: Audience = EVERYBODY): void {
    this.#send({ message, audience });
  }

  #send({ message, audience }: Held): void {
    if (!this.#sockets.isEmpty) this.#sockets.tell(encodeMessage(message), audience);
  }

  #tellHeld(): void {
    const held = this.#held;
    this.#held = [];
    for (const one of held) this.#send(one);
  }

  /** What waits is told at the latest when the network has come to rest. */
  #scheduleFlush(): void {
    const isNeeded = this.#held.length > 0 || this.#late.length > 0 || this.#areObjectsSuspect;
    if (!isNeeded || this.#isFlushScheduled) return;
    this.#isFlushScheduled = true;
    queueMicrotask(() => {
      this.#isFlushScheduled = false;
      this.#settle();
    });
  }

  /** Tells what waits, because something else comes. */
  #flush(): void {
    this.#tellHeld();
    const late = this.#late;
    this.#late = [];
    for (const one of late) this.#send(one);
  }

  /** Nobody changes the network now. */
  #settle(): void {
    this.#flush();
    if (!this.#areObjectsSuspect) return;
    this.#areObjectsSuspect = false;
    this.#tellRoutes(this.#rib.refreshObjects());
  }
}

const EVERYBODY: Audience = { family: BsdFamily.Unspecified };

function audienceOf({ link, local }: { link: Link; local: ArrayLike<unknown> }): Audience {
  const { vrf } = link;
  const fib = vrf?.ownTable === undefined ? 0 : fibOfTable(vrf.ownTable);
  return { family: local.length === 4 ? BsdFamily.Inet : BsdFamily.Inet6, fib };
}

function toldOf(link: Link): ToldInterface {
  return { flags: interfaceFlags(link), linkState: linkState(link), mtu: link.mtu };
}
