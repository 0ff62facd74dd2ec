import { NetlinkDomain, NetlinkProtocol, type NetlinkSocket, readMessages } from '@nlspace/core';
import test from 'ava';
import { Network, RouteMessageType, routeFamily } from '../../src/index.js';

const CREATE_AND_ACK = 0x400 | 0x5;
const DUMP = 0x301;
const SMALL_READER = 4096;

/** An IPv4 message about the /32 of a number, refused. */
function message(type: number, flags: number, number?: number): Uint8Array {
  const bytes = new Uint8Array(number === undefined ? 28 : 36);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, type, true);
  view.setUint16(6, flags, true);
  bytes.set(
    [
      2,
      number === undefined ? 0 : 32,
      0,
      0,
      number === undefined ? 0 : 254,
      4,
      0,
      number === undefined ? 0 : 7,
    ],
    16,
  );
  if (number !== undefined) {
    view.setUint16(28, 8, true);
    view.setUint16(30, 1, true);
    view.setUint32(32, number, false);
  }
  return bytes;
}

async function open(domain: NetlinkDomain): Promise<NetlinkSocket> {
  const socket = await domain.open({ protocol: NetlinkProtocol.Route });
  await socket.bind({ portId: 0, groups: 0 });
  return socket;
}

async function change(socket: NetlinkSocket, type: number, number: number): Promise<void> {
  await socket.send(message(type, CREATE_AND_ACK, number));
  socket.receive();
}

/** The numbers that a dump gives; `between` runs after each of its datagrams. */
async function dump(socket: NetlinkSocket, between: (datagrams: number) => Promise<void>): Promise<number[]> {
  const numbers: number[] = [];
  await socket.send(message(RouteMessageType.GetRoute, DUMP));
  for (let datagrams = 1; ; datagrams++) {
    const datagram = socket.receive({ capacity: SMALL_READER });
    if (datagram === undefined) throw new Error('nothing to receive in mid-dump');
    for (const { header, payload } of readMessages(datagram.bytes)) {
      if (header.type === 3) return numbers;
      const at = payload.findIndex(
        (byte, index) => index >= 12 && byte === 8 && payload[index + 2] === 1 && payload[index + 1] === 0,
      );
      numbers.push(new DataView(payload.buffer, payload.byteOffset).getUint32(at + 4, false));
    }
    await between(datagrams);
  }
}

const FIRST = 0x0a000000;

test('a dump gives every route once and in order', async (t) => {
  const domain = new NetlinkDomain({ families: [routeFamily(new Network())] });
  const writer = await open(domain);
  for (let n = 999; n >= 0; n--) await change(writer, RouteMessageType.NewRoute, FIRST + n);
  t.deepEqual(
    await dump(await open(domain), async () => {}),
    Array.from({ length: 1000 }, (_, n) => FIRST + n),
  );
});

test('routes that come and go behind and before the cursor are neither repeated nor skipped', async (t) => {
  const domain = new NetlinkDomain({ families: [routeFamily(new Network())] });
  const writer = await open(domain);
  for (let n = 0; n < 1000; n++) await change(writer, RouteMessageType.NewRoute, FIRST + n * 2);
  const seen = await dump(await open(domain), async (datagrams) => {
    if (datagrams !== 2) return;
    // Behind the cursor: one goes, one comes. Before it: the same.
    await change(writer, RouteMessageType.DeleteRoute, FIRST + 4);
    await change(writer, RouteMessageType.NewRoute, FIRST + 5);
    await change(writer, RouteMessageType.DeleteRoute, FIRST + 1800);
    await change(writer, RouteMessageType.NewRoute, FIRST + 1801);
  });
  const expected = Array.from({ length: 1000 }, (_, n) => FIRST + n * 2).map((number) =>
    number === FIRST + 1800 ? FIRST + 1801 : number,
  );
  t.deepEqual(seen, expected);
});

test('a dump goes on behind a prefix that was deleted under its cursor', async (t) => {
  const domain = new NetlinkDomain({ families: [routeFamily(new Network())] });
  const writer = await open(domain);
  for (let n = 0; n < 300; n++) await change(writer, RouteMessageType.NewRoute, FIRST + n);
  const seen = await dump(await open(domain), async (datagrams) => {
    if (datagrams === 1)
      for (let n = 0; n < 300; n += 2) await change(writer, RouteMessageType.DeleteRoute, FIRST + n);
  });
  t.is(new Set(seen).size, seen.length);
  for (let n = 1; n < 300; n += 2) t.true(seen.includes(FIRST + n), String(n));
});
