import {
  type Class,
  type Credentials,
  type DomainOptions,
  type FamilySetup,
  NetlinkDomain,
  type NetlinkSocket,
} from '@nlspace/core';

export const ADMINISTRATOR: Credentials = { uid: 0, gid: 0, pid: 1000, netAdmin: true };
export const ORDINARY_USER: Credentials = { uid: 1000, gid: 1000, pid: 2000, netAdmin: false };

export interface TestDomain {
  readonly domain: NetlinkDomain;
  /** What handlers have thrown by mistake; a test ends by asserting that there is none. */
  readonly defects: ReadonlyArray<{ readonly error: unknown; readonly operation: string }>;
  open(protocol: number, credentials?: Credentials): Promise<NetlinkSocket>;
}

/** A domain with the families given that keeps defects for the test instead of printing them. */
export function openTestDomain(
  families: ReadonlyArray<Class | FamilySetup>,
  options: Omit<DomainOptions, 'families' | 'onDefect'> = {},
): TestDomain {
  const defects: Array<{ error: unknown; operation: string }> = [];
  const domain = new NetlinkDomain({
    ...options,
    families,
    onDefect: (error, operation) => defects.push({ error, operation }),
  });
  return {
    domain,
    defects,
    open: (protocol, credentials = ADMINISTRATOR) => domain.open({ protocol, credentials }),
  };
}
