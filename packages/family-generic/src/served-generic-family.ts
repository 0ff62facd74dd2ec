import {
  type AttributeSet,
  attr,
  type DumpContext,
  type DumpRoom,
  defineAttributes,
  Errno,
  type Exchange,
  type MessageSchema,
  NetlinkError,
  type Operation,
  operationsOf,
  RawDump,
  type Request,
} from '@nlspace/core';
import type { GenericFamilyOptions } from './generic-family.js';
import { behindGenericHeader, genericHeader } from './generic-header.js';

export interface GenericNumbers {
  readonly familyId: number;
  /** Of the first group; the others follow. */
  readonly firstGroup: number;
}

/** What there is of a command. */
export interface Command {
  readonly number: number;
  readonly do: Operation | undefined;
  readonly dump: Operation | undefined;
}

const LAST_COMMAND = 0xff;

/** The policy of strict operations without attributes, in the kernel too: it refuses whatever comes. */
const REJECT_ALL = defineAttributes('none', {
  any: attr.flag(0, { replyOnly: true }),
  other: attr.flag(1, { replyOnly: true }),
}) as AttributeSet;

/** A generic family as it serves: its operations bound to their object, found by command. */
export class ServedGenericFamily {
  readonly name: string;
  readonly version: number;
  readonly operations: readonly Operation[];
  readonly #do = new Map<number, Operation>();
  readonly #dump = new Map<number, Operation>();
  readonly #schemas = new Map<number, MessageSchema>();
  readonly #inFlight = new Set<Promise<unknown>>();
  #isWithdrawn = false;

  /** @throws {Error} naming class, method and command where they do not fit together. */
  constructor(
    readonly options: GenericFamilyOptions,
    readonly instance: object,
    readonly numbers: GenericNumbers,
  ) {
    this.name = options.name;
    this.version = options.version ?? 1;
    const operations = operationsOf(instance);
    if (operations.length === 0 && this.groups.length === 0) {
      throw new Error(
        `${instance.constructor.name} has neither operations nor groups; mark its methods with @Do(…) or @Dump(…)`,
      );
    }
    for (const { name, options } of operations) {
      if (options.replyType !== undefined && !isCommand(options.replyType))
        throw new Error(
          `${name} replies with command ${options.replyType}; commands are numbers from 0 to ${LAST_COMMAND}`,
        );
    }
    this.operations = operations.map((operation) => this.#bind(operation));
    for (const operation of this.operations) this.#add(operation);
    for (const [command, message] of Object.entries(options.notifications ?? {}))
      this.#schemas.set(Number(command), behindGenericHeader(message, Number(command), this.version));
  }

  get familyId(): number {
    return this.numbers.familyId;
  }

  /** `genlmsghdr` and the family's own header. */
  get headerSize(): number {
    return genericHeader.size + (this.options.header?.header.size ?? 0);
  }

  /** In the order of the declaration. */
  get commands(): readonly Command[] {
    const numbers = new Set(this.operations.map((operation) => operation.number));
    return [...numbers].map((number) => this.command(number));
  }

  command(number: number): Command {
    return { number, do: this.#do.get(number), dump: this.#dump.get(number) };
  }

  find(exchange: Exchange, command: number): Operation | undefined {
    return (exchange === 'do' ? this.#do : this.#dump).get(command);
  }

  /** `meter.Set`, or `meter.1` where the family does not name its commands. */
  commandName(command: number): string {
    return `${this.name}.${this.options.commands?.[command] ?? command}`;
  }

  /** What messages of a command are written by. */
  schemaOf(command: number): MessageSchema | undefined {
    return this.#schemas.get(command);
  }

  /** Group names with their numbers in this domain. */
  get groups(): readonly { readonly name: string; readonly id: number }[] {
    return (this.options.groups ?? []).map((name, index) => ({ name, id: this.numbers.firstGroup + index }));
  }

  get isWithdrawn(): boolean {
    return this.#isWithdrawn;
  }

  /** Ends it: dumps that go on end with ENOENT; settles when no handler is at work any more. */
  async withdraw(): Promise<void> {
    this.#isWithdrawn = true;
    await Promise.allSettled([...this.#inFlight]);
  }

  /** The operation with the headers, the number and the book-keeping of this family. */
  #bind(operation: Operation): Operation {
    const { number, options } = operation;
    const { validation = 'strict' } = options;
    const takesNothing = validation === 'strict' && operation.message.attributes.byType.length === 0;
    const message = takesNothing ? { ...operation.message, attributes: REJECT_ALL } : operation.message;
    const replyCommand = options.replyType ?? number;
    return {
      ...operation,
      message: behindGenericHeader(message, number, this.version),
      options: {
        ...options,
        validation,
        refusedBy: options.refusedBy ?? 'error',
        tellsPolicy: options.tellsPolicy ?? true,
        reply: behindGenericHeader(options.reply ?? operation.message, replyCommand, this.version),
        replyType: this.familyId,
      },
      call: (request, context) => this.#call(operation, request, context),
    };
  }

  #call(operation: Operation, request: Request, context: DumpContext | undefined): unknown {
    const result = operation.call(request, context);
    if (result instanceof Promise) {
      const settled = result.finally(() => this.#inFlight.delete(settled));
      this.#inFlight.add(settled);
      return settled;
    }
    if (operation.exchange !== 'dump') return result;
    if (result instanceof RawDump) return new DumpWhileServed(result, () => this.#needServed());
    return this.#whileServed(result as Iterable<unknown>);
  }

  *#whileServed(messages: Iterable<unknown>): Generator<unknown> {
    for (const message of messages) {
      this.#needServed();
      yield message;
    }
  }

  #needServed(): void {
    if (this.#isWithdrawn) throw new NetlinkError(Errno.ENOENT, `${this.name} has been unloaded`);
  }

  #add(operation: Operation): void {
    const { exchange, number, name, options, message } = operation;
    if (!isCommand(number))
      throw new Error(`${name} handles command ${number}; commands are numbers from 0 to ${LAST_COMMAND}`);
    const { shape } = message.attributes;
    const unknown = options.required?.find((key) => !Object.hasOwn(shape, key));
    if (unknown !== undefined) {
      const keys = Object.keys(shape).join(', ') || 'none';
      throw new Error(
        `${name} requires "${unknown}", which ${message.name} has not; its attributes: ${keys}`,
      );
    }
    const table = exchange === 'do' ? this.#do : this.#dump;
    const taken = table.get(number);
    if (taken !== undefined) {
      throw new Error(
        `${taken.name} and ${name} both handle command ${number} (${exchange}); give one of them another number`,
      );
    }
    table.set(number, operation);
    if (!this.#schemas.has(number)) this.#schemas.set(number, operation.message);
    const { reply } = options;
    // What is sent under a command is what replies with it look like.
    if (reply !== undefined) this.#schemas.set(commandOf(reply), reply);
  }
}

function isCommand(number: number): boolean {
  return Number.isInteger(number) && number >= 0 && number <= LAST_COMMAND;
}

/** A dump that ends with its family. */
class DumpWhileServed extends RawDump {
  constructor(
    private readonly inner: RawDump,
    private readonly needServed: () => void,
  ) {
    super();
  }

  fill(room: DumpRoom): boolean {
    this.needServed();
    return this.inner.fill(room);
  }

  override close(): void {
    this.inner.close();
  }
}

/** The command that a bound schema writes. */
function commandOf(schema: MessageSchema): number {
  const bytes = new DataView(new ArrayBuffer(schema.header.size));
  schema.header.write(bytes, 0, {});
  return bytes.getUint8(0);
}
