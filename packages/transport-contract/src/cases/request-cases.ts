import { ClientSocket, Errno, MessageFlag, SocketOption } from '@nlspace/core';
import type { ContractCase } from '../contract-case.js';
import { CONTRACT_PROTOCOL, ContractType, FAR_GROUP, parcel } from '../contract-family.js';
import { arrival, errnoOf, indexOf, next, nextErrno, nextMessages, requests } from '../messages.js';
import { errno } from './address-cases.js';

export const requestCases: readonly ContractCase[] = [
  {
    title: 'when a send is done its replies can be received at once, one datagram each, in order',
    async run(t, { open }) {
      const socket = await open();
      await socket.send(
        requests(
          { type: ContractType.Fetch, count: 2, sequence: 1 },
          { type: ContractType.Refuse, sequence: 2, attributes: { name: 'a' } },
          { type: ContractType.Touch, sequence: 3 },
          { type: ContractType.Touch, sequence: 4, flags: 0 },
        ),
      );
      t.true(socket.readable);
      const seen = [];
      for (let datagram = socket.receive(); datagram !== undefined; datagram = socket.receive()) {
        t.deepEqual(datagram.source, { portId: 0, groups: 0 });
        const view = new DataView(datagram.bytes.buffer, datagram.bytes.byteOffset);
        seen.push([view.getUint32(8, true), view.getUint16(4, true)]);
      }
      t.deepEqual(seen, [
        [1, ContractType.Fetch],
        [1, ContractType.Fetch],
        [1, 2],
        [2, 2],
        [3, 2],
      ]);
      t.false(socket.readable);
    },
  },
  {
    title: 'an empty datagram is refused with ENODATA, one larger than the send buffer with EMSGSIZE',
    async run(t, { open }) {
      const socket = await open();
      await t.throwsAsync(async () => socket.send(new Uint8Array(0)), errno(Errno.ENODATA));
      await socket.setOption(SocketOption.SendBufferSize, 1);
      await t.throwsAsync(async () => socket.send(new Uint8Array(4608)), errno(Errno.EMSGSIZE));
    },
  },
  {
    title: 'bytes that are no message are ignored',
    async run(t, { open }) {
      const socket = await open();
      await socket.send(Uint8Array.of(1, 2, 3));
      await socket.send(new Uint8Array(64));
      await socket.send(requests({ type: ContractType.Touch, sequence: 6 }));
      const [message] = await nextMessages(socket);
      t.is(message?.header.sequence, 6);
    },
  },
  {
    title: 'the sender may reuse its bytes when the send is done',
    async run(t, { open, family }) {
      const socket = await open();
      const bytes = requests({ type: ContractType.Fetch, count: 1, sequence: 8 });
      await socket.send(bytes);
      bytes.fill(0xff);
      t.is((await nextMessages(socket))[0]?.header.sequence, 8);
      t.is(await nextErrno(socket), 0);
      t.is(family.handled, 1);
    },
  },
  {
    title: 'peek leaves the datagram',
    async run(t, { open }) {
      const socket = await open();
      t.is(socket.receive({ peek: true }), undefined);
      await socket.send(
        requests({ type: ContractType.Touch, sequence: 1 }, { type: ContractType.Touch, sequence: 2 }),
      );
      const peeked = await next(socket, { peek: true, capacity: 0 });
      t.deepEqual(await next(socket, { peek: true }), peeked);
      t.deepEqual(await next(socket), peeked);
      t.is((await nextMessages(socket))[0]?.header.sequence, 2);
    },
  },
  {
    title: 'onReadable is called when something arrives',
    async run(t, { open }) {
      const [socket, source] = [await open(), await open()];
      await socket.joinGroup(FAR_GROUP);
      const arrived = arrival(socket);
      t.false(socket.readable);
      await source.send(requests({ type: ContractType.Announce, count: 1 }));
      await arrived;
      t.true(socket.readable);
    },
  },
  {
    title: 'a handler that waits keeps only its own socket waiting',
    async run(t, { open, family }) {
      const [slow, other] = [await open(), await open()];
      const sent = slow.send(
        requests({ type: ContractType.Wait, sequence: 1 }, { type: ContractType.Touch, sequence: 2 }),
      );
      const second = slow.send(requests({ type: ContractType.Touch, sequence: 3 }));
      await other.send(requests({ type: ContractType.Touch, sequence: 1 }));
      t.is(await nextErrno(other), 0);
      t.is(family.handled, 1);
      t.is(slow.receive(), undefined);
      family.release();
      await Promise.all([sent, second]);
      for (const sequence of [1, 2, 3]) t.is((await nextMessages(slow))[0]?.header.sequence, sequence);
      t.is(family.handled, 4);
    },
  },
  {
    title: 'a send is not done before its last handler is',
    async run(t, { open, family }) {
      const [slow, other] = [await open(), await open()];
      let done = false;
      const sent = Promise.resolve(slow.send(requests({ type: ContractType.Wait }))).then(() => {
        done = true;
        return slow.receive();
      });
      await other.send(requests({ type: ContractType.Touch }));
      t.false(done);
      family.release();
      t.not(await sent, undefined);
    },
  },
  {
    title: 'a send is refused with EAGAIN while unhandled ones fill the send buffer',
    async run(t, { open, family }) {
      const [slow, other] = [await open(), await open()];
      await slow.setOption(SocketOption.SendBufferSize, 5_000);
      const sends = [slow.send(requests({ type: ContractType.Wait }))];
      const filling = requests({ type: ContractType.Touch, attributes: { content: new Uint8Array(4_000) } });
      sends.push(slow.send(filling), slow.send(filling));
      await t.throwsAsync(async () => slow.send(filling), errno(Errno.EAGAIN));
      await other.bind({ portId: 0, groups: 0 });
      family.release();
      await Promise.all(sends);
      t.is(family.handled, 3);
      await slow.send(filling);
      for (let i = 0; i < 4; i++) t.is(await nextErrno(slow), 0);
    },
  },
  {
    title: 'closing a socket ends what waits on it',
    async run(t, { open, family }) {
      const [slow, other] = [await open(), await open()];
      const sent = slow.send(requests({ type: ContractType.Wait }));
      const queued = slow.send(requests({ type: ContractType.Touch }));
      slow.close();
      await Promise.all([sent, queued]);
      await other.send(requests({ type: ContractType.Touch }));
      family.release();
      t.is(await nextErrno(other), 0);
    },
  },
  {
    title: 'a hundred sockets get what is theirs',
    async run(t, { open }) {
      const sockets = await Promise.all(Array.from({ length: 100 }, () => open()));
      await Promise.all(
        sockets.map((socket, sequence) =>
          socket.send(requests({ type: ContractType.Fetch, count: 3, sequence })),
        ),
      );
      for (const [sequence, socket] of sockets.entries()) {
        for (const index of [0, 1, 2]) {
          const [message] = await nextMessages(socket);
          t.is(message?.header.sequence, sequence);
          t.is(message?.header.portId, socket.address.portId);
          t.is(message && indexOf(message), index);
        }
        const [ack] = await nextMessages(socket);
        t.is(ack && errnoOf(ack), 0);
      }
      t.is(new Set(sockets.map(({ address }) => address.portId)).size, 100);
    },
  },
  {
    title: 'a client socket requests, lists and subscribes',
    async run(t, { netlink }) {
      const catalog = new Map(
        [ContractType.Fetch, ContractType.List, ContractType.Announce].map((type) => [type, parcel]),
      );
      const client = await ClientSocket.open(netlink, { protocol: CONTRACT_PROTOCOL, catalog });
      const order = { header: { count: 3, size: 8 }, attributes: {} };
      t.is((await client.do(ContractType.Fetch, parcel, order)).length, 3);
      let count = 0;
      const many = { header: { count: 3_000, size: 100 }, attributes: {} };
      for await (const { attributes } of client.dump(ContractType.List, parcel, many))
        t.is(attributes.index, count++);
      t.is(count, 3_000);
      const announced = await client.subscribe([FAR_GROUP]);
      await client.do(ContractType.Announce, parcel, order);
      t.is((await announced.next()).value?.attributes.index, 0);
      const refused = client.do(
        ContractType.Refuse,
        parcel,
        { attributes: { name: 'b' } },
        { flags: MessageFlag.Echo },
      );
      await t.throwsAsync(refused, { message: /EEXIST: parcel b exists/ });
      client.close();
    },
  },
];
