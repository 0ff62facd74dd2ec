// Builds a large network in a domain of this process, measures each part, and prints JSON.
import { readFileSync } from 'node:fs';
import { NetlinkDomain, NetlinkProtocol, type NetlinkSocket, SocketOption } from '@nlspace/core';
import { routeFamily } from '@nlspace/family-route';
import {
  type Batch,
  ipv4Routes,
  ipv6Routes,
  linkRemoval,
  links,
  neighbours,
  nexthop,
  routesByNexthop,
  routesOnLink,
  SECOND_WIRE_INDEX,
  secondWire,
  wire,
} from './requests.js';

const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;

/** What a part of the network is made of; prepared before the clock runs. */
type Part = Iterable<Batch>;

async function openSocket(): Promise<NetlinkSocket> {
  const domain = new NetlinkDomain({ families: [routeFamily()] });
  const socket = await domain.open({ protocol: NetlinkProtocol.Route });
  await socket.setOption(SocketOption.ForceReceiveBufferSize, 8 << 20);
  await socket.setOption(SocketOption.ForceSendBufferSize, 8 << 20);
  await socket.setOption(SocketOption.CapAck, 1);
  return socket;
}

/** Sends all, and fails unless every request is acknowledged; gives seconds. */
function send(socket: NetlinkSocket, part: Part): number {
  const prepared = [...part];
  const start = performance.now();
  for (const { bytes, acknowledgements } of prepared) {
    if (socket.send(bytes) !== undefined) throw new Error('a request was not handled at once');
    for (let i = 0; i < acknowledgements; i++) {
      const reply = socket.receive()?.bytes;
      if (reply?.[4] !== NLMSG_ERROR || reply[16] !== 0)
        throw new Error(`a request was refused (${reply?.[16]})`);
    }
  }
  return (performance.now() - start) / 1000;
}

interface Listing {
  readonly seconds: number;
  readonly messages: number;
}

function list(socket: NetlinkSocket, type: number, family: number, headerSize: number): Listing {
  const request = new Uint8Array(16 + headerSize);
  const header = new DataView(request.buffer);
  header.setUint32(0, request.length, true);
  header.setUint16(4, type, true);
  header.setUint16(6, 0x301, true);
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

function residentBytes(): number {
  globalThis.gc?.();
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
}

/** Seconds that a removal takes under `mine` routes, with `others` of them elsewhere. */
async function removal(mine: number, others: number): Promise<number> {
  const socket = await openSocket();
  send(socket, wire());
  send(socket, secondWire());
  send(socket, ipv4Routes(others));
  send(socket, routesOnLink(mine, SECOND_WIRE_INDEX));
  return send(socket, linkRemoval(SECOND_WIRE_INDEX));
}

/** Seconds that a nexthop is replaced in, with so many routes by way of it: the best of ten. */
async function replacement(routes: number): Promise<number> {
  const socket = await openSocket();
  send(socket, wire());
  send(socket, nexthop(1, 2, true));
  send(socket, routesByNexthop(routes, 1));
  return Math.min(...Array.from({ length: 10 }, (_, i) => send(socket, nexthop(1, 3 + i, false))));
}

const [ipv4Count = 0, ipv6Count = 0, pairs = 0, neighbourCount = 0] = process.argv.slice(2).map(Number);
const socket = await openSocket();
send(socket, wire());
const linkSeconds = send(socket, links(pairs));
const linkList = list(socket, 18, 0, 16);
const neighbourSeconds = send(socket, neighbours(neighbourCount));
const neighbourList = list(socket, 30, 2, 12);
const parts = [[...ipv4Routes(ipv4Count)], [...ipv6Routes(ipv6Count)]] as const;
const before = residentBytes();
const ipv4Seconds = send(socket, parts[0]);
const ipv6Seconds = send(socket, parts[1]);
const routeBytes = residentBytes() - before;
const ipv6List = list(socket, 26, 10, 12);
const both = list(socket, 26, 0, 12);
const result = {
  linkSeconds,
  linkList,
  neighbourSeconds,
  neighbourList,
  ipv4Seconds,
  ipv6Seconds,
  ipv6List,
  both,
  routeBytes,
  removal: {
    alone: await removal(ipv4Count / 10, 0),
    amongMany: await removal(ipv4Count / 10, ipv4Count),
  },
  replacement: { few: await replacement(1000), many: await replacement(ipv4Count) },
};
console.log(JSON.stringify(result));
