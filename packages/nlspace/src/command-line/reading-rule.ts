import { RuleError } from '@nlspace/middleware';
import { UsageError } from './usage-error.js';

/** Reads what an option says. @throws {UsageError} pointing to the place in the text. */
export function readingRule<T>(option: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RuleError) throw new UsageError(`${option}: ${error.message}`, { cause: error });
    throw error;
  }
}
