import { NetlinkDomain } from '@nlspace/core';
import {
  CONTRACT_PROTOCOL,
  ContractFamily,
  SYNCHRONOUS_DUMP,
  transportContract,
} from '@nlspace/transport-contract';
import test from 'ava';
import { connectMemory } from '../src/index.js';

// What a front door serves may itself be remote.
transportContract(
  test,
  (served) => {
    const near = connectMemory(served);
    const netlink = connectMemory(near);
    return {
      netlink,
      close: () => {
        netlink.close();
        near.close();
      },
    };
  },
  { skip: { [SYNCHRONOUS_DUMP]: 'the next part of a dump is fetched from the far end' } },
);

test('when the far hop breaks, the sockets of the near one say so', async (t) => {
  const far = connectMemory(new NetlinkDomain({ families: [ContractFamily] }));
  const socket = await connectMemory(far).open({ protocol: CONTRACT_PROTOCOL });
  const told = new Promise<void>((resolve) => {
    socket.onReadable = resolve;
  });
  far.close();
  await told;
  t.throws(() => socket.receive(), { message: /^ECONNRESET: the channel was closed/ });
  await t.throwsAsync(socket.bind({ portId: 1, groups: 0 }), { message: /^ECONNRESET/ });
});
