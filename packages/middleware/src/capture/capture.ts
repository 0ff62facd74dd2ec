import type { Netlink } from '@nlspace/core';
import { callText } from '../observe/call-text.js';
import { observe } from '../observe/observe.js';
import { protocolName } from '../observe/protocol-name.js';
import type { ObservedSocket, SocketCall, SocketEvent } from '../observe/socket-event.js';
import { NUMBERS_ONLY, type Vocabularies } from '../vocabulary.js';
import { COOKED_HEADER_SIZE, NETLINK_LINK_TYPE, writeCookedHeader } from './cooked-header.js';
import { journalFields, packetComment, printable } from './journal-fields.js';
import { PcapngWriter } from './pcapng-writer.js';

/** What our own files say that they were written by. */
export const APPLICATION = 'nlspace';

/** Front doors ask for it all the time, and nothing follows from it. */
const UNREMARKABLE: ReadonlySet<SocketCall> = new Set<SocketCall>(['get-option', 'memberships']);

export interface CaptureOptions {
  /** Takes a part of the file, which ends well behind each of them. The bytes are reused when it returns. */
  readonly write: (part: Uint8Array) => void;
  /** For names of groups. */
  readonly vocabularies?: Vocabularies;
  /** Names of processes, for people. */
  readonly nameOfProcess?: (processId: number) => string | undefined;
  /** Microseconds since 1970. @default the system's clock */
  readonly now?: () => number;
}

/**
 * Middleware: passes everything on and writes it as pcapng, for Wireshark, for people and for `replay`. Each socket is an
 * interface; datagrams are packets of LINKTYPE_NETLINK, with a comment where they have gone through a group or between
 * sockets; what else is asked of a socket is in journal entries.
 *
 * @example
 * const netlink = capture(createNetlink(), { write: (part) => writeSync(file, part) });
 */
export function capture(
  inner: Netlink,
  { write, vocabularies = () => NUMBERS_ONLY, nameOfProcess, now }: CaptureOptions,
): Netlink {
  const writer = new PcapngWriter(write, APPLICATION);
  const names = new WeakMap<ObservedSocket, string>();
  const listener = (event: SocketEvent): void => {
    const { time, socket } = event;
    if (event.kind === 'call') {
      if (event.errno === 0 && UNREMARKABLE.has(event.call)) return;
      if (event.call === 'open') {
        const name = socketName(socket);
        names.set(socket, name);
        writer.addInterface(
          NETLINK_LINK_TYPE,
          name,
          `${protocolName(socket.protocol)}, process ${socket.processId}`,
        );
      }
      writer.addJournalEntry(time, {
        MESSAGE: `${names.get(socket)} ${callText(event, vocabularies(socket.protocol))}`,
        SYSLOG_IDENTIFIER: APPLICATION,
        ...journalFields(event),
      });
      return;
    }
    const isSent = event.kind === 'sent';
    writer.addPacket({
      interfaceId: socket.number,
      time,
      isOutbound: isSent,
      comment: commentOf(event, vocabularies),
      headerSize: COOKED_HEADER_SIZE,
      writeHeader: (view, offset) => writeCookedHeader(view, offset, { protocol: socket.protocol, isSent }),
      bytes: event.bytes,
    });
  };
  return observe(inner, { listener, nameOfProcess, now });
}

/** `ip[4711]#3`, or `4711#3`. Names of processes may have any bytes. */
function socketName({ processId, program, number }: ObservedSocket): string {
  return program === undefined ? `${processId}#${number}` : `${printable(program)}[${processId}]#${number}`;
}

function commentOf(
  event: Exclude<SocketEvent, { kind: 'call' }>,
  vocabularies: Vocabularies,
): string | undefined {
  if (event.kind === 'sent')
    return event.destinationPortId === 0 ? undefined : packetComment({ toPortId: event.destinationPortId });
  const { group, namespaceNumber, sourcePortId, socket } = event;
  // Most datagrams are replies.
  if (group === 0 && sourcePortId === 0 && namespaceNumber === undefined) return undefined;
  const groupName = group === 0 ? '' : vocabularies(socket.protocol).groupName(group);
  return packetComment({
    group,
    ...(groupName === String(group) ? {} : { groupName }),
    namespaceNumber,
    fromPortId: sourcePortId,
  });
}
