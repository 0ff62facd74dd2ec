import { Errno } from '@nlspace/core';
import type { ContractCase } from '../contract-case.js';
import { CONTRACT_PROTOCOL, ContractType } from '../contract-family.js';
import { next, nextErrno, requests } from '../messages.js';

const NOBODY = { uid: 65_534, gid: 65_534, pid: 4711, netAdmin: false };
const AUTOMATIC = { portId: 0, groups: 0 };

export const addressCases: readonly ContractCase[] = [
  {
    title: 'a socket has no port ID before it is bound, and its own one after',
    async run(t, { open }) {
      const [one, other] = [await open(), await open()];
      t.deepEqual(one.address, AUTOMATIC);
      t.is(one.protocol, CONTRACT_PROTOCOL);
      await one.bind(AUTOMATIC);
      await other.bind(AUTOMATIC);
      t.not(one.address.portId, 0);
      t.not(one.address.portId, other.address.portId);
    },
  },
  {
    title: 'the first send binds',
    async run(t, { open }) {
      const socket = await open();
      await socket.send(requests({ type: ContractType.Touch }));
      t.not(socket.address.portId, 0);
    },
  },
  {
    title: 'bind takes a free port ID, refuses a taken one and refuses another one',
    async run(t, { open }) {
      const [one, other] = [await open(), await open()];
      await one.bind({ portId: 0xffff_fff0, groups: 0 });
      t.is(one.address.portId, 0xffff_fff0);
      await t.throwsAsync(
        async () => other.bind({ portId: 0xffff_fff0, groups: 0 }),
        errno(Errno.EADDRINUSE),
      );
      t.is(other.address.portId, 0);
      await t.throwsAsync(async () => one.bind({ portId: 8, groups: 0 }), errno(Errno.EINVAL));
    },
  },
  {
    title: 'close frees the port ID, is idempotent and refuses what comes after',
    async run(t, { open }) {
      const [one, other] = [await open(), await open()];
      await one.bind({ portId: 7, groups: 0 });
      one.close();
      one.close();
      await other.bind({ portId: 7, groups: 0 });
      t.is(other.address.portId, 7);
      await t.throwsAsync(async () => one.bind({ portId: 8, groups: 0 }), errno(Errno.EBADF));
      await t.throwsAsync(async () => one.send(requests({ type: ContractType.Touch })), errno(Errno.EBADF));
      t.is(one.receive(), undefined);
    },
  },
  {
    title: 'a connected socket sends to its peer, which sees where it comes from',
    async run(t, { open }) {
      const [one, other] = [await open(), await open()];
      await other.bind(AUTOMATIC);
      await one.connect({ portId: other.address.portId, groups: 0 });
      t.deepEqual(one.peer, { portId: other.address.portId, groups: 0 });
      await one.send(Uint8Array.of(1, 2, 3));
      const { bytes, source, group } = await next(other);
      t.deepEqual([...bytes], [1, 2, 3]);
      t.deepEqual(source, { portId: one.address.portId, groups: 0 });
      t.is(group, 0);
    },
  },
  {
    title: 'a destination overrides the peer',
    async run(t, { open }) {
      const [one, other] = [await open(), await open()];
      await other.bind(AUTOMATIC);
      await one.connect({ portId: other.address.portId, groups: 0 });
      await one.send(requests({ type: ContractType.Touch }), AUTOMATIC);
      t.is(await nextErrno(one), 0);
      await other.send(Uint8Array.of(9), { portId: one.address.portId, groups: 0 });
      t.deepEqual([...(await next(one)).bytes], [9]);
    },
  },
  {
    title: 'a send to a port ID that nobody has is refused with ECONNREFUSED',
    async run(t, { open }) {
      const socket = await open();
      await t.throwsAsync(
        async () => socket.send(Uint8Array.of(1), { portId: 99, groups: 0 }),
        errno(Errno.ECONNREFUSED),
      );
    },
  },
  {
    title: 'without netAdmin, other sockets cannot be reached and guarded requests are refused',
    async run(t, { open, family }) {
      const socket = await open(NOBODY);
      await t.throwsAsync(async () => socket.connect({ portId: 99, groups: 0 }), errno(Errno.EPERM));
      await t.throwsAsync(
        async () => socket.send(Uint8Array.of(1), { portId: 99, groups: 0 }),
        errno(Errno.EPERM),
      );
      await socket.send(requests({ type: ContractType.Guarded }));
      t.is(await nextErrno(socket), Errno.EPERM);
      t.is(family.handled, 0);
    },
  },
  {
    title: 'a protocol that nobody serves is refused with EPROTONOSUPPORT',
    async run(t, { netlink }) {
      await t.throwsAsync(async () => netlink.open({ protocol: 30 }), errno(Errno.EPROTONOSUPPORT));
      await t.throwsAsync(async () => netlink.open({ protocol: -1 }), errno(Errno.EPROTONOSUPPORT));
    },
  },
  {
    title: 'an aborted open rejects with the reason',
    async run(t, { netlink }) {
      const signal = AbortSignal.abort(new Error('enough'));
      await t.throwsAsync(async () => netlink.open({ protocol: CONTRACT_PROTOCOL, signal }), {
        message: 'enough',
      });
    },
  },
];

export function errno(value: Errno) {
  return { name: 'NetlinkError', message: new RegExp(`^${Errno[value]}`) };
}
