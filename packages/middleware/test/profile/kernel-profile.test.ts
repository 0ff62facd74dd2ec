import {
  align4,
  ByteWriter,
  Errno,
  MessageFlag,
  type NetlinkSocket,
  type OpenOptions,
  readMessages,
  readRefusal,
  SocketOption,
} from '@nlspace/core';
import {
  CONTRACT_PROTOCOL,
  ContractType,
  errnoOf,
  FAR_GROUP,
  NEAR_GROUP,
  nextErrno,
  nextMessages,
  requests,
  transportContract,
} from '@nlspace/transport-contract';
import test from 'ava';
import {
  ForwardingSocket,
  type KernelProfileOptions,
  kernelProfile,
  type MissingFeature,
} from '../../src/index.js';
import { CONTRACT_WORDS, contractDomain } from '../support/contract-world.js';

const protocol = CONTRACT_PROTOCOL;
const PARCELS = { messageTypes: [ContractType.Fetch, ContractType.List, ContractType.Touch], headerSize: 8 };

transportContract(test, (served) => ({ netlink: kernelProfile(served, {}) }), { name: 'nothing lacking' });
// Everything goes through the rewriting and comes out as it was.
transportContract(
  test,
  (served) => ({
    netlink: kernelProfile(served, {
      vocabularies: () => CONTRACT_WORDS,
      lacks: [
        { acknowledgementAttributes: [77] },
        {
          protocol,
          messageTypes: [99],
          bulkDeletion: true,
          highestGroup: FAR_GROUP,
          attributes: [{ ...PARCELS, attributes: [77] }],
          dumpFilters: [{ ...PARCELS, fields: [], attributes: [78] }],
        },
      ],
    }),
  }),
  { name: 'lacking what nobody has' },
);

/** The requests that get through, as the serving side has them. */
async function world(feature: MissingFeature, options: KernelProfileOptions = {}) {
  const { domain } = contractDomain();
  const arrived: Uint8Array[] = [];
  class Spy extends ForwardingSocket {
    override send(...args: Parameters<ForwardingSocket['send']>) {
      arrived.push(args[0].slice());
      return super.send(...args);
    }
  }
  const served = { open: async (open: OpenOptions) => new Spy(await domain.open(open)) };
  const lacks = [{ protocol, ...feature }];
  const netlink = kernelProfile(served, { lacks, vocabularies: () => CONTRACT_WORDS, ...options });
  const socket: NetlinkSocket = await netlink.open({ protocol });
  return { socket, arrived, domain };
}

test('an option that there is not can neither be set nor asked for', async (t) => {
  const { socket } = await world({ options: [SocketOption.ExtendedAck] });
  await t.throwsAsync(socket.setOption(SocketOption.ExtendedAck, 1), { message: 'ENOPROTOOPT' });
  await t.throwsAsync(socket.getOption(SocketOption.ExtendedAck), { message: 'ENOPROTOOPT' });
  await socket.setOption(SocketOption.CapAck, 1);
  t.is(await socket.getOption(SocketOption.CapAck), 1);
});

test('a message type that there is not is EOPNOTSUPP, in its turn', async (t) => {
  const { socket } = await world({ messageTypes: [ContractType.Fetch] });
  const all = [ContractType.Touch, ContractType.Fetch, ContractType.Touch];
  await socket.send(requests(...all.map((type) => ({ type, count: 1 }))));
  const errnos = [];
  for (const _ of all) errnos.push(await nextErrno(socket));
  t.deepEqual(errnos, [0, Errno.EOPNOTSUPP, 0]);
});

test('a group that there is not cannot be joined, its bit is dropped, and memberships are shorter', async (t) => {
  const { socket } = await world({ highestGroup: NEAR_GROUP });
  for (const group of [NEAR_GROUP + 1, FAR_GROUP]) {
    await t.throwsAsync(socket.joinGroup(group), { message: 'EINVAL' });
    await t.throwsAsync(socket.leaveGroup(group), { message: 'EINVAL' });
  }
  await socket.bind({ portId: 0, groups: 0xffff_ffff });
  t.is(socket.address.groups, 0b111);
  t.deepEqual(await socket.memberships(), Uint32Array.of(0b111));
  await socket.leaveGroup(NEAR_GROUP);
  t.is(socket.address.groups, 0b011);
});

test('features of another protocol do not matter', async (t) => {
  const { socket } = await world({ protocol: 0, highestGroup: 1, messageTypes: [ContractType.Touch] });
  await socket.joinGroup(FAR_GROUP);
  await socket.send(requests({ type: ContractType.Touch }));
  t.is(await nextErrno(socket), 0);
});

test('attributes that there are not never arrive and never come back; the others stay as they are', async (t) => {
  const { socket, arrived } = await world({ attributes: [{ ...PARCELS, attributes: [2] }] });
  const attributes = { name: 'abc', index: 7, content: Uint8Array.of(1, 2, 3) };
  await socket.send(
    requests(
      { type: ContractType.Refuse, attributes },
      { type: ContractType.Touch, sequence: 9, attributes },
    ),
  );
  const { index: _, ...others } = attributes;
  const expected = requests(
    { type: ContractType.Refuse, attributes },
    { type: ContractType.Touch, sequence: 9, attributes: others },
  );
  t.deepEqual([...(arrived[0] ?? [])], [...expected]);
  await nextErrno(socket);
  await nextErrno(socket);
  await socket.send(requests({ type: ContractType.List, count: 2, size: 4 }));
  const [one, two, done] = await nextMessages(socket);
  t.is(done?.header.type, 3);
  for (const message of [one, two])
    t.deepEqual([...(message?.payload ?? [])], [0, 0, 0, 0, 4, 0, 0, 0, 8, 0, 3, 0, 0, 0, 0, 0]);
});

test('NLM_F_BULK is passed over where it is one', async (t) => {
  const vocabulary = {
    ...CONTRACT_WORDS,
    modifiersOf: (type: number) =>
      type === ContractType.Touch ? ([[MessageFlag.Bulk, 'BULK']] as const) : [],
  };
  const { socket, arrived } = await world({ bulkDeletion: true }, { vocabularies: () => vocabulary });
  const flags = MessageFlag.Ack | MessageFlag.Bulk;
  await socket.send(requests({ type: ContractType.Touch, flags }, { type: ContractType.Fetch, flags }));
  t.deepEqual(
    [...readMessages(arrived[0] ?? new Uint8Array())].map(({ header }) => header.flags),
    [MessageFlag.Request | MessageFlag.Ack, MessageFlag.Request | flags],
  );
});

test('a filter of a dump is passed over; a request for one thing keeps what looks like it', async (t) => {
  const filters = [{ ...PARCELS, fields: [[4, 2]] as const, attributes: [1] }];
  const { socket, arrived } = await world({ dumpFilters: filters });
  const attributes = { name: 'a', index: 3 };
  await socket.send(requests({ type: ContractType.List, size: 0x30004, attributes }));
  await socket.send(requests({ type: ContractType.Touch, size: 4, attributes }));
  t.deepEqual(
    [...(arrived[0] ?? [])],
    [...requests({ type: ContractType.List, size: 0x30000, attributes: { index: 3 } })],
  );
  t.deepEqual([...(arrived[1] ?? [])], [...requests({ type: ContractType.Touch, size: 4, attributes })]);
});

test('extended ACKs lack what they did not have', async (t) => {
  const answer = async (acknowledgementAttributes: readonly number[]) => {
    const { socket } = await world({ acknowledgementAttributes });
    await socket.setOption(SocketOption.ExtendedAck, 1);
    await socket.send(
      requests({ type: ContractType.Refuse, attributes: { name: 'a' } }, { type: ContractType.Refuse }),
    );
    const [known] = await nextMessages(socket);
    const [missing] = await nextMessages(socket);
    return [known, missing].map((message) => {
      const { text, details } = message === undefined ? { text: '', details: {} } : readRefusal(message, '');
      const flags = (message?.header.flags ?? 0) & MessageFlag.AckTlvs;
      return [
        message && errnoOf(message),
        text,
        details.offset,
        details.missing,
        flags === 0 ? 'none' : 'some',
      ];
    });
  };
  t.deepEqual(await answer([]), [
    [Errno.EEXIST, 'parcel a exists', 24, undefined, 'some'],
    [Errno.EINVAL, undefined, undefined, 1, 'some'],
  ]);
  t.deepEqual(await answer([2, 5]), [
    [Errno.EEXIST, 'parcel a exists', undefined, undefined, 'some'],
    [Errno.EINVAL, undefined, undefined, undefined, 'none'],
  ]);
});

test('always strict is strict, whatever a program asks for', async (t) => {
  const writer = new ByteWriter();
  writer.append(requests({ type: ContractType.List, count: 0 }));
  const unknown = writer.beginAttribute(99);
  writer.endAttribute(unknown);
  writer.view.setUint32(0, align4(writer.length), true);
  const answer = async (alwaysStrict: boolean) => {
    const { socket } = await world({}, { alwaysStrict });
    await socket.setOption(SocketOption.StrictChecking, 0);
    await socket.send(writer.slice());
    const [done] = await nextMessages(socket);
    return done && errnoOf(done);
  };
  t.is(await answer(true), Errno.EINVAL);
  t.is(await answer(false), 0);
});
