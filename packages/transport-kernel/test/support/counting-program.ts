import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { kernel } from '../../src/index.js';

/** Says how many descriptors it has open after each step. */
const [, , namespace = ''] = process.argv;
const OPENING = fileURLToPath(new URL('./opening-program.js', import.meta.url));
const netlink = kernel({ namespace });

async function openAndClose(): Promise<void> {
  (await netlink.open({ protocol: 0 })).close();
}

function say(step: string): void {
  process.stdout.write(`${step} ${readdirSync('/proc/self/fd').length}\n`);
}

async function leaveAThread(): Promise<void> {
  const worker = new Worker(OPENING, { argv: [namespace, 'leave'], stdout: true });
  await once(worker, 'exit');
}

await openAndClose();
await leaveAThread();
say('before');
for (let round = 0; round < 200; round++) await openAndClose();
await kernel({ namespace: '/proc/self/ns/user' })
  .open({ protocol: 0 })
  .catch(({ message }: Error) => process.stdout.write(`${message}\n`));
say('closed');
for (let round = 0; round < 3; round++) await leaveAThread();
say('left');
