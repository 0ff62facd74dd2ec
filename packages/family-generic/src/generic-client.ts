import {
  ClientSocket,
  type DecodedOf,
  Errno,
  type MappedSubscription,
  type MessageOf,
  type MessageSchema,
  type Netlink,
  NetlinkError,
  NetlinkProtocol,
  type RequestOptions,
} from '@nlspace/core';
import { ControlCommand, familyDescription, familyRequest } from './control/control-message.js';
import { behindGenericHeader, withVisibleHeader } from './generic-header.js';
import { CONTROL_ID, CONTROL_NAME } from './names.js';

export interface GenericClientOptions<M extends MessageSchema> {
  /** What the family's messages are, requests and replies alike. */
  readonly message: M;
  /** Of commands whose messages are others. */
  readonly messages?: Readonly<Record<number, MessageSchema>>;
  readonly signal?: AbortSignal;
}

/** A reply or notification of a generic family. */
export type GenericMessage<M extends MessageSchema = MessageSchema> = DecodedOf<M> & {
  readonly command: number;
};

/** A command with what is asked and what is answered, where the two are not alike. */
export interface GenericExchange<Q extends MessageSchema, R extends MessageSchema> {
  readonly command: number;
  readonly request: Q;
  /** What replies are known to hold; they are read by what `messages` says of their command. */
  readonly reply: R;
}

/**
 * The client's end of one generic family, on any `Netlink`. The family is looked up by its name, as every client does.
 *
 * @example
 * const client = await GenericClient.open(netlink, 'meter', { message: meter });
 * await client.do(MeterCommand.Set, { attributes: { name: 'uplink', rate: 100 } });
 */
export class GenericClient<M extends MessageSchema> implements AsyncDisposable {
  private constructor(
    /** For what this class has no words. */
    readonly socket: ClientSocket,
    readonly familyId: number,
    readonly version: number,
    /** Numbers of groups by name. */
    readonly groups: ReadonlyMap<string, number>,
    private readonly options: GenericClientOptions<M>,
  ) {}

  /** @throws {NetlinkError} ENOENT where there is no such family. */
  static async open<M extends MessageSchema>(
    netlink: Netlink,
    family: string,
    options: GenericClientOptions<M>,
  ): Promise<GenericClient<M>> {
    const { message, messages = {}, signal } = options;
    const visible = new Map(
      Object.entries(messages).map(([command, schema]) => [Number(command), withVisibleHeader(schema)]),
    );
    const others = withVisibleHeader(message);
    const control = withVisibleHeader(familyDescription as unknown as MessageSchema);
    let isLookedUp = false;
    const socket = await ClientSocket.open(netlink, {
      protocol: NetlinkProtocol.Generic,
      catalog: {
        // A client of nlctrl has words of its own for what it is told, once the look-up is over.
        get: (messageType, [command = 0]) =>
          messageType === CONTROL_ID && !(isLookedUp && family === CONTROL_NAME)
            ? control
            : (visible.get(command) ?? others),
      },
      ...(signal === undefined ? {} : { signal }),
    });
    try {
      const request = behindGenericHeader(
        familyRequest as unknown as MessageSchema,
        ControlCommand.GetFamily,
        2,
      );
      const [reply] = await socket.do(CONTROL_ID, request, { attributes: { familyName: family } });
      const {
        familyId = 0,
        version = 0,
        groups = [],
      } = (reply as unknown as DecodedOf<typeof familyDescription>).attributes;
      isLookedUp = true;
      const numbers = new Map(groups.map(({ name = '', id = 0 }) => [name, id]));
      return new GenericClient(socket, familyId, version, numbers, options);
    } catch (error) {
      socket.close();
      throw error instanceof NetlinkError && error.errno === Errno.ENOENT
        ? new NetlinkError(Errno.ENOENT, `there is no generic family ${family}`, error.details, {
            cause: error,
          })
        : error;
    }
  }

  /**
   * Sends one request and waits for its acknowledgement.
   *
   * @throws {NetlinkError} the refusal.
   */
  async do(command: number, body: MessageOf<M>, options?: RequestOptions): Promise<GenericMessage<M>[]> {
    const replies = await this.socket.do(this.familyId, this.#request(command), body, options);
    return replies.map((reply) => visible<M>(reply));
  }

  /** Lists, as the messages arrive. @throws {NetlinkError} the refusal; EINTR at the end of an interrupted dump. */
  async *dump(
    command: number,
    body?: MessageOf<M>,
    options?: RequestOptions,
  ): AsyncGenerator<GenericMessage<M>, void, undefined> {
    const request = body ?? { attributes: {} };
    for await (const reply of this.socket.dump(this.familyId, this.#request(command), request, options))
      yield visible<M>(reply);
  }

  /** The same as `do`, with the schemas of one exchange. */
  async doExchange<Q extends MessageSchema, R extends MessageSchema>(
    { command, request }: GenericExchange<Q, R>,
    body: MessageOf<Q>,
    options?: RequestOptions,
  ): Promise<GenericMessage<R>[]> {
    const schema = behindGenericHeader(request, command, this.version);
    const replies = await this.socket.do(this.familyId, schema, body, options);
    return replies.map((reply) => visible<R>(reply));
  }

  /** The same for what is answered with one message. @throws {NetlinkError} the refusal; ENODATA where there is only an acknowledgement. */
  async askExchange<Q extends MessageSchema, R extends MessageSchema>(
    exchange: GenericExchange<Q, R>,
    body: MessageOf<Q>,
    options?: RequestOptions,
  ): Promise<GenericMessage<R>> {
    const [reply] = await this.doExchange(exchange, body, options);
    if (reply === undefined)
      throw new NetlinkError(Errno.ENODATA, `command ${exchange.command} was acknowledged, but not answered`);
    return reply;
  }

  /** The same as `dump`, with the schemas of one exchange. */
  async *dumpExchange<Q extends MessageSchema, R extends MessageSchema>(
    { command, request }: GenericExchange<Q, R>,
    body: MessageOf<Q>,
    options?: RequestOptions,
  ): AsyncGenerator<GenericMessage<R>, void, undefined> {
    const schema = behindGenericHeader(request, command, this.version);
    for await (const reply of this.socket.dump(this.familyId, schema, body, options)) yield visible<R>(reply);
  }

  /**
   * Joins a group and gives its notifications from now on.
   *
   * @throws {RangeError} naming the groups there are.
   */
  async subscribe(
    group: string,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<MappedSubscription<GenericMessage<M>>> {
    const number = this.groups.get(group);
    if (number === undefined) {
      const names = [...this.groups.keys()].join(', ') || 'none';
      throw new RangeError(`the family has no group ${group}; its groups: ${names}`);
    }
    return (await this.socket.subscribe([number], options)).map((notification) => visible<M>(notification));
  }

  /** Idempotent. */
  close(): void {
    this.socket.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  #request(command: number): MessageSchema {
    const { message, messages = {} } = this.options;
    return behindGenericHeader(messages[command] ?? message, command, this.version);
  }
}

function visible<M extends MessageSchema>(received: { readonly header: object }): GenericMessage<M> {
  const { command } = received.header as { command: number };
  return { ...received, command } as unknown as GenericMessage<M>;
}
