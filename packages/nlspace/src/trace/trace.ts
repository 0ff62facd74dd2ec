import {
  type Datagram,
  type Netlink,
  type NetlinkAddress,
  NetlinkDomain,
  NetlinkError,
  NetlinkProtocol,
  type NetlinkSocket,
  type OpenOptions,
  type ReceiveOptions,
  type SocketOption,
} from '@nlspace/core';
import { GenericNetlink } from '@nlspace/family-generic';
import { genericVocabulary } from './generic-vocabulary.js';
import { datagramTexts } from './message-text.js';
import { ROUTE_VOCABULARY } from './route-vocabulary.js';
import { NUMBERS_ONLY, type Vocabulary } from './vocabulary.js';

export interface TraceOptions {
  /** Takes one line without its end. */
  readonly write: (line: string) => void;
  /**
   * Of protocols beside NETLINK_ROUTE, by number, and NETLINK_GENERIC of a domain in this process. Without one, messages
   * show as numbers.
   */
  readonly vocabularies?: ReadonlyMap<number, Vocabulary>;
}

/**
 * Middleware: passes everything on and writes what goes through, a line per message. A line begins with the process (and
 * the port ID where that is another number); `→` is a request, `←` what the program has received.
 *
 * @example
 * const netlink = trace(createNetlink(), { write: console.error });
 */
export function trace(inner: Netlink, { write, vocabularies }: TraceOptions): Netlink {
  return {
    async open(options: OpenOptions) {
      const { protocol, credentials } = options;
      const vocabulary = vocabularies?.get(protocol) ?? vocabularyOf(inner, protocol);
      return new TracedSocket(await inner.open(options), credentials?.pid ?? 0, vocabulary, write);
    },
  };
}

function vocabularyOf(inner: Netlink, protocol: number): Vocabulary {
  if (protocol === NetlinkProtocol.Route) return ROUTE_VOCABULARY;
  const served = inner instanceof NetlinkDomain ? inner.familyOf(protocol)?.instance : undefined;
  return served instanceof GenericNetlink ? genericVocabulary(served) : NUMBERS_ONLY;
}

class TracedSocket implements NetlinkSocket {
  constructor(
    private readonly inner: NetlinkSocket,
    private readonly processId: number,
    private readonly vocabulary: Vocabulary,
    private readonly write: (line: string) => void,
  ) {}

  get protocol(): number {
    return this.inner.protocol;
  }

  get address(): NetlinkAddress {
    return this.inner.address;
  }

  get peer(): NetlinkAddress {
    return this.inner.peer;
  }

  get readable(): boolean {
    return this.inner.readable;
  }

  get onReadable(): (() => void) | undefined {
    return this.inner.onReadable;
  }

  set onReadable(listener: (() => void) | undefined) {
    this.inner.onReadable = listener;
  }

  async bind(address: NetlinkAddress): Promise<void> {
    await this.inner.bind(address);
    const { groups } = this.inner.address;
    if (groups !== 0) this.#line(`joins ${this.#groupNames(groups)}`);
  }

  connect(address: NetlinkAddress): Promise<void> {
    return this.inner.connect(address);
  }

  async joinGroup(group: number): Promise<void> {
    await this.inner.joinGroup(group);
    this.#line(`joins ${this.vocabulary.groupName(group)}`);
  }

  async leaveGroup(group: number): Promise<void> {
    await this.inner.leaveGroup(group);
    this.#line(`leaves ${this.vocabulary.groupName(group)}`);
  }

  memberships(): Promise<Uint32Array> {
    return this.inner.memberships();
  }

  setOption(option: SocketOption, value: number): Promise<void> {
    return this.inner.setOption(option, value);
  }

  getOption(option: SocketOption): Promise<number> {
    return this.inner.getOption(option);
  }

  send(datagram: Uint8Array, destination?: NetlinkAddress): Promise<void> | undefined {
    for (const text of datagramTexts(datagram, this.vocabulary)) this.#line(`→ ${text}`);
    return this.inner.send(datagram, destination);
  }

  receive(options?: ReceiveOptions): Datagram | undefined {
    let datagram: Datagram | undefined;
    try {
      datagram = this.inner.receive(options);
    } catch (error) {
      if (error instanceof NetlinkError) this.#line(`← ${error.message}`);
      throw error;
    }
    if (datagram === undefined || options?.peek === true) return datagram;
    const { group, namespaceNumber } = datagram;
    const from = namespaceNumber === undefined ? '' : ` of namespace ${namespaceNumber}`;
    const through = group === 0 ? '' : `${this.vocabulary.groupName(group)}${from}: `;
    for (const text of datagramTexts(datagram.bytes, this.vocabulary)) this.#line(`← ${through}${text}`);
    return datagram;
  }

  close(): void {
    this.inner.close();
  }

  #line(text: string): void {
    const { portId } = this.inner.address;
    this.write(`${this.processId}${portId === 0 || portId === this.processId ? '' : `/${portId}`} ${text}`);
  }

  #groupNames(bits: number): string {
    const groups = Array.from({ length: 32 }, (_, bit) => bit + 1).filter(
      (group) => (bits >>> (group - 1)) & 1,
    );
    return groups.map((group) => this.vocabulary.groupName(group)).join(', ');
  }
}
