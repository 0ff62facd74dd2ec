import { type AttributeValues, Errno, NetlinkError } from '@nlspace/core';
import type { receiveScalingSet } from './messages.js';

type Asked = AttributeValues<(typeof receiveScalingSet)['attributes']['shape']>;

/**
 * How packets are spread over queues by their hash: no driver of these links lets anybody say. Who wants nothing gets it.
 *
 * @throws {NetlinkError} EOPNOTSUPP, with the attribute where it is one that the driver would have to know of.
 */
export function refuseReceiveScaling({
  context = 0,
  hashFunction,
  indirection,
  key,
  inputTransformation = 0,
  flowHash,
}: Asked): void {
  const unknown =
    context !== 0
      ? 'context'
      : inputTransformation !== 0
        ? 'inputTransformation'
        : flowHash !== undefined
          ? 'flowHash'
          : undefined;
  if (unknown !== undefined) throw new NetlinkError(Errno.EOPNOTSUPP, undefined, { attribute: unknown });
  if (indirection === undefined && key !== undefined)
    throw new NetlinkError(Errno.EINVAL, undefined, { attribute: 'key' });
  if (indirection !== undefined || hashFunction !== undefined) throw new NetlinkError(Errno.EOPNOTSUPP);
}
