import { ClientSocket, NetlinkDomain, NetlinkProtocol } from '@nlspace/core';
import {
  bucketDump,
  link,
  ManualClock,
  Network,
  type NexthopMessage,
  nexthop,
  nexthopDeletion,
  nexthopQuery,
  RouteMessageType,
  route,
  routeFamily,
} from '../../src/index.js';

const CREATE = 0x400;
const REPLACE = 0x100;
const UP = 1;

export const NEXTHOP_GROUP = 32;

const SCHEMAS = new Map<number, unknown>([
  [RouteMessageType.NewLink, link],
  [RouteMessageType.NewRoute, route],
  [RouteMessageType.DeleteRoute, route],
  [RouteMessageType.NewNexthop, nexthop],
  [RouteMessageType.DeleteNexthop, nexthop],
  [RouteMessageType.NewNexthopBucket, nexthop],
]);

/** A network with `lo` up, on whose links nothing but nexthops is of interest, and one who asks. */
export class NexthopWorld {
  private constructor(
    readonly clock: ManualClock,
    readonly network: Network,
    readonly domain: NetlinkDomain,
    readonly client: ClientSocket,
  ) {}

  static async open(): Promise<NexthopWorld> {
    const clock = new ManualClock();
    const network = new Network({ clock });
    const domain = new NetlinkDomain({ families: [routeFamily(network)] });
    const client = await ClientSocket.open(domain, {
      protocol: NetlinkProtocol.Route,
      catalog: SCHEMAS as never,
    });
    const world = new NexthopWorld(clock, network, domain, client);
    await client.do(RouteMessageType.NewLink, link, {
      header: { interfaceIndex: 1, flags: UP, changedFlags: UP },
      attributes: {},
    });
    return world;
  }

  /** A nexthop with nothing but a device: lo. */
  async addSingle(id: number): Promise<void> {
    await this.client.do(
      RouteMessageType.NewNexthop,
      nexthop,
      { header: { addressFamily: 2 }, attributes: { id, interfaceIndex: 1 } },
      { flags: CREATE },
    );
  }

  /** The same again, over the one that is there. */
  async replaceSingle(id: number): Promise<void> {
    await this.client.do(
      RouteMessageType.NewNexthop,
      nexthop,
      { header: { addressFamily: 2 }, attributes: { id, interfaceIndex: 1 } },
      { flags: REPLACE },
    );
  }

  async remove(id: number): Promise<void> {
    await this.client.do(RouteMessageType.DeleteNexthop, nexthopDeletion, { header: {}, attributes: { id } });
  }

  async get(id: number, operationFlags = 0) {
    const [found] = await this.client.do(RouteMessageType.GetNexthop, nexthopQuery, {
      header: {},
      attributes: { id, operationFlags },
    });
    return found?.attributes as NexthopMessage['attributes'] | undefined;
  }

  /** Makes or changes a group: weights by id. Times are in hundredths of a second. */
  async putGroup(
    id: number,
    weights: Readonly<Record<number, number>>,
    resilient?: { buckets?: number; idleTimer?: number; unbalancedTimer?: number },
  ): Promise<void> {
    const entries = Object.entries(weights);
    const group = new Uint8Array(entries.length * 8);
    const view = new DataView(group.buffer);
    entries.forEach(([member, weight], i) => {
      view.setUint32(i * 8, Number(member), true);
      view.setUint16(i * 8 + 4, weight - 1, true);
    });
    await this.client.do(
      RouteMessageType.NewNexthop,
      nexthop,
      {
        header: {},
        attributes: {
          id,
          group,
          ...(resilient === undefined ? {} : { groupType: 1, resilientGroup: resilient }),
        },
      },
      { flags: CREATE | REPLACE },
    );
  }

  async addRoute(destination: string, nexthopId: number): Promise<void> {
    await this.client.do(
      RouteMessageType.NewRoute,
      route,
      {
        header: { addressFamily: 2, destinationLength: 24, table: 254, protocol: 4, type: 1 },
        attributes: { destination: ipv4(destination), nexthopId },
      },
      { flags: CREATE },
    );
  }

  /** Asks where a packet goes, which counts as one. */
  async send(destination: string): Promise<void> {
    await this.client.do(RouteMessageType.GetRoute, route, {
      header: { addressFamily: 2, destinationLength: 32 },
      attributes: { destination: ipv4(destination) },
    });
  }

  /** The id of the nexthop that each bucket of a group has. */
  async buckets(id: number): Promise<number[]> {
    const found: number[] = [];
    const dump = this.client.dump(RouteMessageType.GetNexthopBucket, bucketDump, {
      header: {},
      attributes: { id },
    });
    for await (const { attributes } of dump as AsyncIterable<{
      attributes: { resilientBucket?: { nexthopId?: number } };
    }>)
      found.push(attributes.resilientBucket?.nexthopId ?? 0);
    return found;
  }
}

export function ipv4(text: string): Uint8Array {
  return Uint8Array.from(text.split('.').map(Number));
}
