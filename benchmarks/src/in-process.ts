// Adds and lists N IPv4 routes in a domain of this process, message by message as routes.c does, and prints JSON.
import { readFileSync } from 'node:fs';
import { NetlinkDomain, NetlinkProtocol, type NetlinkSocket, SocketOption } from '@nlspace/core';
import { routeFamily } from '@nlspace/family-route';

const BATCH = 64;
const MESSAGE_SIZE = 52;
const RTM_NEWLINK = 16;
const RTM_NEWADDR = 20;
const RTM_NEWROUTE = 24;
const RTM_GETROUTE = 26;
const REQUEST_ACK = 0x5;
const CREATE_EXCLUSIVE = 0x600;
const DUMP = 0x300;
const IFF_UP = 1;
const ERROR = 2;

function message(type: number, flags: number, ...payload: number[]): Uint8Array {
  const bytes = new Uint8Array((16 + payload.length + 3) & ~3);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 16 + payload.length, true);
  view.setUint16(4, type, true);
  view.setUint16(6, flags, true);
  bytes.set(payload, 16);
  return bytes;
}

function text(value: string): number[] {
  return [...new TextEncoder().encode(value), 0];
}

function attribute(type: number, ...payload: number[]): number[] {
  const padding = new Array<number>((4 - (payload.length % 4)) % 4).fill(0);
  return [payload.length + 4, 0, type, 0, ...payload, ...padding];
}

/** Sends, and fails unless every request is acknowledged. */
function request(socket: NetlinkSocket, datagram: Uint8Array, replies: number): void {
  if (socket.send(datagram) !== undefined) throw new Error('the request was not handled at once');
  for (let i = 0; i < replies; i++) {
    const bytes = socket.receive()?.bytes;
    if (bytes?.[4] !== ERROR || bytes[16] !== 0 || bytes[17] !== 0) throw new Error('a request was refused');
  }
}

/** A veth pair that is up, with 10.0.0.1/8; its first end has index 3. */
function prepare(socket: NetlinkSocket): number {
  const header = new Array<number>(16).fill(0);
  const peer = attribute(1, ...header, ...attribute(3, ...text('v1')));
  const info = attribute(18, ...attribute(1, ...text('veth')), ...attribute(2, ...peer));
  request(
    socket,
    message(RTM_NEWLINK, REQUEST_ACK | CREATE_EXCLUSIVE, ...header, ...attribute(3, ...text('v0')), ...info),
    1,
  );
  for (const index of [2, 3]) {
    const up = [0, 0, 0, 0, index, 0, 0, 0, IFF_UP, 0, 0, 0, IFF_UP, 0, 0, 0];
    request(socket, message(RTM_NEWLINK, REQUEST_ACK, ...up), 1);
  }
  const address = [2, 8, 0, 0, 3, 0, 0, 0, ...attribute(2, 10, 0, 0, 1), ...attribute(1, 10, 0, 0, 1)];
  request(socket, message(RTM_NEWADDR, REQUEST_ACK | CREATE_EXCLUSIVE, ...address), 1);
  return 3;
}

function insert(socket: NetlinkSocket, count: number, link: number): number {
  const datagram = new Uint8Array(BATCH * MESSAGE_SIZE);
  const view = new DataView(datagram.buffer);
  const start = performance.now();
  for (let first = 0; first < count; first += BATCH) {
    const batch = Math.min(BATCH, count - first);
    for (let i = 0; i < batch; i++) {
      const o = i * MESSAGE_SIZE;
      const n = first + i;
      view.setUint32(o, MESSAGE_SIZE, true);
      view.setUint32(o + 4, RTM_NEWROUTE | ((REQUEST_ACK | CREATE_EXCLUSIVE) << 16), true);
      view.setUint32(o + 8, n, true);
      view.setUint32(o + 16, 0x0000_1802, true); // AF_INET, /24
      view.setUint32(o + 20, 0x0100_bafe, true); // main, bgp, universe, unicast
      view.setUint32(o + 28, 0x0001_0008, true);
      view.setUint32(o + 32, ((20 << 24) >>> 0) + n * 256, false);
      view.setUint32(o + 36, 0x0005_0008, true);
      view.setUint32(o + 40, (10 << 24) + 2 + (n % 16), false);
      view.setUint32(o + 44, 0x0004_0008, true);
      view.setUint32(o + 48, link, true);
    }
    request(socket, datagram.subarray(0, batch * MESSAGE_SIZE), batch);
  }
  return (performance.now() - start) / 1000;
}

function dump(socket: NetlinkSocket): { seconds: number; routes: number; bytes: number } {
  const start = performance.now();
  void socket.send(message(RTM_GETROUTE, 1 | DUMP, 2, ...new Array<number>(11).fill(0)));
  let routes = 0;
  let total = 0;
  for (;;) {
    const bytes = socket.receive({ capacity: 1 << 20 })?.bytes;
    if (bytes === undefined) throw new Error('the dump stopped before its end');
    total += bytes.length;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let offset = 0; offset < bytes.length; offset += (view.getUint32(offset, true) + 3) & ~3) {
      if (view.getUint16(offset + 4, true) === 3)
        return { seconds: (performance.now() - start) / 1000, routes, bytes: total };
      routes++;
    }
  }
}

function residentBytes(): number {
  globalThis.gc?.();
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
}

const count = Number(process.argv[2]);
const domain = new NetlinkDomain({ families: [routeFamily()] });
const socket = await domain.open({ protocol: NetlinkProtocol.Route });
await socket.setOption(SocketOption.ForceReceiveBufferSize, 8 << 20);
await socket.setOption(SocketOption.ForceSendBufferSize, 8 << 20);
const link = prepare(socket);
const before = residentBytes();
const insertSeconds = insert(socket, count, link);
const memory = residentBytes() - before;
const dumps = [dump(socket), dump(socket), dump(socket)];
console.log(
  JSON.stringify({
    insertSeconds,
    dumpSeconds: Math.min(...dumps.map((one) => one.seconds)),
    ...dumps[0],
    memory,
  }),
);
