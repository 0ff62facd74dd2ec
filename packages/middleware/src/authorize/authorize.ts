import type { Credentials, Netlink, NetlinkSocket, OpenOptions } from '@nlspace/core';
import { NUMBERS_ONLY, type Vocabularies } from '../vocabulary.js';
import {
  type AuthorizationContext,
  type AuthorizationRule,
  parseAuthorization,
} from './authorization-rule.js';
import { AuthorizedSocket } from './authorized-socket.js';
import { Authorizer } from './authorizer.js';
import type { LinkNamesOf } from './link-names.js';

export interface AuthorizeOptions extends AuthorizationContext {
  /** What no rule allows may only ask, as an ordinary user. @default false: what no rule denies is allowed */
  readonly readOnly?: boolean;
  /** The first that matches decides; a text is read by `parseAuthorization`. @default none */
  readonly rules?: ReadonlyArray<AuthorizationRule | string>;
  /** @default numbers only: then nothing is known to only ask */
  readonly vocabularies?: Vocabularies;
  /** The name of the program behind a process ID. @default nobody knows */
  readonly nameOfProcess?: (processId: number) => string | undefined;
  /** @default nobody knows links: rules about one allow nothing and deny all that they match otherwise */
  readonly linkNames?: LinkNamesOf;
}

/**
 * Middleware: answers requests that are not allowed with EPERM and a text that says so.
 *
 * @throws {RuleError} for a text that is no rule, pointing to the place.
 * @example
 * const netlink = authorize(createNetlink(), { readOnly: true, rules: ['allow RTM_*ROUTE with table=100'] });
 */
export function authorize(inner: Netlink, options: AuthorizeOptions): Netlink {
  const { readOnly = false, rules = [], operations, vocabularies = () => NUMBERS_ONLY } = options;
  const { nameOfProcess, linkNames } = options;
  const read = rules.map((rule) =>
    typeof rule === 'string' ? parseAuthorization(rule, { operations }) : rule,
  );
  const authorizer = new Authorizer(read, readOnly);
  const allowsChanges = !readOnly || read.some(({ effect }) => effect === 'allow');
  return {
    async open(given: OpenOptions): Promise<NetlinkSocket> {
      const { protocol, credentials } = given;
      const processId = credentials?.pid ?? 0;
      const opener = { protocol, processId, program: nameOfProcess?.(processId) };
      const links = authorizer.asksForLinks ? await linkNames?.(inner, given) : undefined;
      const options = allowsChanges ? given : { ...given, credentials: narrowed(credentials) };
      const socket = await inner.open(options);
      return new AuthorizedSocket(socket, opener, vocabularies(protocol), authorizer, links, readOnly);
    },
  };
}

const NOBODY: Credentials = { uid: 65_534, gid: 65_534, pid: 0, netAdmin: false };

function narrowed(credentials: Credentials = NOBODY): Credentials {
  return { ...credentials, netAdmin: false };
}
