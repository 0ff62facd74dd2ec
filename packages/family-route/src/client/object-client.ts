import {
  Errno,
  type MessageBody,
  MessageFlag,
  NetlinkError,
  type ReceivedMessage,
  type RequestOptions,
} from '@nlspace/core';
import { isEmptyTable, uninterrupted } from './interruptions.js';
import type { LinkIndex } from './link-index.js';
import type { RouteSockets } from './sockets.js';
import { type LinkReference, schemaOf, type Translation } from './translation.js';
import { Watch, type WatchFilters, type WatchOptions } from './watch.js';
import type { ListedObjects, ObjectName } from './watched.js';

/** What every call that waits takes. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** What can be done with one kind of object: links, addresses, routes and so on. */
export class ObjectClient<
  Of extends ObjectName,
  New,
  Selector,
  Listed extends ListedObjects[Of] = ListedObjects[Of],
  Filter extends WatchFilters[Of] = WatchFilters[Of],
> {
  constructor(
    protected readonly sockets: RouteSockets,
    protected readonly links: LinkIndex,
    // biome-ignore lint/suspicious/noExplicitAny: its own messages are its own business
    protected readonly translation: Translation<Listed, New, Selector, Filter, any, any>,
  ) {}

  /**
   * Lists as the messages arrive: the source goes on only while they are taken.
   *
   * @throws {NetlinkError} the refusal; EINTR at the end, when a change has interrupted the list and something may be missing
   * (`all` begins again then). RangeError for what cannot be in a filter.
   */
  async *list(
    filter: Filter = {} as Filter,
    { signal }: CallOptions = {},
  ): AsyncGenerator<Listed, void, undefined> {
    const { translation } = this;
    const { name, types } = translation;
    const options = { operation: `${name}.list`, signal };
    await this.links.refresh(name, options);
    const resolve = (link: LinkReference) => this.links.indexOf(link, options);
    const body = await translation.query(filter, resolve);
    const { link, master } = filter as { link?: LinkReference; master?: LinkReference };
    const wanted = link ?? master;
    const index = wanted === undefined ? undefined : await resolve(wanted);
    try {
      for await (const message of this.sockets.dump(types.get, schemaOf(translation), body, options)) {
        const listed = translation.read(message, this.links);
        if (listed !== undefined && translation.matches(listed, filter, index)) yield listed;
      }
    } catch (error) {
      if (!isEmptyTable(error, filter)) throw error;
    }
  }

  /**
   * All at once, as they were at one moment as far as the kernel side can tell: a list that a change has interrupted is begun
   * again.
   *
   * @throws {NetlinkError} as `list`; EINTR when changes have interrupted it a hundred times.
   */
  async all(filter: Filter = {} as Filter, options: CallOptions = {}): Promise<Listed[]> {
    return uninterrupted(async () => {
      const listed: Listed[] = [];
      for await (const one of this.list(filter, options)) listed.push(one);
      return listed;
    });
  }

  /**
   * Follows them: a snapshot, then every change, in order. Nothing is missed: an interrupted list is read again, and where
   * notifications were lost, the differences are found out.
   *
   * @example
   * for await (const change of client.routes.watch({ table: 'main' })) console.log(change.type);
   */
  watch(filter: Filter = {} as Filter, options: WatchOptions = {}): Watch<Of> {
    const filters = { [this.translation.name]: filter } as unknown as { readonly [P in Of]: WatchFilters[P] };
    return new Watch<Of>(this.sockets, this.links, filters, options);
  }

  /** @throws {NetlinkError} EEXIST where there is one already, and whatever else the kernel side says. */
  async add(given: New, options: CallOptions = {}): Promise<void> {
    await this.request('add', given, MessageFlag.Create | MessageFlag.Exclusive, options);
  }

  /** @throws {NetlinkError} ESRCH, ENOENT, ENODEV or EADDRNOTAVAIL where there is none, as the kernel has it. */
  async remove(selector: Selector, { signal }: CallOptions = {}): Promise<void> {
    const { name, types, writeSelector } = this.translation;
    const options = { operation: `${name}.remove`, signal };
    const body = await writeSelector(selector, (link) => this.links.indexOf(link, options));
    await this.do(types.remove, body, options);
  }

  protected async request(
    verb: string,
    given: New,
    flags: number,
    { signal }: CallOptions,
  ): Promise<ReceivedMessage[]> {
    const { name, types, write } = this.translation;
    const options = { operation: `${name}.${verb}`, signal };
    const body = await write(given, (link) => this.links.indexOf(link, options));
    return this.do(types.add, body, { ...options, flags });
  }

  protected do(messageType: number, body: MessageBody, options: RequestOptions): Promise<ReceivedMessage[]> {
    return this.sockets.do(messageType, schemaOf(this.translation), body, options);
  }

  /** What one request for one object gives; undefined where there is none. */
  protected async ask(
    body: MessageBody,
    missing: readonly Errno[],
    options: RequestOptions,
  ): Promise<Listed | undefined> {
    try {
      await this.links.refresh(this.translation.name, options);
      const [message] = await this.do(this.translation.types.get, body, options);
      return message === undefined ? undefined : this.translation.read(message, this.links);
    } catch (error) {
      if (error instanceof NetlinkError && missing.includes(error.errno)) return undefined;
      throw error;
    }
  }

  protected async first(
    filter: Filter,
    matches: (listed: Listed) => boolean,
    options: CallOptions,
  ): Promise<Listed | undefined> {
    return (await this.all(filter, options)).find(matches);
  }
}

/** The same for objects that can take the place of others of the same name. */
export class ReplaceableObjectClient<Of extends ObjectName, New, Selector> extends ObjectClient<
  Of,
  New,
  Selector
> {
  /** Puts it in the place of what is there. @throws {NetlinkError} ENOENT where there is nothing. */
  async change(given: New, options: CallOptions = {}): Promise<void> {
    await this.request('change', given, MessageFlag.Replace, options);
  }

  /** Puts it in the place of what is there, or adds it. @throws {NetlinkError} */
  async replace(given: New, options: CallOptions = {}): Promise<void> {
    await this.request('replace', given, MessageFlag.Create | MessageFlag.Replace, options);
  }
}
