import { MessageFlag, NetlinkProtocol, type RawMessage, readMessages } from '@nlspace/core';
import type { ObservedSocket, SocketEvent } from '../observe/socket-event.js';
import { APPLICATION } from './capture.js';
import type { CaptureRecord, PacketRecord, ProblemRecord } from './capture-record.js';
import { COOKED_LINK_TYPE, NETLINK_LINK_TYPE, readCookedPacket } from './cooked-header.js';
import { readJournalFields, readPacketComments } from './journal-fields.js';
import { isPcap, readPcap } from './pcap-reader.js';
import { isPcapng, readPcapng } from './pcapng-reader.js';
import { isRtmon, readRtmon } from './rtmon-reader.js';

/** What is in a capture: events of its sockets, and what cannot be read of it. */
export type CapturedEvent = SocketEvent | ProblemRecord;

/** A file is no capture of any kind that is known. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';
}

type MutableSocket = { -readonly [K in keyof ObservedSocket]: ObservedSocket[K] };

/**
 * Reads a capture: what `capture` has written, pcap and pcapng of an nlmon device, what rtmon(8) has written. Files of others
 * do not tell sockets apart; there the port ID of a message does, and what has NLM_F_REQUEST was sent.
 *
 * @throws {CaptureError} when it is none of these. What is wrong later on is a problem among the events.
 */
export function readCapture(given: Uint8Array): Generator<CapturedEvent> {
  // Slices of a Buffer are no copies.
  const file = new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
  if (isRtmon(file)) return rtmonEvents(file);
  if (isPcap(file)) return foreignEvents(() => readPcap(file));
  if (!isPcapng(file)) throw new CaptureError('is neither pcapng nor pcap, and rtmon has not written it');
  return isOwn(file) ? ownEvents(file) : foreignEvents(() => readPcapng(file));
}

function isOwn(file: Uint8Array): boolean {
  const first = readPcapng(file).next().value as CaptureRecord | undefined;
  return first?.kind === 'section' && first.application === APPLICATION;
}

function* ownEvents(file: Uint8Array): Generator<CapturedEvent> {
  const sockets: MutableSocket[] = [];
  for (const record of readPcapng(file)) {
    if (record.kind === 'section') sockets.length = 0;
    else if (record.kind === 'problem') yield record;
    else if (record.kind === 'interface') {
      const number = record.interfaceId;
      sockets[number] = { number, protocol: 0, processId: 0, program: undefined, portId: 0 };
    } else if (record.kind === 'journal') {
      const entry = readJournalFields(record.fields);
      const socket = entry === undefined ? undefined : sockets[entry.socketNumber];
      if (entry === undefined || socket === undefined) continue;
      const { call } = entry;
      if (call.call === 'open') {
        socket.protocol = Number(call.arguments[0]) || 0;
        socket.processId = entry.processId;
        socket.program = entry.program;
      } else if (call.call === 'bound') {
        socket.portId = call.results[0] ?? 0;
      }
      yield { kind: 'call', time: record.time, socket, ...call };
    } else if (record.kind === 'packet') {
      const socket = sockets[record.interfaceId];
      const packet = netlinkPacket(record);
      if (packet === undefined || socket === undefined) yield NO_NETLINK;
      else yield ownDatagram(record, socket, packet);
    }
  }
}

const NO_NETLINK: ProblemRecord = { kind: 'problem', text: 'there is a packet that is not netlink' };

function ownDatagram(
  { time, comments }: PacketRecord,
  socket: ObservedSocket,
  { isSent, bytes }: NetlinkPacket,
): SocketEvent {
  const { group = 0, namespaceNumber, fromPortId = 0, toPortId = 0 } = readPacketComments(comments);
  return isSent
    ? { kind: 'sent', time, socket, bytes, destinationPortId: toPortId }
    : { kind: 'received', time, socket, bytes, sourcePortId: fromPortId, group, namespaceNumber };
}

type NetlinkPacket = NonNullable<ReturnType<typeof readCookedPacket>>;

function netlinkPacket({ linkType, bytes }: PacketRecord): NetlinkPacket | undefined {
  return linkType === NETLINK_LINK_TYPE || linkType === COOKED_LINK_TYPE
    ? readCookedPacket(bytes)
    : undefined;
}

/** Of sockets that nobody tells apart: by the port IDs in messages. */
class PortSockets {
  readonly #sockets = new Map<string, MutableSocket>();

  get(protocol: number, portId: number): ObservedSocket {
    const key = `${protocol}/${portId}`;
    let socket = this.#sockets.get(key);
    if (socket === undefined) {
      socket = { number: this.#sockets.size, protocol, processId: 0, program: undefined, portId };
      this.#sockets.set(key, socket);
    }
    return socket;
  }
}

function* foreignEvents(records: () => Generator<CaptureRecord>): Generator<CapturedEvent> {
  const answers = new Answers(records());
  const sockets = new PortSockets();
  let packets = 0;
  let others = 0;
  for (const record of records()) {
    if (record.kind === 'problem') yield record;
    if (record.kind === 'section' && !record.isLittleEndian) {
      yield { kind: 'problem', text: 'it is of a big-endian machine, whose messages cannot be read' };
      return;
    }
    if (record.kind !== 'packet') continue;
    packets++;
    const packet = netlinkPacket(record);
    if (packet === undefined) {
      others++;
      continue;
    }
    const { protocol, bytes } = packet;
    const [first] = readMessages(bytes);
    const isSent = packet.isSent ?? (first !== undefined && isRequest(first));
    const portId = first?.header.portId || (isSent && first ? answers.portOf(protocol, first, packets) : 0);
    const socket = sockets.get(protocol, portId);
    const { time } = record;
    yield isSent
      ? { kind: 'sent', time, socket, bytes, destinationPortId: 0 }
      : { kind: 'received', time, socket, bytes, sourcePortId: 0, group: 0, namespaceNumber: undefined };
  }
  if (others > 0)
    yield {
      kind: 'problem',
      text: others === 1 ? '1 packet is not netlink' : `${others} packets are not netlink`,
    };
}

function isRequest({ header }: RawMessage): boolean {
  return (header.flags & MessageFlag.Request) !== 0;
}

/** Most programs leave it to the kernel to know their port ID; the next message with their sequence number has it. */
class Answers {
  /** By protocol and sequence number, in the order of packets. */
  readonly #bySequence = new Map<string, Array<{ readonly packet: number; readonly portId: number }>>();

  constructor(records: Iterable<CaptureRecord>) {
    let packet = 0;
    for (const record of records) {
      if (record.kind !== 'packet') continue;
      packet++;
      const { protocol = 0, bytes } = netlinkPacket(record) ?? {};
      const [first] = bytes === undefined ? [] : readMessages(bytes);
      if (first === undefined || isRequest(first) || first.header.portId === 0) continue;
      const { sequence, portId } = first.header;
      const key = `${protocol}/${sequence}`;
      const answers = this.#bySequence.get(key);
      if (answers === undefined) this.#bySequence.set(key, [{ packet, portId }]);
      else answers.push({ packet, portId });
    }
  }

  /** Whom the packet after `packet` goes to that answers a request; 0 when there is none. Packets are asked for in order. */
  portOf(protocol: number, { header: { sequence } }: RawMessage, packet: number): number {
    const answers = this.#bySequence.get(`${protocol}/${sequence}`) ?? [];
    while (answers[0] !== undefined && answers[0].packet < packet) answers.shift();
    return answers[0]?.portId ?? 0;
  }
}

function* rtmonEvents(file: Uint8Array): Generator<CapturedEvent> {
  const socket = new PortSockets().get(NetlinkProtocol.Route, 0);
  for (const record of readRtmon(file)) {
    if (record.kind === 'problem') yield record;
    else {
      const { time, bytes } = record;
      yield { kind: 'received', time, socket, bytes, sourcePortId: 0, group: 0, namespaceNumber: undefined };
    }
  }
}
