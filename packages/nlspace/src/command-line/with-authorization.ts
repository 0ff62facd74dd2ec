import { parseAuthorization } from '@nlspace/middleware';
import { authorize } from '../middleware/authorize.js';
import { OPERATIONS } from '../middleware/operations.js';
import type { CommandLine } from './arguments.js';
import type { Layer } from './layer.js';
import { readingRule } from './reading-rule.js';

/**
 * What `--read-only` and `--authorize` ask for.
 *
 * @throws {UsageError} pointing to the place in the text of a rule.
 */
export function authorizationLayer({
  readOnly,
  authorizations,
}: Pick<CommandLine, 'readOnly' | 'authorizations'>): Layer {
  const rules = authorizations.map((text) =>
    readingRule('--authorize', () => parseAuthorization(text, { operations: OPERATIONS })),
  );
  return { middleware: (inner, vocabularies) => authorize(inner, { readOnly, rules, vocabularies }) };
}
