import { Errno, NetlinkError } from '@nlspace/core';
import type { Link } from '@nlspace/family-route';
import { driverOf, queuesOf, useQueues } from './drivers.js';

export interface WantedChannels {
  receiveCount?: number;
  transmitCount?: number;
  otherCount?: number;
  combinedCount?: number;
}

/**
 * Changes how many queues are in use.
 *
 * @returns whether that is another number than before.
 * @throws {NetlinkError} EOPNOTSUPP where the driver has none to change, EINVAL for too many or too few.
 */
export function changeChannels(link: Link, wanted: WantedChannels): boolean {
  const { receiveChannels, transmitChannels } = driverOf(link) ?? {};
  if (receiveChannels === undefined || transmitChannels === undefined)
    throw new NetlinkError(Errno.EOPNOTSUPP);
  const { receive: before, transmit: beforeTransmit } = queuesOf(link);
  const { receiveCount = before, transmitCount = beforeTransmit, otherCount = 0, combinedCount = 0 } = wanted;
  if (receiveCount === before && transmitCount === beforeTransmit && otherCount === 0 && combinedCount === 0)
    return false;
  needAtMost('receiveCount', receiveCount, receiveChannels(link).maximum);
  needAtMost('transmitCount', transmitCount, transmitChannels(link).maximum);
  needAtMost('otherCount', otherCount, 0);
  needAtMost('combinedCount', combinedCount, 0);
  if (receiveCount === 0 || transmitCount === 0) {
    throw new NetlinkError(
      Errno.EINVAL,
      'requested channel counts would result in no RX or TX channel being configured',
      { attribute: receiveCount === 0 ? 'receiveCount' : 'transmitCount' },
    );
  }
  useQueues(link, { receive: receiveCount, transmit: transmitCount });
  restart(link);
  return true;
}

function needAtMost(attribute: string, count: number, maximum: number): void {
  if (count > maximum)
    throw new NetlinkError(Errno.EINVAL, 'requested channel count exceeds maximum', { attribute });
}

/** The pair has no carrier while its queues are changed, if it had one before. */
function restart(link: Link): void {
  const ends = [link, link.linked].filter((end): end is Link => end !== undefined);
  if (!link.isUp || !ends.every((end) => end.hasCarrier)) return;
  for (const hasCarrier of [false, true]) for (const end of ends) end.home.setCarrier(end, hasCarrier);
  link.home.settle();
}
