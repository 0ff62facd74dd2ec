import type {
  Class,
  Credentials,
  DomainOptions,
  FamilySetup,
  NetlinkDomain,
  NetlinkSocket,
} from '@nlspace/core';
import { createNetlink, type NetlinkOptions } from 'nlspace';

export const ADMINISTRATOR: Credentials = { uid: 0, gid: 0, pid: 1000, netAdmin: true };
export const ORDINARY_USER: Credentials = { uid: 1000, gid: 1000, pid: 2000, netAdmin: false };

export interface TestDomain {
  readonly domain: NetlinkDomain;
  /** What handlers have thrown by mistake; a test ends by asserting that there is none. */
  readonly defects: ReadonlyArray<{ readonly error: unknown; readonly operation: string }>;
  open(protocol: number, credentials?: Credentials): Promise<NetlinkSocket>;
}

type Families = ReadonlyArray<Class | FamilySetup>;
export type TestDomainOptions = Omit<NetlinkOptions, 'families' | 'onDefect'>;

/**
 * A domain that keeps defects for the test instead of printing them: with the families given, or with the usual ones.
 *
 * @example
 * const { open } = openTestDomain({ profile: 'freebsd' });
 */
export function openTestDomain(options?: TestDomainOptions): TestDomain;
export function openTestDomain(families: Families, options?: TestDomainOptions): TestDomain;
export function openTestDomain(
  first: Families | TestDomainOptions = {},
  second: TestDomainOptions = {},
): TestDomain {
  const options = isList(first) ? { ...second, families: first } : first;
  const defects: Array<{ error: unknown; operation: string }> = [];
  const onDefect: DomainOptions['onDefect'] = (error, operation) => defects.push({ error, operation });
  const domain = createNetlink({ ...options, onDefect });
  return {
    domain,
    defects,
    open: (protocol, credentials = ADMINISTRATOR) => domain.open({ protocol, credentials }),
  };
}

function isList(first: Families | TestDomainOptions): first is Families {
  return Array.isArray(first);
}
