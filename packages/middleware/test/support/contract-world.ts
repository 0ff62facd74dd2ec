import { type Clock, type Netlink, NetlinkDomain, type NetlinkSocket } from '@nlspace/core';
import { CONTRACT_PROTOCOL, ContractFamily, ContractType, parcel } from '@nlspace/transport-contract';
import {
  type FaultEvent,
  type FaultOptions,
  type FaultyNetlink,
  faults,
  NUMBERS_ONLY,
  type Vocabulary,
} from '../../src/index.js';

/** The words of the contract family. */
export const CONTRACT_WORDS: Vocabulary = {
  ...NUMBERS_ONLY,
  schemaOf: () => parcel as never,
  nameOf: ({ header }) => ContractType[header.type] ?? `type ${header.type}`,
  isDump: ({ header }) => header.type === ContractType.List,
};

/** A domain that serves the contract family. */
export function contractDomain(): { readonly domain: NetlinkDomain; readonly family: ContractFamily } {
  const domain = new NetlinkDomain();
  return { domain, family: domain.register(ContractFamily).instance as ContractFamily };
}

/** A socket of one of root's processes. */
export function openAs(processId: number, netlink: Netlink): Promise<NetlinkSocket> {
  const credentials = { uid: 0, gid: 0, pid: processId, netAdmin: true };
  return netlink.open({ protocol: CONTRACT_PROTOCOL, credentials });
}

export interface FaultWorld {
  readonly netlink: FaultyNetlink;
  readonly domain: NetlinkDomain;
  readonly family: ContractFamily;
  readonly events: FaultEvent[];
  open(processId?: number): Promise<NetlinkSocket>;
}

/** A contract domain on which things go wrong. */
export function faultWorld(
  rules: FaultOptions['rules'],
  options: Partial<FaultOptions> & { clock?: Clock } = {},
): FaultWorld {
  const { domain, family } = contractDomain();
  const events: FaultEvent[] = [];
  const netlink = faults(domain, {
    rules,
    vocabularies: () => CONTRACT_WORDS,
    onFault: (event) => events.push(event),
    ...options,
  });
  return { netlink, domain, family, events, open: (processId = 1) => openAs(processId, netlink) };
}
