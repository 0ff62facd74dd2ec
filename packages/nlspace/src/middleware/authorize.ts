import type { Netlink } from '@nlspace/core';
import { type AuthorizeOptions, authorize as authorizeWith } from '@nlspace/middleware';
import { nameOfProcess } from '../name-of-process.js';
import { vocabulariesOf } from '../vocabulary/vocabularies-of.js';
import { linkMirrors } from './link-mirror.js';
import { OPERATIONS } from './operations.js';

/**
 * Middleware: answers requests that are not allowed with EPERM and a text that says so. Rules are texts or objects
 * (`AuthorizationRule`).
 *
 * @throws {RuleError} for a text that is no rule, pointing to the place.
 * @example
 * const netlink = authorize(createNetlink(), { readOnly: true, rules: ['allow RTM_*ROUTE with table=100'] });
 */
export function authorize(inner: Netlink, options: AuthorizeOptions): Netlink {
  return authorizeWith(inner, {
    vocabularies: vocabulariesOf(inner),
    operations: OPERATIONS,
    nameOfProcess,
    linkNames: linkMirrors(),
    ...options,
  });
}
