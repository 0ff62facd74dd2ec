import {
  ClientSocket,
  decodeMessage,
  FREEBSD_SOCKETS,
  LINUX_SOCKETS,
  MessageFlag,
  NetlinkDomain,
  NetlinkProtocol,
  type NetlinkSocket,
  readMessages,
} from '@nlspace/core';
import {
  address,
  FREEBSD_NETWORK,
  LINUX_NETWORK,
  link,
  ManualClock,
  Network,
  type NetworkProfile,
  neighbour,
  nexthop,
  nexthopDeletion,
  ROUTE_GROUPS,
  RouteMessageType,
  route,
  routeFamily,
} from '../../src/index.js';

const { Create, Exclusive } = MessageFlag;
const UP = 1;
const SOCKETS = { linux: LINUX_SOCKETS, freebsd: FREEBSD_SOCKETS };
export const NETWORKS = { linux: LINUX_NETWORK, freebsd: FREEBSD_NETWORK };
export type SystemName = keyof typeof NETWORKS;

const INET = 2;
const INET6 = 10;
const ADD = Create | Exclusive;

const SCHEMAS = new Map<number, unknown>([
  [RouteMessageType.NewLink, link],
  [RouteMessageType.NewAddress, address],
  [RouteMessageType.NewRoute, route],
]);

/** A leg of a multipath route, without a weight: `via` an address on a link. */
export interface Leg {
  readonly via: string;
  readonly on: number;
}

export interface RouteParts {
  readonly via?: string;
  readonly on?: number;
  readonly legs?: readonly Leg[];
  readonly nexthopId?: number;
  readonly preferredSource?: string;
  readonly expires?: number;
}

/** A network of one system, somebody who asks for changes, and a subscriber to every group. */
export class ProfileWorld {
  private constructor(
    readonly network: Network,
    readonly clock: ManualClock,
    readonly client: ClientSocket,
    readonly domain: NetlinkDomain,
    private readonly subscriber: NetlinkSocket,
  ) {}

  /** With `lo` up, and a link `d0` (2), up, that has 192.0.2.1/24 and 2001:db8::1/64. Nothing of that is told. */
  static async open(name: SystemName, changes: Partial<NetworkProfile> = {}): Promise<ProfileWorld> {
    const clock = new ManualClock();
    const network = new Network({ clock, profile: { ...NETWORKS[name], ...changes } });
    const domain = new NetlinkDomain({ families: [routeFamily(network)], sockets: SOCKETS[name] });
    const client = await ClientSocket.open(domain, {
      protocol: NetlinkProtocol.Route,
      catalog: SCHEMAS as never,
    });
    const subscriber = await domain.open({ protocol: NetlinkProtocol.Route });
    const world = new ProfileWorld(network, clock, client, domain, subscriber);
    await world.setUp(1);
    await world.addLink('d0');
    await world.setUp(2);
    await world.addAddress('192.0.2.1/24', 2);
    await world.addAddress('2001:db8::1/64', 2);
    clock.advance(10_000);
    for (const group of Object.values(ROUTE_GROUPS)) await subscriber.joinGroup(group);
    return world;
  }

  async addLink(name: string, attributes: { alias?: string; mtu?: number } = {}) {
    await this.client.do(
      RouteMessageType.NewLink,
      link,
      { header: {}, attributes: { name, information: { kind: 'dummy' }, ...attributes } },
      { flags: ADD },
    );
  }

  async changeLink(index: number, header: { flags?: number; changedFlags?: number }, name?: string) {
    await this.client.do(RouteMessageType.NewLink, link, {
      header: { interfaceIndex: index, ...header },
      attributes: name === undefined ? {} : { name },
    });
  }

  setUp(index: number): Promise<void> {
    return this.changeLink(index, { flags: UP, changedFlags: UP });
  }

  setDown(index: number): Promise<void> {
    return this.changeLink(index, { flags: 0, changedFlags: UP });
  }

  async deleteLink(index: number) {
    await this.client.do(RouteMessageType.DeleteLink, link, {
      header: { interfaceIndex: index },
      attributes: {},
    });
  }

  addAddress(prefix: string, on: number): Promise<void> {
    return this.#address(RouteMessageType.NewAddress, prefix, on, ADD);
  }

  deleteAddress(prefix: string, on: number): Promise<void> {
    return this.#address(RouteMessageType.DeleteAddress, prefix, on, 0);
  }

  addRoute(prefix: string, parts: RouteParts, flags: number = ADD): Promise<void> {
    return this.#route(RouteMessageType.NewRoute, prefix, parts, flags);
  }

  deleteRoute(prefix: string, parts: RouteParts = {}): Promise<void> {
    return this.#route(RouteMessageType.DeleteRoute, prefix, parts, 0);
  }

  async addNexthop(id: number, via: string, on: number, flags: number = ADD) {
    const [addressFamily, gateway] = parse(via);
    await this.client.do(
      RouteMessageType.NewNexthop,
      nexthop,
      { header: { addressFamily }, attributes: { id, gateway, interfaceIndex: on } },
      { flags },
    );
  }

  async deleteNexthop(id: number) {
    await this.client.do(RouteMessageType.DeleteNexthop, nexthopDeletion, { header: {}, attributes: { id } });
  }

  async addNeighbour(destination: string, on: number) {
    const [addressFamily, bytes] = parse(destination);
    await this.client.do(
      RouteMessageType.NewNeighbour,
      neighbour,
      {
        header: { addressFamily, interfaceIndex: on, state: 0x80 },
        attributes: { destination: bytes, linkLayerAddress: Uint8Array.of(2, 0, 0, 0, 0, 9) },
      },
      { flags: ADD },
    );
  }

  /** The routes with a gateway or a nexthop object that a dump shows: `prefix via …`. */
  async routes(addressFamily: number): Promise<string[]> {
    const found: string[] = [];
    for await (const { header, attributes } of this.client.dump(RouteMessageType.GetRoute, route, {
      header: { addressFamily },
      attributes: {},
    })) {
      if (attributes.gateway === undefined && attributes.nexthopId === undefined) continue;
      found.push(routeText(header.destinationLength, attributes));
    }
    return found;
  }

  /** What the subscriber has been told since it was last asked: a line a message. */
  told(): string[] {
    const lines: string[] = [];
    for (let next = this.subscriber.receive(); next !== undefined; next = this.subscriber.receive()) {
      for (const { header, payload } of readMessages(next.bytes)) {
        const { type, flags, portId } = header;
        const asked = portId === 0 ? '' : ', asked for';
        const name = RouteMessageType[type] ?? String(type);
        lines.push(`${name} ${subjectOf(type, payload)}, flags ${flags.toString(16)}${asked}`);
      }
    }
    return lines;
  }

  async #address(type: number, prefix: string, on: number, flags: number): Promise<void> {
    const { addressFamily, bytes, length } = parsePrefix(prefix);
    await this.client.do(
      type,
      address,
      {
        header: { addressFamily, prefixLength: length, interfaceIndex: on },
        attributes: { local: bytes, address: bytes },
      },
      { flags },
    );
  }

  async #route(type: number, prefix: string, parts: RouteParts, flags: number): Promise<void> {
    const { addressFamily, bytes, length } = parsePrefix(prefix);
    const { via, on, legs, nexthopId, preferredSource, expires } = parts;
    const isNew = type === RouteMessageType.NewRoute;
    await this.client.do(
      type,
      route,
      {
        header: {
          addressFamily,
          destinationLength: length,
          table: 254,
          protocol: isNew ? 4 : 0,
          type: isNew ? 1 : 0,
          scope: isNew ? 0 : 255,
        },
        attributes: {
          destination: bytes,
          ...(via === undefined ? {} : { gateway: parse(via)[1] }),
          ...(on === undefined ? {} : { outputInterface: on }),
          ...(legs === undefined ? {} : { multipath: multipath(legs) }),
          ...(nexthopId === undefined ? {} : { nexthopId }),
          ...(preferredSource === undefined ? {} : { preferredSource: parse(preferredSource)[1] }),
          ...(expires === undefined ? {} : { expires }),
        },
      },
      { flags },
    );
  }
}

const SUBJECTS: Readonly<Record<number, (payload: Uint8Array) => string>> = {
  16: (payload) => decodeMessage(link, payload).attributes.name ?? '',
  20: (payload) => text(decodeMessage(address, payload).attributes.address),
  24: (payload) => {
    const { header, attributes } = decodeMessage(route, payload);
    return routeText(header.destinationLength, attributes);
  },
  28: (payload) => text(decodeMessage(neighbour, payload).attributes.destination),
  104: (payload) => String(decodeMessage(nexthop, payload).attributes.id),
};

function subjectOf(type: number, payload: Uint8Array): string {
  return SUBJECTS[type & ~3]?.(payload) ?? `of ${payload.length} bytes`;
}

interface RouteSubject {
  readonly destination?: Uint8Array | undefined;
  readonly gateway?: Uint8Array | undefined;
  readonly multipath?: Uint8Array | undefined;
  readonly nexthopId?: number | undefined;
}

function routeText(length: number, { destination, gateway, multipath, nexthopId }: RouteSubject): string {
  return [
    destination === undefined ? 'default' : `${text(destination)}/${length}`,
    ...(gateway === undefined ? [] : [`via ${text(gateway)}`]),
    ...(multipath === undefined ? [] : [`with ${gatewaysOf(multipath).join(' and ')}`]),
    ...(nexthopId === undefined ? [] : [`nhid ${nexthopId}`]),
  ].join(' ');
}

function gatewaysOf(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: string[] = [];
  for (let at = 0; at < bytes.length; at += view.getUint16(at, true)) {
    const length = view.getUint16(at + 8, true);
    found.push(text(bytes.subarray(at + 12, at + 8 + length)));
  }
  return found;
}

function multipath(legs: readonly Leg[]): Uint8Array {
  return Uint8Array.from(
    legs.flatMap(({ via, on }) => {
      const [, gateway] = parse(via);
      return [12 + gateway.length, 0, 0, 0, on, 0, 0, 0, 4 + gateway.length, 0, 5, 0, ...gateway];
    }),
  );
}

function parsePrefix(prefix: string): { addressFamily: number; bytes: Uint8Array; length: number } {
  const [host = '', length = ''] = prefix.split('/');
  const [addressFamily, bytes] = parse(host);
  return { addressFamily, bytes, length: Number(length) };
}

/** The bytes of an address. */
export function ipAddress(host: string): Uint8Array {
  return parse(host)[1];
}

/** Addresses as these tests write them: IPv6 ones have a `::` and whole groups. */
function parse(host: string): [addressFamily: number, bytes: Uint8Array] {
  if (!host.includes(':')) return [INET, Uint8Array.from(host.split('.').map(Number))];
  const [head = '', tail = ''] = host.split('::');
  const groups = (part: string) => part.split(':').filter((group) => group !== '');
  const zeros = new Array<string>(8 - groups(head).length - groups(tail).length).fill('0');
  const all = [...groups(head), ...zeros, ...groups(tail)].map((group) => Number.parseInt(group, 16));
  return [INET6, Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]))];
}

function text(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return '-';
  if (bytes.length === 4) return bytes.join('.');
  // Made of a MAC address that nobody chose.
  if (bytes[0] === 0xfe && bytes[8] !== 0) return 'fe80::…';
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((bytes[i * 2] ?? 0) << 8) | (bytes[i * 2 + 1] ?? 0)).toString(16),
  );
  return groups.join(':').replace(/(^|:)0(:0)+(:|$)/, '::');
}
