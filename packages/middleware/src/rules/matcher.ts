import { type MessagePattern, operationTest } from './message-pattern.js';
import { keysOf, type Opener, type SeenMessage } from './seen-message.js';

/** A pattern that is ready for messages. */
export class Matcher {
  readonly #isOperation: (name: string, messageType: number) => boolean;
  #complaint: string | undefined;

  constructor(readonly pattern: MessagePattern) {
    this.#isOperation = operationTest(pattern.operations ?? ['*']);
  }

  /** Why it cannot match what it seemed to be meant for: a condition about a key that such messages do not have. */
  get complaint(): string | undefined {
    return this.#complaint;
  }

  matches(message: SeenMessage): boolean {
    const { exchange, protocol, program, conditions = [] } = this.pattern;
    return (
      (exchange === undefined || exchange === message.exchange) &&
      (protocol === undefined || protocol === message.opener.protocol) &&
      this.#isOperation(message.name, message.raw.header.type) &&
      (program === undefined || isProgram(program, message.opener)) &&
      conditions.every(({ key, value }) => this.#says(message, key, value))
    );
  }

  #says(message: SeenMessage, key: string, wanted: string | undefined): boolean {
    const texts = message.valueTexts(key);
    if (texts !== undefined) return wanted === undefined || texts.includes(wanted);
    const { schema } = message;
    const known = schema === undefined ? [] : keysOf(schema);
    if (schema === undefined) this.#complaint ??= `nobody knows what ${message.name} says`;
    else if (!known.includes(key.split('.')[0] ?? ''))
      this.#complaint ??= `${message.name} has no ${key}; it has ${known.join(', ')}`;
    return false;
  }
}

/** The kernel keeps this much of a name. */
const LONGEST_NAME = 15;

function isProgram(wanted: string | number, { program, processId }: Opener): boolean {
  return typeof wanted === 'number' ? wanted === processId : wanted.slice(0, LONGEST_NAME) === program;
}
