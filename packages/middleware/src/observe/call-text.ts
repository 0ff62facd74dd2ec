import { errnoName } from '@nlspace/core';
import type { Vocabulary } from '../vocabulary.js';
import { protocolName } from './protocol-name.js';
import type { CallEvent } from './socket-event.js';

/** The socket options of socket(7) and netlink(7) by this project's names of them. */
const OPTION_NAMES: Readonly<Record<string, string>> = {
  packetInfo: 'NETLINK_PKTINFO',
  broadcastError: 'NETLINK_BROADCAST_ERROR',
  noOverrunError: 'NETLINK_NO_ENOBUFS',
  listenAllNamespaces: 'NETLINK_LISTEN_ALL_NSID',
  capAck: 'NETLINK_CAP_ACK',
  extendedAck: 'NETLINK_EXT_ACK',
  strictChecking: 'NETLINK_GET_STRICT_CHK',
  receiveBufferSize: 'SO_RCVBUF',
  forceReceiveBufferSize: 'SO_RCVBUFFORCE',
  sendBufferSize: 'SO_SNDBUF',
  forceSendBufferSize: 'SO_SNDBUFFORCE',
};

type Wording = (words: Words, vocabulary: Vocabulary) => string;

interface Words {
  readonly first: string | number;
  readonly second: string | number;
  readonly result: number;
  readonly protocol: number;
}

const WORDINGS: Readonly<Record<CallEvent['call'], Wording>> = {
  open: ({ protocol }) => `opens ${protocolName(protocol)}`,
  bind: ({ first, second }, vocabulary) =>
    Number(second) === 0
      ? `binds ${first === 0 ? 'to any port' : `to port ${first}`}`
      : `joins ${groupNames(Number(second), vocabulary)}`,
  bound: ({ result }) => `has port ${result}`,
  connect: ({ first }) => `connects to port ${first}`,
  join: ({ first }, vocabulary) => `joins ${vocabulary.groupName(Number(first))}`,
  leave: ({ first }, vocabulary) => `leaves ${vocabulary.groupName(Number(first))}`,
  memberships: () => 'asks for its groups',
  'set-option': ({ first, second }) => `sets ${OPTION_NAMES[first] ?? first} to ${second}`,
  'get-option': ({ first, result }) => `gets ${OPTION_NAMES[first] ?? first}: ${result}`,
  send: () => 'sends',
  receive: () => 'receives',
  close: () => 'closes',
};

/** `joins ipv4Route`, `sets NETLINK_EXT_ACK to 1: EPERM` */
export function callText(event: CallEvent, vocabulary: Vocabulary): string {
  const [first = 0, second = 0] = event.arguments;
  const [result = 0] = event.results;
  const words = WORDINGS[event.call]({ first, second, result, protocol: event.socket.protocol }, vocabulary);
  return event.errno === 0 ? words : `${words}: ${errnoName(event.errno)}`;
}

const BITS = Array.from({ length: 32 }, (_, bit) => bit);

function groupNames(bits: number, vocabulary: Vocabulary): string {
  const joined = BITS.filter((bit) => (bits >>> bit) & 1);
  return joined.map((bit) => vocabulary.groupName(bit + 1)).join(', ');
}
