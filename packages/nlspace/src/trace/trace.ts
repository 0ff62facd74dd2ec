import {
  type Datagram,
  type Netlink,
  type NetlinkAddress,
  NetlinkError,
  type NetlinkSocket,
  type OpenOptions,
  type ReceiveOptions,
} from '@nlspace/core';
import { ForwardingSocket, type Vocabularies, type Vocabulary } from '@nlspace/middleware';
import { vocabulariesOf } from '../vocabulary/vocabularies-of.js';
import { datagramTexts } from './message-text.js';

export interface TraceOptions {
  /** Takes one line without its end. */
  readonly write: (line: string) => void;
  /** What the messages of each protocol read like. @default `vocabulariesOf` what is traced */
  readonly vocabularies?: Vocabularies;
}

/**
 * Middleware: passes everything on and writes what goes through, a line per message. A line begins with the process (and
 * the port ID where that is another number); `→` is a request, `←` what the program has received.
 *
 * @example
 * const netlink = trace(createNetlink(), { write: console.error });
 */
export function trace(
  inner: Netlink,
  { write, vocabularies = vocabulariesOf(inner) }: TraceOptions,
): Netlink {
  return {
    async open(options: OpenOptions) {
      const { protocol, credentials } = options;
      const socket = await inner.open(options);
      return new TracedSocket(socket, credentials?.pid ?? 0, vocabularies(protocol), write);
    },
  };
}

class TracedSocket extends ForwardingSocket {
  constructor(
    inner: NetlinkSocket,
    private readonly processId: number,
    private readonly vocabulary: Vocabulary,
    private readonly write: (line: string) => void,
  ) {
    super(inner);
  }

  override async bind(address: NetlinkAddress): Promise<void> {
    await super.bind(address);
    const { groups } = this.inner.address;
    if (groups !== 0) this.#line(`joins ${this.#groupNames(groups)}`);
  }

  override async joinGroup(group: number): Promise<void> {
    await super.joinGroup(group);
    this.#line(`joins ${this.vocabulary.groupName(group)}`);
  }

  override async leaveGroup(group: number): Promise<void> {
    await super.leaveGroup(group);
    this.#line(`leaves ${this.vocabulary.groupName(group)}`);
  }

  override send(datagram: Uint8Array, destination?: NetlinkAddress): Promise<void> | undefined {
    for (const text of datagramTexts(datagram, this.vocabulary)) this.#line(`→ ${text}`);
    return super.send(datagram, destination);
  }

  override receive(options?: ReceiveOptions): Datagram | undefined {
    let datagram: Datagram | undefined;
    try {
      datagram = super.receive(options);
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
