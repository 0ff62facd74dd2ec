import {
  align4,
  ControlMessageType,
  MESSAGE_HEADER_SIZE,
  type RawMessage,
  readMessageHeader,
  writeMessageHeader,
} from '@nlspace/core';
import { OBJECT_OF_TYPE } from '../watched.js';
import { type NetworkState, stateOf } from './network-state.js';

/** What a state file begins with: NLMSG_NOOP, in which this text and a version are. Readers of netlink messages pass it over. */
const MAGIC = 'nlspace state';
const VERSION = 1;
const VERSION_AT = 16;
const HEADER_PAYLOAD = 20;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A file is no state, or not all of one. */
export class StateError extends Error {
  override readonly name = 'StateError';
}

/**
 * A state as a file: netlink messages in a row. The first is NLMSG_NOOP with what and which version it is, the last is
 * NLMSG_DONE, those between are RTM_NEW… as lists give them. `ip monitor file` shows it.
 */
export function encodeState({ messages }: NetworkState): Uint8Array {
  const first = new Uint8Array(HEADER_PAYLOAD);
  first.set(encoder.encode(MAGIC));
  new DataView(first.buffer).setUint32(VERSION_AT, VERSION, true);
  const all = [
    { messageType: ControlMessageType.Noop, payload: first },
    ...messages,
    { messageType: ControlMessageType.Done, payload: new Uint8Array(4) },
  ];
  const size = all.reduce((sum, { payload }) => sum + align4(MESSAGE_HEADER_SIZE + payload.length), 0);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const { messageType: type, payload } of all) {
    const length = MESSAGE_HEADER_SIZE + payload.length;
    writeMessageHeader(view, offset, { length, type, flags: 0, sequence: 0, portId: 0 });
    bytes.set(payload, offset + MESSAGE_HEADER_SIZE);
    offset += align4(length);
  }
  return bytes;
}

/** Whether a file begins as a state does, of whatever version. */
export function isStateFile(bytes: Uint8Array): boolean {
  const text = bytes.subarray(MESSAGE_HEADER_SIZE, MESSAGE_HEADER_SIZE + MAGIC.length);
  return bytes[4] === ControlMessageType.Noop && bytes[5] === 0 && decoder.decode(text) === MAGIC;
}

/** @throws {StateError} for what is no state, of another version, cut off, or has a message that no state has. */
export function decodeState(bytes: Uint8Array): NetworkState {
  if (!isStateFile(bytes)) throw new StateError('this is no state that nlspace has saved');
  const messages = [...messagesIn(bytes)];
  const [first, ...others] = messages;
  const version =
    first === undefined || first.payload.length < HEADER_PAYLOAD
      ? 0
      : new DataView(first.payload.buffer, first.payload.byteOffset).getUint32(VERSION_AT, true);
  if (version !== VERSION)
    throw new StateError(`the state is of version ${version}; this nlspace reads version ${VERSION}`);
  const last = others.pop();
  if (last?.header.type !== ControlMessageType.Done)
    throw new StateError('the state has no end: the file was cut off');
  for (const { header } of others) {
    if (OBJECT_OF_TYPE.has(header.type)) continue;
    throw new StateError(`message type ${header.type} is in no state`);
  }
  return stateOf(others);
}

function* messagesIn(bytes: Uint8Array): Generator<RawMessage> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let offset = 0; offset < bytes.length; ) {
    if (bytes.length - offset < MESSAGE_HEADER_SIZE) throw cutOff(offset);
    const header = readMessageHeader(view, offset);
    if (header.length < MESSAGE_HEADER_SIZE || header.length > bytes.length - offset) throw cutOff(offset);
    yield { header, payload: bytes.subarray(offset + MESSAGE_HEADER_SIZE, offset + header.length) };
    offset += align4(header.length);
  }
}

function cutOff(offset: number): StateError {
  return new StateError(`the message at byte ${offset} does not fit the file`);
}
