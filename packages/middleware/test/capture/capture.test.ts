import { SocketOption } from '@nlspace/core';
import {
  CONTRACT_PROTOCOL,
  ContractType,
  FAR_GROUP,
  next,
  requests,
  transportContract,
} from '@nlspace/transport-contract';
import test from 'ava';
import { type CapturedEvent, callText, capture, NUMBERS_ONLY, readCapture } from '../../src/index.js';
import { contractDomain } from '../support/contract-world.js';
import { FileInMemory } from './file-in-memory.js';

transportContract(test, (served) => ({ netlink: capture(served, { write: () => {} }) }));

const PROCESS = { uid: 0, gid: 0, pid: 4711, netAdmin: true };

/** An event as a line: who, what, how many bytes. */
function lineOf(event: CapturedEvent): string {
  if (event.kind === 'problem') return event.text;
  const { number, protocol, processId, portId } = event.socket;
  const who = `${number} ${protocol}/${processId}/${portId} at ${event.time}`;
  if (event.kind === 'call') return `${who} ${callText(event, NUMBERS_ONLY)}`;
  if (event.kind === 'sent') return `${who} sent ${event.bytes.length} to ${event.destinationPortId}`;
  return `${who} received ${event.bytes.length} from ${event.sourcePortId} group ${event.group}`;
}

function linesOf(file: Uint8Array): string[] {
  const lines: string[] = [];
  for (const event of readCapture(file)) lines.push(lineOf(event));
  return lines;
}

async function play(file: FileInMemory): Promise<void> {
  const { domain } = contractDomain();
  let time = 1_700_000_000_000_000;
  const netlink = capture(domain, {
    write: file.write,
    nameOfProcess: () => 'li\nar',
    now: () => time++,
  });
  const open = { protocol: CONTRACT_PROTOCOL, credentials: PROCESS };
  const listener = await netlink.open(open);
  await listener.joinGroup(FAR_GROUP);
  const socket = await netlink.open(open);
  await socket.setOption(SocketOption.ExtendedAck, 1);
  await socket.send(requests({ type: ContractType.Announce, sequence: 7, count: 1 }));
  await next(socket);
  await next(listener);
  await refused(socket.joinGroup(99_999));
  await refused(netlink.open({ protocol: 30 }));
  socket.close();
}

async function refused(promise: Promise<unknown>): Promise<void> {
  await promise.then(
    () => Promise.reject(new Error('it was not refused')),
    () => {},
  );
}

test('what happened on sockets is read back as it was', async (t) => {
  const file = new FileInMemory();
  await play(file);
  t.deepEqual(linesOf(file.bytes), [
    '0 21/4711/0 at 1700000000000000 opens NETLINK_CRYPTO',
    '0 21/4711/0 at 1700000000000001 joins 40',
    '1 21/4711/0 at 1700000000000002 opens NETLINK_CRYPTO',
    '1 21/4711/0 at 1700000000000003 sets NETLINK_EXT_ACK to 1',
    '1 21/4711/0 at 1700000000000004 sent 24 to 0',
    '1 21/4711/4711 at 1700000000000005 has port 4711',
    '1 21/4711/4711 at 1700000000000006 received 36 from 0 group 0',
    '0 21/4711/0 at 1700000000000007 received 36 from 0 group 40',
    '1 21/4711/4711 at 1700000000000008 joins 99999: EINVAL',
    '2 30/0/0 at 1700000000000009 opens protocol 30: EPROTONOSUPPORT',
    '1 21/4711/4711 at 1700000000000010 closes',
  ]);
});

test('a file is readable wherever its writer was killed', async (t) => {
  const file = new FileInMemory();
  await play(file);
  const whole = linesOf(file.bytes);
  for (const { length } of file.ends) {
    const read = linesOf(file.bytes.subarray(0, length));
    t.deepEqual(read, whole.slice(0, read.length));
  }
  const inTheMiddle = linesOf(file.bytes.subarray(0, file.bytes.length - 5));
  t.deepEqual(inTheMiddle.slice(0, -1), whole.slice(0, -1));
  t.regex(
    inTheMiddle.at(-1) ?? '',
    /^the file ends in the middle of the block at byte \d+: \d+ bytes are left$/,
  );
});

test('a name of a process cannot write fields of its own', async (t) => {
  const file = new FileInMemory();
  await play(file);
  t.true(new TextDecoder().decode(file.bytes).includes('MESSAGE=li?ar[4711]#0 joins 40\n'));
});
