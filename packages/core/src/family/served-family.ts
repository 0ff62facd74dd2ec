import type { MessageSchema } from '../schema/message.js';
import type { FamilyLifecycle, FamilyOptions } from './decorators.js';
import { type Exchange, type Operation, operationsOf } from './operation.js';

/** A family as it serves: its operations bound to their handlers, found by message type. */
export class ServedFamily {
  readonly operations: readonly Operation[];
  readonly #do = new Map<number, Operation>();
  readonly #dump = new Map<number, Operation>();
  readonly #schemas = new Map<number, MessageSchema>();
  #groupCount: number;

  /** @throws {Error} when two methods handle the same number, naming both. */
  constructor(
    readonly options: FamilyOptions,
    readonly instance: FamilyLifecycle & object,
    handlers: readonly object[],
  ) {
    this.#groupCount = Math.max(0, ...Object.values(options.groups));
    this.operations = handlers.flatMap(operationsOf);
    for (const operation of this.operations) this.#add(operation);
  }

  find(exchange: Exchange, messageType: number): Operation | undefined {
    return (exchange === 'do' ? this.#do : this.#dump).get(messageType);
  }

  /** The schema that messages of a type are encoded by, requests and replies alike. */
  schemaOf(messageType: number): MessageSchema | undefined {
    return this.#schemas.get(messageType);
  }

  /** @throws {RangeError} naming the groups there are. */
  groupId(group: string | number): number {
    const id = typeof group === 'number' ? group : this.options.groups[group];
    if (id === undefined || id < 1 || id > this.highestGroup) {
      throw new RangeError(
        `${this.options.name} has no group ${group}; it has ${Object.keys(this.options.groups).join(', ')}`,
      );
    }
    return id;
  }

  /** The last group that can be joined. */
  get highestGroup(): number {
    return this.#groupCount;
  }

  set highestGroup(count: number) {
    this.#groupCount = count;
  }

  #add(operation: Operation): void {
    const table = operation.exchange === 'do' ? this.#do : this.#dump;
    const taken = table.get(operation.number);
    if (taken !== undefined) {
      throw new Error(
        `${taken.name} and ${operation.name} both handle message type ${operation.number} (${operation.exchange}); ` +
          'give one of them another number',
      );
    }
    table.set(operation.number, operation);
    const replyType = operation.options.replyType ?? this.options.replyType(operation.number);
    // A reply's schema wins over that of a request which happens to use the same type.
    this.#schemas.set(replyType, operation.options.reply ?? operation.message);
    if (!this.#schemas.has(operation.number)) this.#schemas.set(operation.number, operation.message);
  }
}
