import {
  type AckCookie,
  type Class,
  type MappedSubscription,
  type MessageSchema,
  type Netlink,
  type Operation,
  operationsOf,
  type RequestOptions,
} from '@nlspace/core';
import { GenericClient, type GenericMessage } from './generic-client.js';
import { genericFamilyOptionsOf } from './generic-family.js';

/** The names of a family's methods. */
type MethodOf<F> = { [K in keyof F]: F[K] extends (...given: never[]) => unknown ? K : never }[keyof F] &
  string;

/** What a method is asked: the attributes that its request has, those that it requires required. */
export type AskedOf<F, K extends keyof F> = F[K] extends (request: infer Q, ...more: never[]) => unknown
  ? Q extends { readonly attributes: infer A; readonly header: infer H }
    ? { readonly attributes: A; readonly header?: Partial<H> }
    : { readonly attributes: Record<never, never> }
  : never;

type Message = { readonly attributes: object };
type MessagesIn<R> = R extends Message
  ? R
  : R extends Uint8Array | AckCookie
    ? never
    : R extends Iterable<infer M extends Message>
      ? M
      : never;

/** What a method answers with, message by message. */
export type AnswerOf<F, K extends keyof F> = F[K] extends (...given: never[]) => infer R
  ? MessagesIn<Awaited<R>> & { readonly command: number }
  : never;

export interface FamilyClientOptions {
  readonly signal?: AbortSignal;
}

/**
 * The client's end of a family that is declared as a class: requests are named and typed by its methods. Where the family
 * runs, this process or another machine, does not matter; the class is only looked at.
 *
 * @example
 * const meters = await FamilyClient.open(netlink, MeterFamily);
 * await meters.do('set', { attributes: { name: 'uplink', rate: 100 } });
 * for await (const { attributes } of meters.dump('list')) console.log(attributes.name);
 */
export class FamilyClient<F extends object> implements AsyncDisposable {
  readonly #operations: readonly Operation[];

  private constructor(
    /** For what this class has no words. */
    readonly client: GenericClient<MessageSchema>,
    private readonly family: Class<F>,
  ) {
    this.#operations = operationsOf(family.prototype as object);
  }

  /** @throws {NetlinkError} ENOENT where there is no such family. TypeError for what is no generic family. */
  static async open<F extends object>(
    netlink: Netlink,
    family: Class<F>,
    options: FamilyClientOptions = {},
  ): Promise<FamilyClient<F>> {
    const { name, notifications = {} } = genericFamilyOptionsOf(family);
    const messages: Record<number, MessageSchema> = {};
    let any: MessageSchema | undefined;
    for (const { number, message, options } of operationsOf(family.prototype as object)) {
      const reply = options.reply ?? message;
      messages[options.replyType ?? number] ??= reply;
      any ??= reply;
    }
    if (any === undefined) throw new TypeError(`${family.name} answers nothing: it has no @Do and no @Dump`);
    const client = await GenericClient.open(netlink, name, {
      message: any,
      messages: { ...messages, ...notifications },
      ...options,
    });
    return new FamilyClient(client, family);
  }

  /** Sends one request and waits for its acknowledgement. @throws {NetlinkError} the refusal. */
  async do<K extends MethodOf<F>>(
    method: K,
    asked: AskedOf<F, K>,
    options?: RequestOptions,
  ): Promise<AnswerOf<F, K>[]> {
    const exchange = this.#exchange('do', method);
    const answers: GenericMessage[] = await this.client.doExchange(exchange, asked as never, {
      operation: this.#nameOf(method),
      ...options,
    });
    return answers as unknown as AnswerOf<F, K>[];
  }

  /** Lists, as the messages arrive. @throws {NetlinkError} the refusal; EINTR at the end of an interrupted dump. */
  dump<K extends MethodOf<F>>(
    method: K,
    asked?: AskedOf<F, K>,
    options?: RequestOptions,
  ): AsyncGenerator<AnswerOf<F, K>, void, undefined> {
    const exchange = this.#exchange('dump', method);
    const body = (asked ?? { attributes: {} }) as never;
    const answers = this.client.dumpExchange(exchange, body, {
      operation: this.#nameOf(method),
      ...options,
    });
    return answers as unknown as AsyncGenerator<AnswerOf<F, K>, void, undefined>;
  }

  /** Joins a group and gives its notifications from now on. @throws {RangeError} naming the groups there are. */
  subscribe(
    group: string,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<MappedSubscription<GenericMessage>> {
    return this.client.subscribe(group, options);
  }

  /** Idempotent. */
  close(): void {
    this.client.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  #nameOf(method: string): string {
    return `${this.family.name}.${method}`;
  }

  #exchange(
    exchange: 'do' | 'dump',
    method: string,
  ): { command: number; request: MessageSchema; reply: MessageSchema } {
    const found = this.#operations.find((one) => one.exchange === exchange && one.method === method);
    if (found === undefined) {
      const names = this.#operations
        .filter((one) => one.exchange === exchange)
        .map((one) => String(one.method));
      throw new RangeError(
        `${this.#nameOf(method)} is no ${exchange}; there are ${names.join(', ') || 'none'}`,
      );
    }
    const { number: command, message: request, options } = found;
    return { command, request, reply: options.reply ?? request };
  }
}
