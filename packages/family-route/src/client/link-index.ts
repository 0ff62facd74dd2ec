import { Errno, type MessageBody, type MessageSchema, NetlinkError } from '@nlspace/core';
import { RouteMessageType } from '../route-message-type.js';
import { isInterruption } from './interruptions.js';
import { selectLink } from './links.js';
import { linkMessage } from './messages.js';
import type { RouteSockets } from './sockets.js';
import type { LinkNames, LinkReference } from './translation.js';

const SCHEMA = linkMessage as unknown as MessageSchema;

/** RTEXT_FILTER_SKIP_STATS */
const WITHOUT_STATISTICS: MessageBody = { attributes: { extendedMask: 8 } };

/** On whose behalf: the flags of that request are not these requests'. */
interface Asked {
  readonly operation?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Whose messages name links by their own. */
const NEEDS_NO_NAMES = ['links', 'rules'];

/** Which link has which index: asked for whenever a request names one, and listed before what has indexes is. */
export class LinkIndex implements LinkNames {
  readonly #names = new Map<number, string>();

  constructor(private readonly sockets: RouteSockets) {}

  nameOf(interfaceIndex: number): string | undefined {
    return this.#names.get(interfaceIndex);
  }

  /** @throws {NetlinkError} ENODEV */
  async indexOf(link: LinkReference, { operation, signal }: Asked): Promise<number> {
    if (typeof link === 'number') return link;
    const options = { signal, ...(operation === undefined ? {} : { operation }) };
    try {
      const body = selectLink(link);
      const [found] = await this.sockets.do(RouteMessageType.GetLink, SCHEMA, body as MessageBody, options);
      return (found?.header as { interfaceIndex?: number } | undefined)?.interfaceIndex ?? 0;
    } catch (error) {
      if (!(error instanceof NetlinkError) || error.errno !== Errno.ENODEV) throw error;
      throw new NetlinkError(Errno.ENODEV, `there is no link ${link}`, error.details, { cause: error });
    }
  }

  learn(interfaceIndex: number, name: string): void {
    this.#names.set(interfaceIndex, name);
  }

  forget(interfaceIndex: number): void {
    this.#names.delete(interfaceIndex);
  }

  /** Learns the names of all links, where the objects of a list have indexes. One that is missed stays without a name. */
  async refresh(objects: string, { operation, signal }: Asked): Promise<void> {
    if (NEEDS_NO_NAMES.includes(objects)) return;
    this.#names.clear();
    const options = { signal, ...(operation === undefined ? {} : { operation }) };
    const links = this.sockets.dump(RouteMessageType.GetLink, SCHEMA, WITHOUT_STATISTICS, options);
    try {
      for await (const { header, attributes } of links) {
        const { interfaceIndex } = header as { interfaceIndex: number };
        this.learn(interfaceIndex, (attributes as { name?: string }).name ?? '');
      }
    } catch (error) {
      if (!isInterruption(error)) throw error;
    }
  }
}
