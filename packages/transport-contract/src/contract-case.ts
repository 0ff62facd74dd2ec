import type { Credentials, Netlink, NetlinkSocket } from '@nlspace/core';
import type { ExecutionContext } from 'ava';
import { CONTRACT_PROTOCOL, type ContractFamily } from './contract-family.js';

/** What a case has to work with. */
export interface World {
  /** The transport's way to the contract domain. */
  readonly netlink: Netlink;
  readonly family: ContractFamily;
  open(credentials?: Credentials): Promise<NetlinkSocket>;
}

/** One statement about every transport. */
export interface ContractCase {
  readonly title: string;
  run(t: ExecutionContext, world: World): Promise<void>;
}

export function makeWorld(netlink: Netlink, family: ContractFamily): World {
  return {
    netlink,
    family,
    open: (credentials) =>
      netlink.open({ protocol: CONTRACT_PROTOCOL, ...(credentials === undefined ? {} : { credentials }) }),
  };
}
