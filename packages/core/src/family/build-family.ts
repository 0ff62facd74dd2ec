import type { DependencyContainer } from 'tsyringe';
import type { Class } from './decorators.js';

/**
 * Makes the object of a decorated class.
 *
 * @throws {Error} naming class, parameter and remedy where the constructor asks for what nobody gives.
 */
export function buildFamily<T extends object>(scope: DependencyContainer, target: Class<T>): T {
  try {
    return scope.resolve(target);
  } catch (error) {
    throw explain(target, error);
  }
}

/** What tsyringe says of a parameter, the innermost last. */
const PARAMETER =
  /Cannot inject the dependency (?:"(?<name>[^"]*)" )?at position #(?<position>\d+) of "(?<owner>[^"]*)" constructor\. Reason:\s+/g;
const UNKNOWN_TYPE = /TypeInfo not known for/;
const UNREGISTERED = /Attempted to resolve unregistered dependency token: "(?<token>[^"]*)"/;

function explain(target: Class, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const parameter = [...error.message.matchAll(PARAMETER)].at(-1)?.groups;
  if (parameter === undefined) return error;
  const { name, position, owner } = parameter;
  const subject = owner === target.name ? target.name : `${target.name} needs ${owner}, which cannot be made`;
  const which = `parameter ${Number(position) + 1}${name === undefined ? '' : ` (${name})`} of its constructor`;
  const token = UNREGISTERED.exec(error.message)?.groups?.['token'];
  if (token !== undefined) {
    return new Error(
      `${subject}: nobody provides ${token} for ${which}; register { family: ${target.name}, providers: [{ token, value }] }`,
      { cause: error },
    );
  }
  if (UNKNOWN_TYPE.test(error.message))
    return new Error(`${subject}: ${which} says not what it takes; put @inject(…) before it`, {
      cause: error,
    });
  return error;
}
