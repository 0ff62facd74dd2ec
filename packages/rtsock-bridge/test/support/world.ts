import {
  MessageFlag,
  NetlinkDomain,
  NetlinkProtocol,
  type NetlinkSocket,
  NO_CAUSE,
  readMessages,
} from '@nlspace/core';
import {
  AddressFamily,
  AddressGenerationMode,
  type Link,
  LinkFlag,
  ManualClock,
  Network,
  Nexthop,
  RouteDescription,
  RouteMessageType,
  routeFamily,
} from '@nlspace/family-route';
import ipaddr from 'ipaddr.js';
import {
  BsdErrno,
  decodeMessage,
  messageText,
  type RouteRequestOptions,
  type RoutingSocket,
  type RoutingSocketOptions,
  RtsockBridge,
  routeRequest,
} from '../../src/index.js';

const UP = { flags: LinkFlag.Up, flagsMask: LinkFlag.Up };

export const ROOT = { uid: 0, gid: 0, pid: 1, netAdmin: true };

export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(ipaddr.parse(text).toByteArray());
}

function wordsOf(text: string): Uint32Array {
  const bytes = bytesOf(text);
  const view = new DataView(bytes.buffer);
  return Uint32Array.from({ length: 4 }, (_, i) => (i * 4 < bytes.length ? view.getUint32(i * 4) : 0));
}

/** One way of a route that a test makes: an address, or the index of a link. */
export interface TestWay {
  readonly via?: string;
  readonly interfaceIndex?: number;
  readonly weight?: number;
}

export interface TestRoute {
  readonly destination: string;
  readonly ways?: readonly TestWay[];
  /** @default unicast */
  readonly type?: number;
  readonly table?: number;
  readonly priority?: number;
  readonly nexthopId?: number;
}

/** What a request over netlink would be read as. */
export function describeRoute({
  destination,
  ways = [],
  type = 1,
  table = 254,
  priority = 0,
  nexthopId = 0,
}: TestRoute): RouteDescription {
  const [address = '', length] = destination.split('/');
  const isIpv4 = !address.includes(':');
  const route = new RouteDescription();
  route.addressFamily = isIpv4 ? AddressFamily.Inet : AddressFamily.Inet6;
  route.destination.set(wordsOf(address));
  route.destinationLength = length === undefined ? (isIpv4 ? 32 : 128) : Number(length);
  route.type = type;
  route.table = table;
  route.priority = priority;
  route.protocol = 3;
  route.nexthopId = nexthopId;
  const legs = ways.map(({ via, interfaceIndex = 0, weight = 1 }) => {
    const leg = new Nexthop();
    leg.interfaceIndex = interfaceIndex;
    leg.weight = weight;
    if (via !== undefined) {
      leg.gatewayFamily = route.addressFamily;
      leg.gateway.set(wordsOf(via));
    }
    return leg;
  });
  if (legs.length > 1) route.legs = legs;
  else if (legs[0] !== undefined) route.nexthop.copyFrom(legs[0]);
  route.hasGateway = legs.length === 1 && route.nexthop.gatewayFamily !== 0;
  if (isIpv4 && legs.length > 0 && legs.every(({ gatewayFamily }) => gatewayFamily === 0)) route.scope = 253;
  return route;
}

/** A message of a routing socket as text, without what every route of the same link has. */
export function textOf(message: Uint8Array): string {
  return messageText(decodeMessage(message));
}

/** All that a socket has received. */
export function received(socket: RoutingSocket): string[] {
  const texts: string[] = [];
  for (let message = socket.receive(); message !== undefined; message = socket.receive())
    texts.push(textOf(message));
  return texts;
}

/** A network with a bridge, `lo` and `d0` (10.0.0.1/24, 2001:db8::1/64), with netlink beside it. */
export async function openWorld(): Promise<World> {
  const network = new Network({ clock: new ManualClock() });
  const domain = new NetlinkDomain({ families: [routeFamily(network)] });
  const groups = await domain.open({ protocol: NetlinkProtocol.Route, credentials: ROOT });
  for (const group of [7, 11]) await groups.joinGroup(group);
  const [lo] = network.links.all() as [Link];
  network.links.change(lo, UP, NO_CAUSE);
  const d0 = network.links.create('dummy', { name: 'd0' }, undefined, NO_CAUSE);
  network.links.change(d0, { ...UP, addressGenerationMode: AddressGenerationMode.None }, NO_CAUSE);
  network.addresses.ipv4.put(d0, { local: bytesOf('10.0.0.1'), prefixLength: 24 }, NO_CAUSE);
  const NODAD = 2;
  network.addresses.ipv6.put(d0, { local: bytesOf('2001:db8::1'), prefixLength: 64, flags: NODAD }, NO_CAUSE);
  return new World(network, domain, groups, d0);
}

export class World {
  bridge: RtsockBridge;
  readonly defects: unknown[] = [];

  constructor(
    readonly network: Network,
    readonly domain: NetlinkDomain,
    private readonly groups: NetlinkSocket,
    readonly d0: Link,
  ) {
    this.bridge = this.plugIn();
    this.announced();
  }

  plugIn(): RtsockBridge {
    this.bridge = new RtsockBridge(this.network, { onDefect: (error) => this.defects.push(error) });
    return this.bridge;
  }

  open(options: RoutingSocketOptions = {}): RoutingSocket {
    return this.bridge.open({ pid: 77, receiveBufferBytes: 1 << 20, ...options });
  }

  /** As RTM_NEWROUTE of somebody does. */
  add(route: TestRoute, messageFlags: number = MessageFlag.Create | MessageFlag.Exclusive): void {
    this.network.routes.add(describeRoute(route), messageFlags, { portId: 9, sequence: 8, echo: false });
  }

  replace(route: TestRoute): void {
    this.add(route, MessageFlag.Create | MessageFlag.Replace);
  }

  remove(route: TestRoute): void {
    const description = describeRoute(route);
    description.protocol = 0;
    description.scope = 255;
    if (route.type === undefined) description.type = 0;
    this.network.routes.remove(description, { portId: 9, sequence: 8, echo: false });
  }

  /** The messages that netlink has sent about routes: type, flags, sequence and port ID. */
  announced(): string[] {
    const texts: string[] = [];
    for (let next = this.groups.receive(); next !== undefined; next = this.groups.receive()) {
      for (const { header } of readMessages(next.bytes)) {
        const { type, flags, sequence, portId } = header;
        const name = type === RouteMessageType.NewRoute ? 'new' : 'delete';
        texts.push(`${name} flags ${flags} seq ${sequence} port ${portId}`);
      }
    }
    return texts;
  }
}

/** Asks, and gives the errno as a name. */
export function ask(socket: RoutingSocket, request: RouteRequestOptions): string {
  return BsdErrno[socket.send(routeRequest(request))] as string;
}
