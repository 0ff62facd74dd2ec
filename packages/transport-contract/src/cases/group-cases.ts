import { Errno, MessageFlag } from '@nlspace/core';
import type { ContractCase } from '../contract-case.js';
import { ContractType, FAR_GROUP, NEAR_GROUP } from '../contract-family.js';
import { errnoOf, indexOf, next, nextErrno, nextMessages, requests } from '../messages.js';
import { errno } from './address-cases.js';

const NEAR_BIT = 1 << (NEAR_GROUP - 1);

export const groupCases: readonly ContractCase[] = [
  {
    title: 'memberships are listed, beyond group 32 too',
    async run(t, { open }) {
      const socket = await open();
      await socket.joinGroup(NEAR_GROUP);
      await socket.joinGroup(FAR_GROUP);
      t.deepEqual([...(await socket.memberships())], [NEAR_BIT, 1 << (FAR_GROUP - 33)]);
      t.is(socket.address.groups, NEAR_BIT);
      await socket.leaveGroup(NEAR_GROUP);
      t.deepEqual([...(await socket.memberships())], [0, 1 << (FAR_GROUP - 33)]);
    },
  },
  {
    title: 'a group that does not exist is refused with EINVAL',
    async run(t, { open }) {
      const socket = await open();
      for (const group of [0, FAR_GROUP + 1, -1]) {
        await t.throwsAsync(async () => socket.joinGroup(group), errno(Errno.EINVAL));
      }
    },
  },
  {
    title: 'bind replaces the groups that have a bit',
    async run(t, { open, family }) {
      const socket = await open();
      await socket.bind({ portId: 0, groups: NEAR_BIT });
      t.true(family.isHeard('near'));
      await socket.bind({ portId: socket.address.portId, groups: 0 });
      t.false(family.isHeard('near'));
      t.is(socket.address.groups, 0);
    },
  },
  {
    title: 'close leaves the groups',
    async run(t, { open, family }) {
      const [socket, other] = [await open(), await open()];
      await socket.joinGroup(FAR_GROUP);
      t.true(family.isHeard('far'));
      socket.close();
      await other.bind({ portId: 0, groups: 0 });
      t.false(family.isHeard('far'));
    },
  },
  {
    title: 'a notification says its group, and its source where the group has a bit',
    async run(t, { open }) {
      const [near, far, source] = [await open(), await open(), await open()];
      await near.joinGroup(NEAR_GROUP);
      await far.joinGroup(FAR_GROUP);
      await source.send(requests({ type: ContractType.Announce, count: 1, sequence: 77 }));
      const fromNear = await next(near);
      t.deepEqual(fromNear.source, { portId: 0, groups: NEAR_BIT });
      t.is(fromNear.group, NEAR_GROUP);
      const fromFar = await next(far);
      t.deepEqual(fromFar.source, { portId: 0, groups: 0 });
      t.is(fromFar.group, FAR_GROUP);
    },
  },
  {
    title: 'the originator gets its notifications before its acknowledgement',
    async run(t, { open }) {
      const socket = await open();
      await socket.joinGroup(NEAR_GROUP);
      await socket.send(requests({ type: ContractType.Announce, count: 2, sequence: 9 }));
      for (const index of [0, 1]) {
        const [message] = await nextMessages(socket);
        t.is(message?.header.type, ContractType.Announce);
        t.is(message?.header.sequence, 9);
        t.is(message?.header.portId, socket.address.portId);
        t.is(message && indexOf(message), index);
      }
      t.is(await nextErrno(socket), 0);
    },
  },
  {
    title: 'a socket multicasts to the others in a group',
    async run(t, { open }) {
      const [member, other] = [await open(), await open()];
      await member.joinGroup(NEAR_GROUP);
      await other.joinGroup(NEAR_GROUP);
      await other.send(requests({ type: ContractType.Touch, sequence: 4 }), { portId: 0, groups: NEAR_BIT });
      const { group, source } = await next(member);
      t.is(group, NEAR_GROUP);
      t.deepEqual(source, { portId: other.address.portId, groups: NEAR_BIT });
      const [ack] = await nextMessages(other);
      t.is(ack && errnoOf(ack), 0);
      t.is(ack?.header.flags, MessageFlag.Capped);
    },
  },
];
