import type { Netlink } from '@nlspace/core';
import { type FaultOptions, FaultyNetlink } from '@nlspace/middleware';
import { nameOfProcess } from '../name-of-process.js';
import { vocabulariesOf } from '../vocabulary/vocabularies-of.js';
import { OPERATIONS } from './operations.js';

/**
 * Middleware: makes things go wrong as they do with a kernel that is busy, full or of another mind. Rules are texts or
 * objects (`FaultRule`).
 *
 * @throws {RuleError} for a text that is no rule, pointing to the place.
 * @example
 * const netlink = faults(createNetlink(), { rules: ['RTM_GETROUTE dump: interrupt once'] });
 */
export function faults(inner: Netlink, options: FaultOptions): FaultyNetlink {
  return new FaultyNetlink(inner, {
    vocabularies: vocabulariesOf(inner),
    operations: OPERATIONS,
    nameOfProcess,
    ...options,
  });
}
