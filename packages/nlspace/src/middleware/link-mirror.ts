import {
  ByteWriter,
  decodeMessage,
  Errno,
  encodeMessage,
  FIRST_NAMESPACE,
  MESSAGE_HEADER_SIZE,
  MessageFlag,
  type Netlink,
  NetlinkError,
  NetlinkProtocol,
  type NetlinkSocket,
  type OpenOptions,
  type RawMessage,
  readMessages,
} from '@nlspace/core';
import { link, ROUTE_GROUPS, RouteMessageType } from '@nlspace/family-route';
import type { LinkNames, LinkNamesOf, SeenMessage } from '@nlspace/middleware';
import { linksIn } from './links-in.js';

/** Enough for a burst of notifications about many links. */
const BUFFER_BYTES = 4 * 1024 * 1024;

/** Mirrors of a back end's links, one for each network namespace, made when somebody needs them. */
export function linkMirrors(): LinkNamesOf {
  const mirrors = new Map<string, Promise<LinkMirror>>();
  return (inner, options) => {
    const namespace = options.namespaces?.current ?? FIRST_NAMESPACE;
    const known = mirrors.get(namespace) ?? LinkMirror.open(inner, options);
    mirrors.set(namespace, known);
    return known;
  };
}

/**
 * The names of the links of one network by index. What a back end within reach of a call has told by then counts when
 * it is asked; one that is far away tells as soon as it can.
 */
class LinkMirror implements LinkNames {
  readonly #names = new Map<number, string>();

  private constructor(private readonly socket: NetlinkSocket) {}

  static async open(inner: Netlink, { namespaces }: OpenOptions): Promise<LinkMirror> {
    const socket = await inner.open({ protocol: NetlinkProtocol.Route, namespaces });
    const mirror = new LinkMirror(socket);
    await socket.bind({ portId: 0, groups: 0 });
    await socket.joinGroup(ROUTE_GROUPS.link);
    await socket.send(listLinks());
    socket.onReadable = () => mirror.#catchUp();
    mirror.#catchUp();
    return mirror;
  }

  of(message: SeenMessage): ReadonlyArray<string | undefined> {
    this.#catchUp();
    const found = linksIn(message).map((one) => (typeof one === 'string' ? one : this.#names.get(one)));
    // A route by its gateway, a group of links, what nobody can read: it may be about any link.
    return found.length === 0 ? [undefined] : found;
  }

  #catchUp(): void {
    for (;;) {
      try {
        const datagram = this.socket.receive({ capacity: BUFFER_BYTES });
        if (datagram === undefined) return;
        for (const message of readMessages(datagram.bytes)) this.#take(message);
      } catch (error) {
        // Without what was lost nothing is known, until everything has been told again.
        this.#names.clear();
        if (!(error instanceof NetlinkError) || error.errno !== Errno.ENOBUFS) return;
        this.socket.send(listLinks())?.catch(() => undefined);
      }
    }
  }

  #take({ header: { type }, payload }: RawMessage): void {
    if (type !== RouteMessageType.NewLink && type !== RouteMessageType.DeleteLink) return;
    const { header, attributes } = decodeMessage(link, payload);
    // Other families' messages tell of ports of a bridge, or of settings.
    if (header.addressFamily !== 0) return;
    if (type === RouteMessageType.DeleteLink) this.#names.delete(header.interfaceIndex);
    else if (attributes.name !== undefined) this.#names.set(header.interfaceIndex, attributes.name);
  }
}

function listLinks(): Uint8Array {
  const writer = new ByteWriter();
  const start = writer.reserve(MESSAGE_HEADER_SIZE);
  encodeMessage(link, writer, { attributes: {} });
  writer.view.setUint32(start, writer.length, true);
  writer.view.setUint16(start + 4, RouteMessageType.GetLink, true);
  writer.view.setUint16(start + 6, MessageFlag.Request | MessageFlag.Dump, true);
  return writer.slice();
}
