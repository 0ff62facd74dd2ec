import { type ExitResult, start } from '@nlspace/transport-seccomp';
import { createNetlink } from '../create-netlink.js';
import type { CommandLine } from './arguments.js';

const DONE: ExitResult = { exitCode: 0, signal: undefined };

/** `nlspace describe`: the domain, as it is when the program has ended; its descendants may still have sockets open. */
export async function describeCommand({ program, admin }: CommandLine): Promise<ExitResult> {
  const domain = createNetlink();
  const result =
    program.length === 0 ? DONE : await (await start(domain, program, { netAdmin: admin })).exited;
  for (const { protocol, name, groups, operations, sockets } of domain.describe().protocols) {
    print(`protocol ${protocol} (${name})`);
    print(
      `  groups: ${Object.entries(groups)
        .map(([group, number]) => `${group} ${number}`)
        .join(', ')}`,
    );
    print('  operations:');
    for (const { exchange, number, handler, message } of operations)
      print(`    ${number} ${exchange} ${message}: ${handler}`);
    print(`  sockets: ${sockets.length === 0 ? 'none' : ''}`);
    for (const { portId, processId, groups: joined, requests, received, dropped } of sockets) {
      print(
        `    port ${portId} process ${processId} groups ${joined.join(',') || 'none'} requests ${requests} received ${received} dropped ${dropped}`,
      );
    }
  }
  return result;
}

function print(line: string): void {
  process.stdout.write(`${line.trimEnd()}\n`);
}
