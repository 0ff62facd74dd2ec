import { parentPort } from 'node:worker_threads';
import { NetlinkDomain } from '@nlspace/core';
import { ContractFamily } from '@nlspace/transport-contract';
import { listen } from '../../src/index.js';

if (parentPort === null) throw new Error('this file is run as a worker');
const credentials = { uid: 0, gid: 0, pid: 0, netAdmin: true };
parentPort.once('message', (port) =>
  listen(new NetlinkDomain({ families: [ContractFamily] }), port, { credentials }),
);
