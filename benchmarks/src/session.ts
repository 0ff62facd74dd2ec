// A socket of a domain in this process, driven as a C program drives one of the kernel's.
import { readFileSync } from 'node:fs';
import { NetlinkDomain, NetlinkProtocol, type NetlinkSocket, SocketOption } from '@nlspace/core';
import { routeFamily } from '@nlspace/family-route';
import type { Batch } from './requests.js';

const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const BUFFER_SIZE = 8 << 20;
const REQUEST_DUMP = 0x301;

/** What a dump gave. */
export interface Listing {
  readonly seconds: number;
  readonly messages: number;
}

/** A socket on a fresh network. */
export async function openSocket(): Promise<NetlinkSocket> {
  const domain = new NetlinkDomain({ families: [routeFamily()] });
  const socket = await domain.open({ protocol: NetlinkProtocol.Route });
  await socket.setOption(SocketOption.ForceReceiveBufferSize, BUFFER_SIZE);
  await socket.setOption(SocketOption.ForceSendBufferSize, BUFFER_SIZE);
  await socket.setOption(SocketOption.CapAck, 1);
  return socket;
}

/** Sends what has been prepared, and fails unless every request is acknowledged; gives seconds. */
export function send(socket: NetlinkSocket, batches: Iterable<Batch>): number {
  const prepared = [...batches];
  const start = performance.now();
  for (const { bytes, acknowledgements } of prepared) {
    if (socket.send(bytes) !== undefined) throw new Error('a request was not handled at once');
    for (let i = 0; i < acknowledgements; i++) {
      const reply = socket.receive()?.bytes;
      if (reply?.[4] !== NLMSG_ERROR || reply[16] !== 0)
        throw new Error(`a request was refused with ${reply?.[16]}`);
    }
  }
  return (performance.now() - start) / 1000;
}

/** The fastest of three dumps. */
export function bestList(socket: NetlinkSocket, type: number, family: number, headerSize?: number): Listing {
  const lists = [1, 2, 3].map(() => list(socket, type, family, headerSize));
  return lists.reduce((best, next) => (next.seconds < best.seconds ? next : best));
}

/** Dumps with a buffer of 1 MiB and walks the message headers. */
function list(socket: NetlinkSocket, type: number, family: number, headerSize = 12): Listing {
  const request = new Uint8Array(16 + headerSize);
  const header = new DataView(request.buffer);
  header.setUint32(0, request.length, true);
  header.setUint16(4, type, true);
  header.setUint16(6, REQUEST_DUMP, true);
  header.setUint8(16, family);
  const start = performance.now();
  void socket.send(request);
  for (let messages = 0; ; ) {
    const bytes = socket.receive({ capacity: 1 << 20 })?.bytes;
    if (bytes === undefined) throw new Error('the dump stopped before its end');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let offset = 0; offset < bytes.length; offset += (view.getUint32(offset, true) + 3) & ~3) {
      if (view.getUint16(offset + 4, true) === NLMSG_DONE)
        return { seconds: (performance.now() - start) / 1000, messages };
      messages++;
    }
  }
}

/** Of this process, after a collection. */
export function residentBytes(): number {
  globalThis.gc?.();
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
}
