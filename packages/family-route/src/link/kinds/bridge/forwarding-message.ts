import { attr, defineAttributes, defineMessage, type MessageOf } from '@nlspace/core';
import { agesOf, forwardingHeader, neighbourAges } from '../../../neighbour/neighbour-layouts.js';
import { AddressFamily } from '../../../network/ip-bytes.js';
import type { Link } from '../../link.js';
import type { ForwardingEntry } from './forwarding-table.js';

/** RTM_NEWNEIGH and RTM_DELNEIGH of AF_BRIDGE, in the order in which bridges write them. */
export const forwardingEntry = defineMessage({
  name: 'forwarding-entry',
  header: forwardingHeader,
  attributes: defineAttributes('forwarding-entry', {
    address: attr.bytes(2),
    master: attr.u32(9),
    extendedFlags: attr.u32(15),
    ages: attr.struct(3, neighbourAges),
  }),
});

/** NUD_* as far as bridges use them. */
export enum ForwardingState {
  Reachable = 0x02,
  Stale = 0x04,
  Static = 0x40,
  Permanent = 0x80,
}

/** NTF_* as far as bridges use them. */
export enum ForwardingFlag {
  Use = 0x01,
  Self = 0x02,
  Master = 0x04,
  ExternallyLearned = 0x10,
  Sticky = 0x40,
}

/** @param nowMs of the network's clock. */
export function describeForwardingEntry(
  bridge: Link,
  entry: ForwardingEntry,
  nowMs: number,
): MessageOf<typeof forwardingEntry> {
  return {
    header: {
      addressFamily: AddressFamily.Bridge,
      interfaceIndex: (entry.port ?? bridge).index,
      state: entry.isLocal
        ? ForwardingState.Permanent
        : entry.isStatic
          ? ForwardingState.Static
          : ForwardingState.Reachable,
      flags:
        (entry.isExternal ? ForwardingFlag.ExternallyLearned : 0) |
        (entry.isSticky ? ForwardingFlag.Sticky : 0),
      type: 0,
    },
    attributes: {
      address: entry.address,
      master: bridge.index,
      extendedFlags: 0,
      ages: agesOf(entry, nowMs),
    },
  };
}
