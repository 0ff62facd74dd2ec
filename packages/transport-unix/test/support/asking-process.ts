import { CONTRACT_PROTOCOL, ContractType, nextErrno, requests } from '@nlspace/transport-contract';
import { connect } from '../../src/index.js';

// Prints the errno that a guarded request gets, whoever it claims to be.
const netlink = await connect(process.argv[2] ?? '');
const credentials = { uid: 0, gid: 0, pid: process.pid, netAdmin: true };
const socket = await netlink.open({ protocol: CONTRACT_PROTOCOL, credentials });
await socket.send(requests({ type: ContractType.Guarded }));
process.stdout.write(`${await nextErrno(socket)}`);
netlink.close();
