import { attr, defineAttributes, defineHeader, defineMessage, field, type MessageOf } from '@nlspace/core';
import { AddressFamily } from '../../../network/ip-bytes.js';
import type { Link } from '../../link.js';
import type { ForwardingEntry } from './forwarding-table.js';

/** `struct ndmsg` */
const header = defineHeader('ndmsg', {
  addressFamily: field.u8,
  padding: field.pad(3),
  interfaceIndex: field.s32,
  state: field.u16,
  flags: field.u8,
  type: field.u8,
});

/** `struct nda_cacheinfo`; ages in hundredths of a second. */
const ages = defineHeader('nda_cacheinfo', {
  confirmed: field.u32,
  used: field.u32,
  updated: field.u32,
  references: field.u32,
});

/** RTM_NEWNEIGH and RTM_DELNEIGH of AF_BRIDGE, in the order in which bridges write them. */
export const forwardingEntry = defineMessage({
  name: 'forwarding-entry',
  header,
  attributes: defineAttributes('forwarding-entry', {
    address: attr.bytes(2),
    master: attr.u32(9),
    extendedFlags: attr.u32(15),
    ages: attr.struct(3, ages),
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
  const age = (sinceMs: number) => Math.floor((nowMs - sinceMs) / 10);
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
      ages: { confirmed: 0, used: age(entry.usedAtMs), updated: age(entry.updatedAtMs), references: 0 },
    },
  };
}
