import { is, Layout, type ValuesOf } from './layout.js';
import { RTSOCK_VERSION } from './numbers.js';

/**
 * What a program asks for with other calls than read(2) and write(2), where a stream of messages is all that there is. FreeBSD has no
 * messages of these types; whoever does not know them skips them by their length.
 */
export enum ControlType {
  /** sysctl(3): AF_*, NET_RT_*, argument, FIB. The records follow, then this message with the errno. */
  Sysctl = 0xf0,
  /** setsockopt(2) and socket(2): which option, and its value. Answered by this message with the errno. */
  Option = 0xf1,
  /** Messages were lost because nobody read them: how many so far. The errno is ENOBUFS. */
  Lost = 0xf2,
}

export enum ControlOption {
  /** SO_USELOOPBACK */
  Loopback = 1,
  /** SO_SETFIB */
  Fib = 2,
  /** The third argument of socket(2): an address family, or 0. */
  Protocol = 3,
  /** SO_RCVBUF */
  ReceiveBuffer = 4,
}

/** `struct nlspace_rtsock_control` */
export const controlMessage = new Layout('nlspace_rtsock_control', {
  length: is.u16,
  version: is.u8,
  type: is.u8,
  errno: is.s32,
  word0: is.s32,
  word1: is.s32,
  word2: is.s32,
  word3: is.s32,
});

export type ControlMessage = ValuesOf<typeof controlMessage>;

export function encodeControl(type: ControlType, words: readonly number[], errno = 0): Uint8Array {
  const bytes = new Uint8Array(controlMessage.size);
  const [word0 = 0, word1 = 0, word2 = 0, word3 = 0] = words;
  const { size: length } = controlMessage;
  controlMessage.write(bytes, 0, {
    length,
    version: RTSOCK_VERSION,
    type,
    errno,
    word0,
    word1,
    word2,
    word3,
  });
  return bytes;
}

/** Undefined for messages of other types, and for those that are not as long as such a message is. */
export function decodeControl(bytes: Uint8Array): ControlMessage | undefined {
  if (bytes.length !== controlMessage.size || ControlType[bytes[3] ?? 0] === undefined) return undefined;
  const message = controlMessage.read(bytes);
  return message.length === bytes.length && message.version === RTSOCK_VERSION ? message : undefined;
}
