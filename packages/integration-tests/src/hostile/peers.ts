import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text as readAll } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type Netlink, NetlinkDomain, NetlinkError, NetlinkProtocol, SocketOption } from '@nlspace/core';
import { routeFamily } from '@nlspace/family-route';
import { describeAnswers } from './answers.js';
import type { HostileBatch, HostileCase } from './cases.js';

const ORACLE = fileURLToPath(new URL('../../../src/hostile/kernel-oracle.py', import.meta.url));

const OPTION_NUMBERS: Partial<Record<SocketOption, number>> = {
  [SocketOption.CapAck]: 10,
  [SocketOption.ExtendedAck]: 11,
  [SocketOption.StrictChecking]: 12,
};

/** What the kernel answers to each case of each batch, in the words of `describeAnswers`. */
export async function askKernel(batches: readonly HostileBatch[]): Promise<string[][]> {
  const oracle = spawn('unshare', ['-r', '-n', 'python3', ORACLE], { stdio: ['pipe', 'pipe', 'inherit'] });
  const output = readAll(oracle.stdout);
  const exit = once(oracle, 'exit');
  for (const batch of batches) {
    const datagrams = batch.map(({ bytes, options }) => ({
      hex: Buffer.from(bytes).toString('hex'),
      options: options.map((option) => OPTION_NUMBERS[option]),
    }));
    oracle.stdin.write(`${JSON.stringify({ datagrams })}\n`);
  }
  oracle.stdin.end();
  const [status] = await exit;
  if (status !== 0) throw new Error(`kernel-oracle.py: exit status ${status}`);
  return (await output)
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as string[][]).map(describeHex));
}

function describeHex(datagrams: readonly string[]): string {
  if (datagrams[0]?.startsWith('errno')) return datagrams[0];
  return describeAnswers(datagrams.map((hex) => new Uint8Array(Buffer.from(hex, 'hex'))));
}

export interface Defect {
  readonly error: unknown;
  readonly operation: string;
}

/** What a domain with the route family answers, a fresh one per batch. */
export async function askDomain(batches: readonly HostileBatch[], defects: Defect[]): Promise<string[][]> {
  const answers: string[][] = [];
  for (const batch of batches) {
    const domain = new NetlinkDomain({
      families: [routeFamily()],
      onDefect: (error, operation) => defects.push({ error, operation }),
    });
    const ofBatch: string[] = [];
    for (const one of batch) ofBatch.push(await exchange(domain, one));
    answers.push(ofBatch);
  }
  return answers;
}

async function exchange(netlink: Netlink, { bytes, options }: HostileCase): Promise<string> {
  const socket = await netlink.open({ protocol: NetlinkProtocol.Route });
  try {
    await socket.bind({ portId: 77, groups: 0 });
    for (const option of options) await socket.setOption(option, 1);
    await socket.send(Uint8Array.from(bytes));
    const datagrams: Uint8Array[] = [];
    for (let next = socket.receive(); next !== undefined; next = socket.receive()) datagrams.push(next.bytes);
    return describeAnswers(datagrams);
  } catch (error) {
    if (error instanceof NetlinkError) return `errno ${error.errno}`;
    throw error;
  } finally {
    socket.close();
  }
}
