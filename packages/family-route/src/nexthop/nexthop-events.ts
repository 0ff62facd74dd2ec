import type { Cause } from '@nlspace/core';
import type { NexthopGroup, NexthopObject } from './nexthop-object.js';

/** A nexthop object has come, changed or gone. Those that go with a link go without an event, as in the kernel. */
export interface NexthopEvent {
  readonly type: 'nexthop-changed' | 'nexthop-removed';
  readonly nexthop: NexthopObject;
  /** `nlmsg_flags` of its notification: those of the request that caused it. */
  readonly messageFlags: number;
  readonly cause: Cause;
}

/** A bucket of a resilient group has been given to another member, in the course of time. */
export interface NexthopBucketEvent {
  readonly type: 'nexthop-bucket-changed';
  readonly group: NexthopGroup;
  readonly index: number;
}
