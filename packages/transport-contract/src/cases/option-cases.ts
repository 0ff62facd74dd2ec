import { Errno, SocketOption } from '@nlspace/core';
import type { ContractCase } from '../contract-case.js';
import { ContractType } from '../contract-family.js';
import { nextMessages, requests } from '../messages.js';
import { errno } from './address-cases.js';

const NOBODY = { uid: 65_534, gid: 65_534, pid: 4711, netAdmin: false };
const SWITCHES = [
  SocketOption.PacketInfo,
  SocketOption.BroadcastError,
  SocketOption.NoOverrunError,
  SocketOption.ListenAllNamespaces,
  SocketOption.CapAck,
  SocketOption.ExtendedAck,
  SocketOption.StrictChecking,
];

export const optionCases: readonly ContractCase[] = [
  {
    title: 'switches are off until they are set',
    async run(t, { open }) {
      const socket = await open();
      for (const option of SWITCHES) {
        t.is(await socket.getOption(option), 0, option);
        await socket.setOption(option, 7);
        t.is(await socket.getOption(option), 1, option);
        await socket.setOption(option, 0);
        t.is(await socket.getOption(option), 0, option);
      }
    },
  },
  {
    title: 'buffer sizes are doubled and capped, and forced ones are not capped',
    async run(t, { open }) {
      const socket = await open();
      await socket.setOption(SocketOption.ReceiveBufferSize, 50_000);
      t.is(await socket.getOption(SocketOption.ReceiveBufferSize), 100_000);
      await socket.setOption(SocketOption.ReceiveBufferSize, -1);
      t.is(await socket.getOption(SocketOption.ReceiveBufferSize), 425_984);
      await socket.setOption(SocketOption.ForceReceiveBufferSize, 1_000_000);
      t.is(await socket.getOption(SocketOption.ReceiveBufferSize), 2_000_000);
      await socket.setOption(SocketOption.SendBufferSize, 1);
      t.is(await socket.getOption(SocketOption.SendBufferSize), 4608);
    },
  },
  {
    title: 'what can only be set is refused with ENOPROTOOPT when it is asked for',
    async run(t, { open }) {
      const socket = await open();
      await t.throwsAsync(
        async () => socket.getOption(SocketOption.ForceSendBufferSize),
        errno(Errno.ENOPROTOOPT),
      );
    },
  },
  {
    title: 'forcing a buffer size without netAdmin is refused with EPERM',
    async run(t, { open }) {
      const socket = await open(NOBODY);
      await t.throwsAsync(
        async () => socket.setOption(SocketOption.ForceReceiveBufferSize, 9),
        errno(Errno.EPERM),
      );
    },
  },
  {
    title: 'an extended ACK names the attribute at fault, once it is asked for',
    async run(t, { open }) {
      const socket = await open();
      const refused = requests({
        type: ContractType.Refuse,
        sequence: 5,
        attributes: { index: 1, name: 'a' },
      });
      await socket.send(refused);
      const [bare] = await nextMessages(socket);
      t.is(bare?.header.length, 36 + refused.length - 16);
      await socket.setOption(SocketOption.ExtendedAck, 1);
      await socket.setOption(SocketOption.CapAck, 1);
      await socket.send(refused);
      const [capped] = await nextMessages(socket);
      t.is(capped?.header.flags, 0x300);
      t.is(capped?.header.sequence, 5);
      t.is(capped?.header.portId, socket.address.portId);
      const text = new TextDecoder().decode(capped?.payload.subarray(24));
      t.true(text.startsWith('parcel a exists\0'));
    },
  },
];
