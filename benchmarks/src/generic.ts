// A generic family in a domain of this process: requests, a dump, notifications to many members. Prints JSON.
import { attr, defineAttributes, defineMessage, NetlinkDomain, type NetlinkSocket } from '@nlspace/core';
import { doOperation, dumpOperation, GenericNetlink, genericFamily } from 'nlspace';

const [requests = 0, messages = 0, members = 0] = process.argv.slice(2).map(Number);
const FAMILY = 0x13;
const GROUP = 2;
const attributes = defineAttributes('bench', { name: attr.string(1, { max: 15 }), value: attr.u32(2) });
const message = defineMessage({ attributes });
const entries = Array.from({ length: messages }, (_, value) => ({ attributes: { name: 'entry', value } }));

const family = genericFamily({
  name: 'bench',
  attributes,
  groups: ['changes'],
  operations: ({ notify }) => ({
    set: doOperation(1, message, { required: ['name', 'value'] }, () => {}),
    list: dumpOperation(2, message, {}, () => entries),
    tell: doOperation(3, message, { required: ['value'] }, (request) => {
      notify('changes', 3, { attributes: request.attributes });
    }),
  }),
});
const domain = new NetlinkDomain({ families: [GenericNetlink, family] });
const open = () => domain.open({ protocol: 16 });

function requestOf(command: number, flags: number): Uint8Array {
  const name = [...new TextEncoder().encode('uplink'), 0, 0];
  const bytes = Uint8Array.of(
    40,
    0,
    0,
    0,
    FAMILY,
    0,
    flags & 0xff,
    flags >> 8,
    1,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    command,
    1,
    0,
    0,
    11,
    0,
    1,
    0,
    ...name,
    8,
    0,
    2,
    0,
    7,
    0,
    0,
    0,
  );
  return bytes;
}

function drain(socket: NetlinkSocket): number {
  let datagrams = 0;
  while (socket.receive() !== undefined) datagrams++;
  return datagrams;
}

function seconds(work: () => void): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}

const socket = await open();
const set = requestOf(1, 5);
const doSeconds = seconds(() => {
  for (let i = 0; i < requests; i++) {
    void socket.send(set);
    if (drain(socket) !== 1) throw new Error('a request was not acknowledged');
  }
});

const dumpSeconds = Math.min(
  ...[1, 2, 3].map(() =>
    seconds(() => {
      void socket.send(requestOf(2, 0x301));
      drain(socket);
    }),
  ),
);

const listeners = await Promise.all(Array.from({ length: members }, open));
for (const listener of listeners) await listener.joinGroup(GROUP);
const tell = requestOf(3, 1);
const ROUNDS = 100;
const fanOutSeconds = seconds(() => {
  for (let round = 0; round < ROUNDS; round++) {
    void socket.send(tell);
    for (const listener of listeners) if (drain(listener) !== 1) throw new Error('a member was not told');
  }
});
console.log(
  JSON.stringify({
    requestsPerSecond: requests / doSeconds,
    messagesPerSecond: messages / dumpSeconds,
    notificationsPerSecond: (ROUNDS * members) / fanOutSeconds,
  }),
);
