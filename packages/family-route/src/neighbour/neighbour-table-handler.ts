import {
  type AttributesOf,
  Do,
  Dump,
  Errno,
  inject,
  injectable,
  NetlinkError,
  type RequestOf,
} from '@nlspace/core';
import { isZero } from '../network/ip-bytes.js';
import type { Network } from '../network/network.js';
import { NETWORK } from '../network/network-token.js';
import { RouteMessageType } from '../route-message-type.js';
import { type NeighbourParameters, type NeighbourTiming, TICK_MS } from './neighbour-parameters.js';
import type { NeighbourTable } from './neighbour-table.js';
import { type NeighbourTableMessage, neighbourTable } from './neighbour-table-message.js';

type Request = RequestOf<typeof neighbourTable>;
type Attributes = AttributesOf<typeof neighbourTable>;
type RequestedParameters = NonNullable<Attributes['parameters']>;

/** What a full-sized frame takes of a queue (SKB_TRUESIZE of an Ethernet frame). */
const FRAME_BYTES = 2090;

/** RTM_*NEIGHTBL: the tables, and the parameters of each link in them. */
@injectable()
export class NeighbourTableHandler {
  constructor(@inject(NETWORK) private readonly network: Network) {}

  /**
   * Changes the parameters of a link. Those of the whole table belong to the machine: other networks see them but
   * cannot change them.
   */
  @Do(RouteMessageType.SetNeighbourTable, neighbourTable, { privilege: 'admin' })
  change({ header, attributes }: Request): void {
    if (attributes.name === undefined) throw new NetlinkError(Errno.EINVAL);
    const table = this.network.neighbours
      .all()
      .find(
        ({ family }) =>
          family.name === attributes.name &&
          (header.addressFamily === 0 || header.addressFamily === family.addressFamily),
      );
    if (table === undefined) throw new NetlinkError(Errno.ENOENT);
    if (attributes.parameters !== undefined) {
      const parameters = this.#parameters(table, attributes.parameters.interfaceIndex ?? 0);
      parameters.change(timingOf(attributes.parameters));
    }
    this.#changeThresholds(table, attributes);
  }

  @Dump(RouteMessageType.GetNeighbourTable, neighbourTable, {
    replyType: RouteMessageType.NewNeighbourTable,
    done: 'apart',
    validation: 'none',
  })
  *dump({ payload, strict }: Request): Generator<NeighbourTableMessage> {
    if (strict) refuseStrictly(payload);
    const [addressFamily = 0] = payload;
    for (const table of this.network.neighbours.all()) {
      if (addressFamily !== 0 && addressFamily !== table.family.addressFamily) continue;
      yield describeTable(table, this.network.clock.now());
      for (const parameters of table.allParameters()) {
        yield {
          header: { addressFamily: table.family.addressFamily },
          attributes: { name: table.family.name, parameters: describeParameters(table, parameters) },
        };
      }
    }
  }

  #parameters(table: NeighbourTable, interfaceIndex: number): NeighbourParameters {
    const { links, isInitial } = this.network;
    if (interfaceIndex === 0 && isInitial) return table.defaults;
    const link = links.byIndex(interfaceIndex);
    const parameters = link === undefined ? undefined : table.parametersOf(link);
    if (parameters === undefined) throw new NetlinkError(Errno.ENOENT);
    return parameters;
  }

  #changeThresholds({ collection }: NeighbourTable, attributes: Attributes): void {
    const { lowThreshold, highThreshold, limit, collectionIntervalMs } = attributes;
    const changes = defined({
      lowThreshold,
      highThreshold,
      limit,
      intervalMs: collectionIntervalMs === undefined ? undefined : ticks(collectionIntervalMs),
    });
    if (Object.keys(changes).length === 0) return;
    if (!this.network.isInitial) throw new NetlinkError(Errno.ENOENT);
    Object.assign(collection, changes);
  }
}

function timingOf(requested: RequestedParameters): Partial<NeighbourTiming> {
  const time = (milliseconds: bigint | undefined) =>
    milliseconds === undefined ? undefined : ticks(milliseconds);
  const queueBytes =
    requested.queueBytes ??
    (requested.queueLength === undefined ? undefined : (requested.queueLength * FRAME_BYTES) >>> 0);
  return defined({
    queueBytes,
    proxyQueueLength: requested.proxyQueueLength,
    applicationProbes: requested.applicationProbes,
    unicastProbes: requested.unicastProbes,
    multicastProbes: requested.multicastProbes,
    multicastReprobes: requested.multicastReprobes,
    baseReachableTimeMs: time(requested.baseReachableTimeMs),
    staleTimeMs: time(requested.staleTimeMs),
    delayProbeTimeMs: time(requested.delayProbeTimeMs),
    retransmitTimeMs: time(requested.retransmitTimeMs),
    anycastDelayMs: time(requested.anycastDelayMs),
    proxyDelayMs: time(requested.proxyDelayMs),
    lockTimeMs: time(requested.lockTimeMs),
    managedProbeIntervalMs: time(requested.managedProbeIntervalMs),
  });
}

/** As many ticks as it takes. */
function ticks(milliseconds: bigint): number {
  return Math.ceil(Number(BigInt.asUintN(32, milliseconds)) / TICK_MS) * TICK_MS;
}

function describeTable(table: NeighbourTable, nowMs: number): NeighbourTableMessage {
  const { family, collection, statistics, defaults } = table;
  return {
    header: { addressFamily: family.addressFamily },
    attributes: {
      name: family.name,
      collectionIntervalMs: BigInt(collection.intervalMs),
      lowThreshold: collection.lowThreshold,
      highThreshold: collection.highThreshold,
      limit: collection.limit,
      configuration: {
        addressBytes: family.addressBytes,
        entryBytes: family.entryBytes,
        entries: table.size,
        lastFlush: Math.floor(nowMs - collection.lastCollectionMs),
        lastRandom: Math.floor(nowMs - collection.lastCollectionMs),
        hashSecret: 0,
        hashMask: statistics.buckets - 1,
        hashChainCollection: 0,
        proxyQueueLength: 0,
      },
      statistics: {
        allocs: BigInt(statistics.allocs),
        destroys: BigInt(statistics.destroys),
        hashGrows: BigInt(statistics.hashGrows),
        resolutionsFailed: BigInt(statistics.resolutionsFailed),
        lookups: BigInt(statistics.lookups),
        hits: BigInt(statistics.hits),
        multicastProbesReceived: 0n,
        unicastProbesReceived: 0n,
        periodicCollections: BigInt(statistics.periodicCollections),
        forcedCollections: BigInt(statistics.forcedCollections),
        tableFulls: BigInt(statistics.tableFulls),
      },
      parameters: describeParameters(table, defaults),
    },
  };
}

function describeParameters(
  table: NeighbourTable,
  parameters: NeighbourParameters,
): NonNullable<NeighbourTableMessage['attributes']['parameters']> {
  const { link, queueBytes, proxyQueueLength } = parameters;
  const { applicationProbes, unicastProbes, multicastProbes, multicastReprobes } = parameters;
  return {
    ...(link === undefined ? {} : { interfaceIndex: link.index }),
    references: table.holdersOf(parameters),
    queueBytes,
    queueLength: Math.floor(queueBytes / FRAME_BYTES),
    proxyQueueLength,
    applicationProbes,
    unicastProbes,
    multicastProbes,
    multicastReprobes,
    reachableTimeMs: BigInt(parameters.reachableTimeMs),
    baseReachableTimeMs: BigInt(parameters.baseReachableTimeMs),
    staleTimeMs: BigInt(parameters.staleTimeMs),
    delayProbeTimeMs: BigInt(parameters.delayProbeTimeMs),
    retransmitTimeMs: BigInt(parameters.retransmitTimeMs),
    anycastDelayMs: BigInt(parameters.anycastDelayMs),
    proxyDelayMs: BigInt(parameters.proxyDelayMs),
    lockTimeMs: BigInt(parameters.lockTimeMs),
    managedProbeIntervalMs: BigInt(parameters.managedProbeIntervalMs),
  };
}

/** What strict checking does not accept in a dump request. */
function refuseStrictly(payload: Uint8Array): void {
  const refuse = (text: string): never => {
    throw new NetlinkError(Errno.EINVAL, `Invalid ${text} neighbor table dump request`);
  };
  if (payload.length < neighbourTable.header.size) refuse('header for');
  if (!isZero(payload.subarray(1, neighbourTable.header.size))) refuse('values in header for');
  if (payload.length > neighbourTable.header.size) refuse('data after header in');
}

function defined<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
