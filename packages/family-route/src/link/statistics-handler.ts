import { Do, Dump, Errno, inject, injectable, NetlinkError, type RequestOf } from '@nlspace/core';
import { parseRequest } from '../neighbour/parse-request.js';
import type { Network } from '../network/network.js';
import { NETWORK } from '../network/network-token.js';
import { RouteMessageType } from '../route-message-type.js';
import { ALL_STATISTICS, describeStatistics } from './statistics-description.js';
import { type StatisticsMessage, statistics, statisticsRequest } from './statistics-message.js';

type Request = Pick<RequestOf<typeof statisticsRequest>, 'payload' | 'strict'>;

const HEADER_BYTES = 12;
const EVERY_FILTER = 0xffffffff;

/** RTM_GETSTATS: the header is looked at first, and attributes are always checked strictly. */
@injectable()
export class StatisticsHandler {
  constructor(@inject(NETWORK) private readonly network: Network) {}

  @Do(RouteMessageType.GetStatistics, statisticsRequest, {
    reply: statistics,
    replyType: RouteMessageType.NewStatistics,
    validation: 'none',
  })
  get(request: Request): StatisticsMessage {
    const { interfaceIndex, filterMask } = headerOf(request, false);
    if (interfaceIndex === 0) throw new NetlinkError(Errno.EINVAL);
    const link = this.network.links.byIndex(interfaceIndex);
    if (link === undefined) throw new NetlinkError(Errno.ENODEV);
    if (filterMask === 0) throw new NetlinkError(Errno.EINVAL, 'Filter mask must be set for stats get');
    return describeStatistics(link, filterMask, offloadMaskOf(request));
  }

  @Dump(RouteMessageType.GetStatistics, statisticsRequest, {
    reply: statistics,
    replyType: RouteMessageType.NewStatistics,
    validation: 'none',
  })
  *dump(request: Request): Generator<StatisticsMessage> {
    const { filterMask } = headerOf(request, true);
    if (filterMask === 0) throw new NetlinkError(Errno.EINVAL, 'Filter mask must be set for stats dump');
    const offloadMask = offloadMaskOf(request);
    for (const link of this.network.links.all()) yield describeStatistics(link, filterMask, offloadMask);
  }
}

function headerOf({ payload, strict }: Request, isDump: boolean) {
  if (payload.length < HEADER_BYTES) throw new NetlinkError(Errno.EINVAL, 'Invalid header for stats dump');
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const [interfaceIndex, filterMask] = [view.getUint32(4, true), view.getUint32(8, true)];
  const hasPadding = payload[1] !== 0 || view.getUint16(2, true) !== 0;
  if (strict && (hasPadding || (isDump && interfaceIndex !== 0)))
    throw new NetlinkError(Errno.EINVAL, 'Invalid values in header for stats dump request');
  if (strict && (filterMask & ~ALL_STATISTICS) !== 0)
    throw new NetlinkError(Errno.EINVAL, 'Invalid stats requested through filter mask');
  return { interfaceIndex, filterMask };
}

function offloadMaskOf({ payload }: Request): number {
  return parseRequest(statisticsRequest, payload, true, true).attributes.filters?.offload ?? EVERY_FILTER;
}
