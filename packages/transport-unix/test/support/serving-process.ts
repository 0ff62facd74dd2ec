import { NetlinkDomain } from '@nlspace/core';
import { ContractFamily } from '@nlspace/transport-contract';
import { listen } from '../../src/index.js';

// A daemon that serves the contract's family at the address that it is given, until it is killed.
const { address } = await listen(new NetlinkDomain({ families: [ContractFamily] }), process.argv[2] ?? '');
process.stdout.write(`${address}\n`);
