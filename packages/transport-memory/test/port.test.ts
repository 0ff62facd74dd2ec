import { MessageChannel } from 'node:worker_threads';
import { SYNCHRONOUS_DUMP, transportContract } from '@nlspace/transport-contract';
import test from 'ava';
import { connect, listen } from '../src/index.js';

transportContract(
  test,
  (served) => {
    const { port1, port2 } = new MessageChannel();
    listen(served, port1, { credentials: 'claimed' });
    const netlink = connect(port2);
    return { netlink, close: () => netlink.close() };
  },
  { skip: { [SYNCHRONOUS_DUMP]: 'the next part of a dump is fetched from the far end' } },
);
