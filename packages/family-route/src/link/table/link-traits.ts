import { Errno, NetlinkError } from '@nlspace/core';
import type { LinkTraits } from '../link.js';
import type { LinkParameters } from '../link-kind.js';

const MAX_QUEUES = 4096;

/** @throws {NetlinkError} EINVAL for an MTU that links of these traits cannot have. */
export function refuseMtu({ minimumMtu, maximumMtu }: LinkTraits, mtu: number): void {
  if (mtu < minimumMtu || mtu > 0x7fffffff) {
    throw new NetlinkError(Errno.EINVAL, 'mtu less than device minimum');
  }
  if (maximumMtu > 0 && mtu > maximumMtu) {
    throw new NetlinkError(Errno.EINVAL, 'mtu greater than device maximum');
  }
}

/**
 * What a link is born with: a kind's traits, some of them as the request wants them.
 *
 * @throws {NetlinkError} EINVAL for what no such link can have.
 */
export function traitsFor(traits: LinkTraits, parameters: LinkParameters): LinkTraits {
  const { transmitQueues = traits.transmitQueues, receiveQueues = traits.receiveQueues } = parameters;
  if (transmitQueues < 1 || transmitQueues > MAX_QUEUES) {
    throw new NetlinkError(Errno.EINVAL, 'Invalid number of transmit queues');
  }
  if (receiveQueues < 1 || receiveQueues > MAX_QUEUES) {
    throw new NetlinkError(Errno.EINVAL, 'Invalid number of receive queues');
  }
  const { mtu = traits.mtu, transmitQueueLength = traits.transmitQueueLength } = parameters;
  if (parameters.mtu !== undefined) refuseMtu(traits, mtu);
  return { ...traits, mtu, transmitQueueLength, transmitQueues, receiveQueues };
}
