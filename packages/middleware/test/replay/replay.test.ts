import {
  ClientSocket,
  Errno,
  type Netlink,
  NetlinkError,
  NetlinkProtocol,
  type NetlinkSocket,
  readMessages,
  readRefusal,
  SocketOption,
} from '@nlspace/core';
import {
  CONTRACT_PROTOCOL,
  ContractType,
  errnoOf,
  FAR_GROUP,
  parcel,
  type RequestParts,
  requests,
} from '@nlspace/transport-contract';
import test from 'ava';
import { CaptureError, replay, type Vocabulary } from '../../src/index.js';
import { CONTRACT_WORDS, openAs } from '../support/contract-world.js';
import { recorded } from '../support/recorded.js';

const vocabulary: Vocabulary = {
  ...CONTRACT_WORDS,
  isDump: () => false,
  groupName: (group) => `group ${group}`,
};

async function fileOf(play: (netlink: Netlink) => Promise<void>): Promise<Uint8Array> {
  return (await recorded(play)).file;
}

/** Everything that can be received now, a line per message: type, sequence number, port ID, bytes. */
function receiveAll(socket: NetlinkSocket): string[] {
  const lines: string[] = [];
  while (socket.readable) {
    const datagram = socket.receive();
    for (const { header, payload } of readMessages(datagram?.bytes ?? new Uint8Array(0)))
      lines.push(`${header.type} seq ${header.sequence} port ${header.portId} ${payload.length} bytes`);
  }
  return lines;
}

async function ask(socket: NetlinkSocket, ...all: RequestParts[]): Promise<string[]> {
  await socket.send(requests(...all));
  return receiveAll(socket);
}

test('replies are as they were, with the sequence numbers and the port ID of the new run', async (t) => {
  const file = await fileOf(async (netlink) => {
    const socket = await openAs(100, netlink);
    await ask(socket, { type: ContractType.Fetch, sequence: 5, count: 2, size: 8 });
    await ask(socket, { type: ContractType.List, sequence: 6, flags: 0x300, count: 3, size: 4 });
  });
  const socket = await openAs(200, replay(file));
  t.deepEqual(await ask(socket, { type: ContractType.Fetch, sequence: 77, count: 2, size: 8 }), [
    '17 seq 77 port 200 28 bytes',
    '17 seq 77 port 200 28 bytes',
    '2 seq 77 port 200 20 bytes',
  ]);
  t.is(socket.address.portId, 200);
  const list = await ask(socket, { type: ContractType.List, sequence: 78, flags: 0x300, count: 3, size: 4 });
  t.deepEqual(list, [
    '18 seq 78 port 200 24 bytes',
    '18 seq 78 port 200 24 bytes',
    '18 seq 78 port 200 24 bytes',
    '3 seq 78 port 200 4 bytes',
  ]);
});

test('the request in an error is the one that was sent now', async (t) => {
  const request = { type: ContractType.Refuse, attributes: { name: 'a' } };
  const file = await fileOf(async (netlink) => {
    await ask(await openAs(0, netlink), { ...request, sequence: 5 });
  });
  const socket = await openAs(200, replay(file));
  await socket.send(requests({ ...request, sequence: 9 }));
  const [message] = readMessages(socket.receive()?.bytes ?? new Uint8Array(0));
  const echo = new DataView(message?.payload.buffer as ArrayBuffer, message?.payload.byteOffset);
  t.is(echo.getUint32(4 + 8, true), 9);
  t.is(message === undefined ? 0 : errnoOf(message), Errno.EEXIST);
});

test('the same request is answered as often as it was asked, each time as then', async (t) => {
  const file = await fileOf(async (netlink) => {
    const socket = await openAs(0, netlink);
    await ask(socket, { type: ContractType.Touch });
    await ask(socket, { type: ContractType.Touch });
  });
  const reports: string[] = [];
  const netlink = replay(file, { vocabularies: () => vocabulary, report: (line) => reports.push(line) });
  const socket = await openAs(7, netlink);
  for (const sequence of [1, 2, 3]) await ask(socket, { type: ContractType.Touch, sequence });
  t.deepEqual(reports, ['7 Touch was recorded, but not so often']);
});

test('what was not recorded is refused with the nearest request and the difference', async (t) => {
  const file = await fileOf(async (netlink) => {
    const socket = await openAs(0, netlink);
    await socket.setOption(SocketOption.ExtendedAck, 1);
    await ask(socket, { type: ContractType.Touch });
    await ask(socket, { type: ContractType.Fetch, count: 1, attributes: { name: 'far', index: 1 } });
    await ask(socket, { type: ContractType.Fetch, count: 2, attributes: { name: 'near', index: 1 } });
  });
  const reports: string[] = [];
  const netlink = replay(file, { vocabularies: () => vocabulary, report: (line) => reports.push(line) });
  const socket = await openAs(7, netlink);
  await socket.setOption(SocketOption.ExtendedAck, 1);
  const attributes = { name: 'near', content: Uint8Array.of(1) };
  await socket.send(requests({ type: ContractType.Fetch, sequence: 4, count: 3, attributes }));
  const [message] = readMessages(socket.receive()?.bytes ?? new Uint8Array(0));
  const text =
    'Fetch was not recorded like this; the nearest has order.count 2 instead of 3, no content (here 01), index 1, which is not here';
  t.deepEqual(reports, [`7 ${text}`]);
  if (message === undefined) return t.fail('no reply');
  const refusal = readRefusal(message, '');
  t.is(refusal.errno, Errno.EOPNOTSUPP);
  t.is(refusal.text, text);
  t.is(message.header.sequence, 4);
});

test('without a request of its kind the nearest of another is named', async (t) => {
  const file = await fileOf(
    async (netlink) => void (await ask(await openAs(0, netlink), { type: ContractType.Touch })),
  );
  const reports: string[] = [];
  const netlink = replay(file, { vocabularies: () => vocabulary, report: (line) => reports.push(line) });
  await ask(await openAs(0, netlink), { type: ContractType.Fetch, count: 1 });
  t.deepEqual(reports, ['0 Fetch was not recorded; the nearest request is Touch']);
});

test('notifications come after what led to them, on whichever socket', async (t) => {
  const announce = { type: ContractType.Announce, count: 1 };
  const file = await fileOf(async (netlink) => {
    const listener = await openAs(1, netlink);
    await listener.joinGroup(FAR_GROUP);
    const socket = await openAs(2, netlink);
    await ask(socket, { type: ContractType.Touch, sequence: 1 });
    await ask(socket, { ...announce, sequence: 2 });
    receiveAll(listener);
    await ask(socket, { ...announce, sequence: 3, count: 2 });
    receiveAll(listener);
  });
  const netlink = replay(file);
  const listener = await openAs(11, netlink);
  let arrivals = 0;
  listener.onReadable = () => arrivals++;
  await listener.joinGroup(FAR_GROUP);
  const socket = await openAs(12, netlink);
  await ask(socket, { type: ContractType.Touch, sequence: 1 });
  t.false(listener.readable);
  await ask(socket, { ...announce, sequence: 52 });
  t.is(arrivals, 1);
  t.deepEqual(receiveAll(listener), ['19 seq 52 port 12 20 bytes']);
  await ask(socket, { ...announce, sequence: 53, count: 2 });
  t.deepEqual(receiveAll(listener), ['19 seq 53 port 12 20 bytes', '19 seq 53 port 12 20 bytes']);
});

test('sockets may be opened in another order than when they were recorded', async (t) => {
  const file = await fileOf(async (netlink) => {
    const one = await openAs(0, netlink);
    await one.joinGroup(FAR_GROUP);
    const two = await openAs(0, netlink);
    await ask(two, { type: ContractType.Fetch, count: 1 });
    const three = await openAs(0, netlink);
    await ask(three, { type: ContractType.Fetch, count: 2 });
  });
  const netlink = replay(file);
  const three = await openAs(3, netlink);
  t.is((await ask(three, { type: ContractType.Fetch, count: 2 })).length, 3);
  const two = await openAs(2, netlink);
  t.is((await ask(two, { type: ContractType.Fetch, count: 1 })).length, 2);
  await t.notThrowsAsync((await openAs(1, netlink)).joinGroup(FAR_GROUP));
});

test('an overrun is in its place', async (t) => {
  const many = { type: ContractType.Announce, count: 40, size: 1000 };
  const file = await fileOf(async (netlink) => {
    const listener = await openAs(0, netlink);
    await listener.setOption(SocketOption.ReceiveBufferSize, 1);
    await listener.joinGroup(FAR_GROUP);
    const socket = await openAs(0, netlink);
    await ask(socket, many);
    while (listener.readable) {
      try {
        listener.receive();
      } catch {
        // It is recorded.
      }
    }
  });
  const netlink = replay(file);
  const listener = await openAs(0, netlink);
  await listener.joinGroup(FAR_GROUP);
  await ask(await openAs(0, netlink), many);
  const errors: number[] = [];
  let datagrams = 0;
  while (listener.readable) {
    try {
      if (listener.receive() !== undefined) datagrams++;
    } catch (error) {
      errors.push(error instanceof NetlinkError ? error.errno : 0);
    }
  }
  t.deepEqual(errors, [Errno.ENOBUFS]);
  t.true(datagrams > 0);
});

test('groups and options that were not asked for are refused; those that were refused are so again', async (t) => {
  const file = await fileOf(async (netlink) => {
    const socket = await openAs(0, netlink);
    await socket.joinGroup(99_999).catch(() => {});
    await ask(socket, { type: ContractType.Touch });
  });
  const reports: string[] = [];
  const netlink = replay(file, { vocabularies: () => vocabulary, report: (line) => reports.push(line) });
  const socket = await openAs(7, netlink);
  t.is((await t.throwsAsync<NetlinkError>(socket.joinGroup(99_999)))?.errno, Errno.EINVAL);
  t.is((await t.throwsAsync<NetlinkError>(socket.joinGroup(FAR_GROUP)))?.errno, Errno.EOPNOTSUPP);
  t.is(
    (await t.throwsAsync<NetlinkError>(socket.setOption(SocketOption.CapAck, 1)))?.errno,
    Errno.EOPNOTSUPP,
  );
  await t.notThrowsAsync(socket.setOption(SocketOption.ReceiveBufferSize, 4096));
  t.deepEqual(reports, [
    '7 a socket that joins group 40 was not recorded',
    '7 a socket that sets NETLINK_CAP_ACK to 1 was not recorded',
  ]);
});

test('a protocol that nobody served is not served again, and one that was not asked for cannot be asked', async (t) => {
  const file = await fileOf(async (netlink) => {
    await netlink.open({ protocol: 30 }).catch(() => {});
  });
  const netlink = replay(file);
  const refused = await t.throwsAsync<NetlinkError>(netlink.open({ protocol: 30 }));
  t.is(refused?.errno, Errno.EPROTONOSUPPORT);
  const socket = await netlink.open({ protocol: NetlinkProtocol.Route });
  t.is((await ask(socket, { type: ContractType.Touch })).length, 1);
});

test('a client that speaks for itself works on a replay', async (t) => {
  const exchange = async (netlink: Netlink) => {
    const client = await ClientSocket.open(netlink, {
      protocol: CONTRACT_PROTOCOL,
      catalog: { get: () => parcel as never },
    });
    const replies = await client.do(ContractType.Fetch, parcel, { header: { count: 3 }, attributes: {} });
    const listed: unknown[] = [];
    for await (const { attributes } of client.dump(ContractType.List, parcel, {
      header: { count: 100, size: 200 },
      attributes: {},
    }))
      listed.push(attributes.index);
    client.close();
    return [replies.map(({ attributes }) => attributes.index), listed];
  };
  let then: unknown;
  const file = await fileOf(async (netlink) => {
    then = await exchange(netlink);
  });
  t.deepEqual(await exchange(replay(file)), then as unknown[]);
});

test('what is no whole capture of nlspace cannot be replayed', async (t) => {
  const file = await fileOf(
    async (netlink) => void (await ask(await openAs(0, netlink), { type: ContractType.Touch })),
  );
  t.throws(() => replay(file.subarray(0, file.length - 3)), {
    instanceOf: CaptureError,
    message: /in the middle/,
  });
  t.throws(() => replay(new Uint8Array(40)), { instanceOf: CaptureError });
});

test('a file is the same after it has been replayed', async (t) => {
  const file = Buffer.from(
    await fileOf(async (netlink) => {
      await ask(await openAs(100, netlink), { type: ContractType.Fetch, sequence: 5, count: 1 });
    }),
  );
  const before = Buffer.from(file);
  await ask(await openAs(200, replay(file)), { type: ContractType.Fetch, sequence: 9, count: 1 });
  t.true(file.equals(before));
});
