import {
  align4,
  ControlMessageType,
  type Datagram,
  Errno,
  MESSAGE_HEADER_SIZE,
  MessageFlag,
  type NetlinkAddress,
  NetlinkError,
  type NetlinkSocket,
  type RawMessage,
  type ReceiveOptions,
  readMessageHeader,
  SocketOption,
} from '@nlspace/core';
import { type Refusal, RefusingSocket } from '../refusing-socket.js';
import type { Vocabulary } from '../vocabulary.js';
import type { AttributePlace, DumpFilter, MissingFeature } from './missing-feature.js';
import { rewriteMessages } from './rewrite-messages.js';
import { stripAttributes } from './strip-attributes.js';

/** The last group that has a bit in an address. */
const LAST_BIT = 32;

/** What a kernel lacks, of one protocol, put together. */
export class Lacks {
  readonly options: ReadonlySet<SocketOption>;
  readonly messageTypes: ReadonlySet<number>;
  readonly highestGroup: number;
  readonly bulkDeletion: boolean;
  readonly attributes: readonly AttributePlace[];
  readonly dumpFilters: readonly DumpFilter[];
  readonly acknowledgementAttributes: readonly number[];

  constructor(features: readonly MissingFeature[], protocol: number) {
    const own = features.filter((feature) => feature.protocol === protocol);
    this.options = new Set(features.flatMap(({ options = [] }) => options));
    this.acknowledgementAttributes = features.flatMap(
      ({ acknowledgementAttributes = [] }) => acknowledgementAttributes,
    );
    this.messageTypes = new Set(own.flatMap(({ messageTypes = [] }) => messageTypes));
    this.highestGroup = Math.min(
      ...own.map(({ highestGroup = Number.POSITIVE_INFINITY }) => highestGroup),
      Number.POSITIVE_INFINITY,
    );
    this.bulkDeletion = own.some(({ bulkDeletion }) => bulkDeletion === true);
    this.attributes = own.flatMap(({ attributes = [] }) => attributes);
    this.dumpFilters = own.flatMap(({ dumpFilters = [] }) => dumpFilters);
  }

  get changesRequests(): boolean {
    return this.bulkDeletion || this.attributes.length > 0 || this.dumpFilters.length > 0;
  }

  get changesReplies(): boolean {
    return (
      this.attributes.length > 0 || this.acknowledgementAttributes.length > 0 || this.dumpFilters.length > 0
    );
  }
}

/** A socket of a kernel that does not have everything. */
export class LackingSocket extends RefusingSocket {
  constructor(
    inner: NetlinkSocket,
    private readonly lacks: Lacks,
    private readonly vocabulary: Vocabulary,
    private readonly isAlwaysStrict: boolean,
  ) {
    super(inner);
  }

  override async bind({ portId, groups }: NetlinkAddress): Promise<void> {
    const { highestGroup } = this.lacks;
    const known = highestGroup >= LAST_BIT ? groups : groups & (2 ** highestGroup - 1);
    await super.bind({ portId, groups: known >>> 0 });
  }

  override async joinGroup(group: number): Promise<void> {
    this.#needGroup(group);
    await super.joinGroup(group);
  }

  override async leaveGroup(group: number): Promise<void> {
    this.#needGroup(group);
    await super.leaveGroup(group);
  }

  override async memberships(): Promise<Uint32Array> {
    const words = await super.memberships();
    return words.slice(0, Math.ceil(this.lacks.highestGroup / 32));
  }

  override async setOption(option: SocketOption, value: number): Promise<void> {
    this.#needOption(option);
    const isStrict = this.isAlwaysStrict && option === SocketOption.StrictChecking;
    await super.setOption(option, isStrict ? 1 : value);
  }

  override async getOption(option: SocketOption): Promise<number> {
    this.#needOption(option);
    return super.getOption(option);
  }

  override receive(options?: ReceiveOptions): Datagram | undefined {
    const datagram = super.receive(options);
    if (datagram === undefined || !this.lacks.changesReplies || datagram.source.portId !== 0) return datagram;
    const bytes = rewriteMessages(datagram.bytes, (message, whole) => this.#reply(message, whole));
    return bytes === datagram.bytes ? datagram : { ...datagram, bytes };
  }

  protected override handOn(datagram: Uint8Array, destination?: NetlinkAddress): Promise<void> | undefined {
    const isRequest = (destination ?? this.peer).portId === 0 && this.lacks.changesRequests;
    const bytes = isRequest
      ? rewriteMessages(datagram, (message, whole) => this.#request(message, whole))
      : datagram;
    return super.handOn(bytes, destination);
  }

  protected override get mayRefuse(): boolean {
    return this.lacks.messageTypes.size > 0;
  }

  protected override refusalOf({ header }: RawMessage): Refusal | undefined {
    return this.lacks.messageTypes.has(header.type) ? { errno: Errno.EOPNOTSUPP } : undefined;
  }

  #request(message: RawMessage, bytes: Uint8Array): Uint8Array {
    const { type, flags } = message.header;
    const stripped = this.#withoutAttributes(type, bytes);
    const filter = this.vocabulary.isDump(message)
      ? this.lacks.dumpFilters.find(({ messageTypes }) => messageTypes.includes(type))
      : undefined;
    if (filter !== undefined) return unfiltered(stripped, filter);
    const isBulk =
      this.lacks.bulkDeletion &&
      (flags & MessageFlag.Bulk) !== 0 &&
      this.vocabulary.modifiersOf(type).some(([, name]) => name === 'BULK');
    return isBulk ? withoutFlags(stripped, MessageFlag.Bulk) : stripped;
  }

  #reply({ header: { type, flags } }: RawMessage, bytes: Uint8Array): Uint8Array {
    const isAcknowledgement = type === ControlMessageType.Error || type === ControlMessageType.Done;
    const known = isAcknowledgement ? this.#acknowledgement(bytes) : this.#withoutAttributes(type, bytes);
    const tellsFilter = (flags & MessageFlag.Multi) !== 0 && (flags & MessageFlag.DumpFiltered) !== 0;
    return tellsFilter && this.lacks.dumpFilters.length > 0
      ? withoutFlags(known, MessageFlag.DumpFiltered)
      : known;
  }

  #withoutAttributes(type: number, bytes: Uint8Array): Uint8Array {
    return this.lacks.attributes
      .filter(({ messageTypes }) => messageTypes.includes(type))
      .reduce(
        (rest, { headerSize, attributes }) =>
          stripAttributes(rest, MESSAGE_HEADER_SIZE + headerSize, attributes),
        bytes,
      );
  }

  /** NLMSG_ERROR echoes a request in front of its attributes, NLMSG_DONE has them behind its errno. */
  #acknowledgement(bytes: Uint8Array): Uint8Array {
    const types = this.lacks.acknowledgementAttributes;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const { type, flags } = readMessageHeader(view, 0);
    if (types.length === 0 || (flags & MessageFlag.AckTlvs) === 0) return bytes;
    let start = MESSAGE_HEADER_SIZE + 4;
    if (type === ControlMessageType.Error) {
      const isCapped = (flags & MessageFlag.Capped) !== 0;
      start += isCapped ? MESSAGE_HEADER_SIZE : align4(view.getUint32(start, true));
    }
    const stripped = stripAttributes(bytes, start, types);
    return stripped.length > start ? stripped : withoutFlags(stripped, MessageFlag.AckTlvs);
  }

  #needOption(option: SocketOption): void {
    if (this.lacks.options.has(option)) throw new NetlinkError(Errno.ENOPROTOOPT);
  }

  #needGroup(group: number): void {
    if (group > this.lacks.highestGroup) throw new NetlinkError(Errno.EINVAL);
  }
}

function withoutFlags(message: Uint8Array, flags: number): Uint8Array {
  const copy = message.slice();
  const view = new DataView(copy.buffer);
  view.setUint16(6, view.getUint16(6, true) & ~flags, true);
  return copy;
}

/** A dump request that lists everything. */
function unfiltered(bytes: Uint8Array, { fields, headerSize, attributes }: DumpFilter): Uint8Array {
  const plain = stripAttributes(bytes, MESSAGE_HEADER_SIZE + headerSize, attributes).slice();
  for (const [offset, length] of fields)
    plain.fill(0, MESSAGE_HEADER_SIZE + offset, MESSAGE_HEADER_SIZE + offset + length);
  return plain;
}
