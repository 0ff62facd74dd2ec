import {
  type ClientSocket,
  Errno,
  type MessageBody,
  NetlinkError,
  type ReceivedMessage,
  SocketOption,
  type Subscription,
} from '@nlspace/core';
import { AddressFamily } from '../network/ip-bytes.js';
import { RouteMessageType } from '../route-message-type.js';
import type { AddressFilter } from './addresses.js';
import { isEmptyTable, uninterrupted } from './interruptions.js';
import { LinkHistory, type LinkNews } from './link-history.js';
import type { LinkIndex } from './link-index.js';
import { LINKS, type LinkFilter } from './links.js';
import { type Difference, Mirror } from './mirror.js';
import type { NeighbourFilter } from './neighbours.js';
import type { NexthopFilter } from './nexthops.js';
import type { RouteFilter } from './routes.js';
import type { RuleFilter } from './rules.js';
import type { RouteSockets } from './sockets.js';
import { type AnyTranslation, type LinkReference, schemaOf } from './translation.js';
import { TRANSLATIONS } from './translations.js';
import {
  ALWAYS_HEARD,
  createsNexthop,
  type Happening,
  type ListedObjects,
  OBJECT_NAMES,
  OBJECT_OF_TYPE,
  type ObjectName,
  replaces,
  WATCHED,
} from './watched.js';

/** What a watch may be limited to, by what is watched. */
export interface WatchFilters {
  readonly links: LinkFilter;
  readonly addresses: AddressFilter;
  readonly routes: RouteFilter;
  readonly nexthops: NexthopFilter;
  readonly neighbours: NeighbourFilter;
  readonly rules: RuleFilter;
}

export interface WatchOptions {
  readonly signal?: AbortSignal | undefined;
  /** SO_RCVBUF of the socket that hears of changes. The larger it is, the fewer overruns. @default the system's */
  readonly receiveBufferBytes?: number;
}

/**
 * How a change came to be known: it was told (`notification`), it was found in a list that was read anew because notifications
 * were lost (`overrun`), or because something happened that changes others without a word, such as a link that goes down and
 * takes routes with it (`consequence`).
 */
export type ChangeCause = 'notification' | 'overrun' | 'consequence';

/** What a watch tells: first what is there, then what changes. */
export type Change<K extends ObjectName = ObjectName> = {
  readonly [Of in K]:
    | { readonly of: Of; readonly type: 'snapshot'; readonly objects: readonly ListedObjects[Of][] }
    | ({ readonly of: Of; readonly cause: ChangeCause } & Difference<ListedObjects[Of]>);
}[K];

/** RTM_DEL… among NEW, DEL, GET, SET. */
const DELETE = 1;

interface Followed {
  readonly of: ObjectName;
  readonly translation: AnyTranslation;
  readonly filter: object;
  /** Index of the link in the filter. */
  interfaceIndex: number | undefined;
  readonly mirror: Mirror<object>;
  isListed: boolean;
  /** Why it has to be listed again. */
  stale: ChangeCause | undefined;
}

/**
 * Follows objects: gives a snapshot of each kind and then every change, in order. An interrupted list is read again; where
 * notifications were lost, lists are read again and the differences told. So the mirror (`objects`) ends up equal to the
 * source, whatever happens in between.
 *
 * Nothing is asked for before the first change is. Ends when it is disposed of, or its client is closed.
 */
export class Watch<K extends ObjectName>
  implements AsyncIterableIterator<Change<K>, undefined>, AsyncDisposable
{
  readonly #followed: readonly Followed[];
  readonly #history = new LinkHistory();
  readonly #changes: AsyncGenerator<Change<K>, undefined, undefined>;
  #subscription: Subscription | undefined;

  /** Made by the clients. */
  constructor(
    private readonly sockets: RouteSockets,
    private readonly links: LinkIndex,
    filters: { readonly [P in K]: WatchFilters[P] },
    private readonly options: WatchOptions,
  ) {
    this.#followed = OBJECT_NAMES.filter((of) => Object.hasOwn(filters, of)).map((of) => ({
      of,
      translation: TRANSLATIONS[of],
      filter: filters[of as K],
      interfaceIndex: undefined,
      mirror: new Mirror<object>(WATCHED[of].identity as never),
      isListed: false,
      stale: undefined,
    }));
    this.#changes = this.#follow();
  }

  /**
   * The mirror: what is there, as far as the changes say that have been taken. `of` is needed where several kinds are watched.
   *
   * @throws {RangeError} for what is not watched.
   */
  objects<Of extends K>(of?: Of): ListedObjects[Of][] {
    const [first, ...others] = this.#followed.filter((one) => of === undefined || one.of === of);
    if (first === undefined || others.length > 0)
      throw new RangeError(`say one of ${this.#followed.map((one) => one.of).join(', ')}, which are watched`);
    return [...first.mirror.objects()] as ListedObjects[Of][];
  }

  /** @throws {NetlinkError} what the kernel side refuses; EINTR when changes have interrupted a list a hundred times. */
  async next(): Promise<IteratorResult<Change<K>, undefined>> {
    return this.#changes.next();
  }

  /** Idempotent. */
  async return(): Promise<IteratorReturnResult<undefined>> {
    await this.#subscription?.return();
    await this.#changes.return(undefined);
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async *#follow(): AsyncGenerator<Change<K>, undefined, undefined> {
    const hearing = await this.sockets.openSocket();
    try {
      const subscription = await this.#subscribe(hearing);
      await this.#resolveFilters();
      await this.#learnLinks();
      for (const followed of this.#followed) {
        followed.mirror.replaceAll(await this.#list(followed));
        followed.isListed = true;
        yield { of: followed.of, type: 'snapshot', objects: [...followed.mirror.objects()] } as never;
      }
      for (;;) {
        try {
          const message = subscription.take() ?? (this.#isStale ? undefined : await nextOf(subscription));
          if (message === ENDED) return undefined;
          if (message !== undefined) {
            yield* this.#take(message);
            continue;
          }
        } catch (error) {
          if (!isOverrun(error)) throw error;
          for (const followed of this.#followed) followed.stale = 'overrun';
          await this.#learnLinks();
          continue;
        }
        yield* this.#relist();
      }
    } finally {
      this.sockets.closeSocket(hearing);
    }
  }

  get #isStale(): boolean {
    return this.#followed.some(({ stale }) => stale !== undefined);
  }

  async #subscribe(hearing: ClientSocket): Promise<Subscription> {
    const { signal, receiveBufferBytes } = this.options;
    if (receiveBufferBytes !== undefined)
      await hearing.socket.setOption(SocketOption.ReceiveBufferSize, receiveBufferBytes);
    const groups = this.#followed.flatMap(({ of }) => WATCHED[of].groups);
    this.#subscription = await hearing.subscribe(new Set([...groups, ...ALWAYS_HEARD]), { signal });
    return this.#subscription;
  }

  async #resolveFilters(): Promise<void> {
    for (const followed of this.#followed) {
      const { link, master } = followed.filter as { link?: LinkReference; master?: LinkReference };
      const wanted = link ?? master;
      if (wanted === undefined) continue;
      followed.interfaceIndex = await this.links.indexOf(wanted, this.#optionsFor(followed.of));
    }
  }

  /** Has the list of links ready before anything is listed that names them by index. */
  async #learnLinks(): Promise<void> {
    const learn = (message: ReceivedMessage) => {
      this.#history.learn(message as unknown as LinkNews);
      return undefined;
    };
    await this.#read(LINKS, { attributes: {} }, 'links', learn, () => this.#history.clear());
  }

  #list(followed: Followed): Promise<object[]> {
    const { of, translation, filter } = followed;
    const query = translation.query(filter, (link) => this.links.indexOf(link, this.#optionsFor(of)));
    const read = (message: ReceivedMessage) => {
      if (of === 'links') this.#history.learn(message as unknown as LinkNews);
      const listed = translation.read(message, this.#history) as object | undefined;
      return listed !== undefined && isFollowed(followed, listed) ? listed : undefined;
    };
    return query.then((body) => this.#read(translation, body as MessageBody, of, read));
  }

  /** A whole list, begun again as often as a change has interrupted it. */
  async #read(
    translation: AnyTranslation,
    body: MessageBody,
    of: ObjectName,
    read: (message: ReceivedMessage) => object | undefined,
    begin: () => void = () => {},
  ): Promise<object[]> {
    const { types } = translation;
    const options = this.#optionsFor(of);
    try {
      return await uninterrupted(async () => {
        const listed: object[] = [];
        begin();
        for await (const message of this.sockets.dump(types.get, schemaOf(translation), body, options)) {
          const one = read(message);
          if (one !== undefined) listed.push(one);
        }
        return listed;
      });
    } catch (error) {
      if (isEmptyTable(error, this.#followed.find((one) => one.of === of)?.filter ?? {})) return [];
      throw error;
    }
  }

  #optionsFor(of: ObjectName): { operation: string; signal: AbortSignal | undefined } {
    return { operation: `${of}.watch`, signal: this.options.signal };
  }

  /** What a notification means: for its own object, and for those that change without a word. */
  *#take(message: ReceivedMessage): Generator<Change<K>> {
    const of = OBJECT_OF_TYPE.get(message.messageType & ~3);
    if (of === undefined) return;
    const isGone = (message.messageType & 3) === DELETE;
    for (const happening of this.#happenings(message, isGone)) this.#markSilent(happening);
    const followed = this.#followed.find((one) => one.of === of);
    if (followed?.isListed !== true) return;
    const { translation, mirror } = followed;
    const object = translation.read(message, this.#history) as object | undefined;
    if (object === undefined) return;
    // What is not asked for may have taken the place of what was.
    const isThere = !isGone && isFollowed(followed, object);
    const outcome = isThere ? mirror.put(object, replaces(message.flags)) : mirror.remove(object);
    if (outcome === undefined) followed.stale ??= 'notification';
    else for (const difference of outcome) yield { of, cause: 'notification', ...difference } as never;
  }

  #happenings(message: ReceivedMessage, isGone: boolean): readonly Happening[] {
    const news = message as unknown as LinkNews;
    switch (message.messageType) {
      case RouteMessageType.NewLink:
        return this.#history.learn(news);
      case RouteMessageType.DeleteLink:
        return this.#history.forget(news);
      case RouteMessageType.DeleteAddress:
        return news.header.addressFamily === AddressFamily.Inet ? ['address-gone'] : [];
      case RouteMessageType.NewNexthop:
        return createsNexthop(message.flags) ? [] : ['nexthop-changed'];
      default:
        return message.messageType === RouteMessageType.DeleteNexthop && isGone ? ['nexthop-gone'] : [];
    }
  }

  #markSilent(happening: Happening): void {
    for (const followed of this.#followed) {
      if (followed.isListed && WATCHED[followed.of].silentlyChangedBy.includes(happening))
        followed.stale ??= 'consequence';
    }
  }

  /** Lists anew what cannot be known otherwise, and tells what is different. */
  async *#relist(): AsyncGenerator<Change<K>, void, undefined> {
    for (const followed of this.#followed) {
      const { of, stale: cause, mirror } = followed;
      if (cause === undefined) continue;
      followed.stale = undefined;
      for (const difference of mirror.replaceAll(await this.#list(followed)))
        yield { of, cause, ...difference } as never;
    }
  }
}

function isFollowed({ of, translation, filter, interfaceIndex }: Followed, listed: object): boolean {
  const isTold = WATCHED[of].isTold as ((listed: object) => boolean) | undefined;
  return translation.matches(listed, filter, interfaceIndex) && isTold?.(listed) !== false;
}

const ENDED = Symbol('ended');

async function nextOf(subscription: Subscription): Promise<ReceivedMessage | typeof ENDED> {
  const { done, value } = await subscription.next();
  return done === true ? ENDED : value;
}

function isOverrun(error: unknown): boolean {
  return error instanceof NetlinkError && error.errno === Errno.ENOBUFS;
}
