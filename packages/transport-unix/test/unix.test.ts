import { SYNCHRONOUS_DUMP, transportContract } from '@nlspace/transport-contract';
import test from 'ava';
import { connect, listen } from '../src/index.js';
import { temporaryFolder } from './support/temporary-folder.js';

const folder = temporaryFolder(test);
let count = 0;

transportContract(
  test,
  async (served) => {
    const address = `unix:${folder}/${count++}.sock`;
    const listener = await listen(served, address);
    const netlink = await connect(address);
    return {
      netlink,
      close: async () => {
        netlink.close();
        await listener.close();
      },
    };
  },
  { skip: { [SYNCHRONOUS_DUMP]: 'the next part of a dump is fetched from the far end' } },
);
