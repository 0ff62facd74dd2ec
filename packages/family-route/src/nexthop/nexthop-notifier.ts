import { GROUP_NOTIFIER, type GroupNotifier, inject, injectable, MessageFlag } from '@nlspace/core';
import { encodeMessageOf } from '../network/encoded-dump.js';
import { ROUTE_GROUPS } from '../route-groups.js';
import { RouteMessageType } from '../route-message-type.js';
import { describeBucket, describeNexthop } from './nexthop-description.js';
import type { NexthopBucketEvent, NexthopEvent } from './nexthop-events.js';
import { nexthop } from './nexthop-message.js';

/** Tells the group about nexthop objects. */
@injectable()
export class NexthopNotifier {
  constructor(@inject(GROUP_NOTIFIER) private readonly groups: GroupNotifier) {}

  notify(event: NexthopEvent | NexthopBucketEvent): void {
    switch (event.type) {
      case 'nexthop-changed':
      case 'nexthop-removed': {
        if (!this.groups.hasListeners(ROUTE_GROUPS.nexthop, event.cause)) return;
        const isGone = event.type === 'nexthop-removed';
        const type = isGone ? RouteMessageType.DeleteNexthop : RouteMessageType.NewNexthop;
        const { cause, messageFlags: flags } = event;
        const message = encodeMessageOf(nexthop, describeNexthop(event.nexthop), type);
        this.groups.notifyRaw(ROUTE_GROUPS.nexthop, withFlags(message, flags), cause);
        return;
      }
      case 'nexthop-bucket-changed': {
        if (!this.groups.hasListeners(ROUTE_GROUPS.nexthop)) return;
        const type = RouteMessageType.NewNexthopBucket;
        const message = encodeMessageOf(nexthop, describeBucket(event.group, event.index), type);
        this.groups.notifyRaw(ROUTE_GROUPS.nexthop, withFlags(message, MessageFlag.Replace));
      }
    }
  }
}

function withFlags(message: Uint8Array, flags: number): Uint8Array {
  new DataView(message.buffer, message.byteOffset).setUint16(6, flags, true);
  return message;
}
