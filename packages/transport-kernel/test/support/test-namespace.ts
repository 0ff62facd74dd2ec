import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import type { Missing } from '@nlspace/transport-contract';

const isRoot = process.getuid?.() === 0;
/** An ordinary user needs a user namespace, too. */
const UNSHARE = isRoot ? ['-n'] : ['-r', '-n'];
const ENTER = isRoot ? ['-n'] : ['-U', '-n', '--preserve-credentials'];

export const notRoot: Missing = isRoot ? undefined : 'only root may';

/** Why there can be no namespace, or nothing. */
export const noNamespaces: Missing =
  spawnSync('unshare', [...UNSHARE, '--', 'ip', '-V']).status === 0
    ? undefined
    : 'this user cannot make a network namespace with ip(8) in it';

/** A network namespace of the kernel's own, with nothing but `lo`, for as long as it is open. */
export class TestNamespace {
  private constructor(private readonly keeper: ChildProcess) {}

  static async open(): Promise<TestNamespace> {
    const keeper = spawn('unshare', [...UNSHARE, '--', 'sh', '-c', 'echo ready; exec cat >/dev/null'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    await once(keeper.stdout as NodeJS.ReadableStream, 'data');
    return new TestNamespace(keeper);
  }

  get processId(): number {
    return this.keeper.pid ?? 0;
  }

  /** What `kernel` takes. */
  get path(): string {
    return `/proc/${this.processId}/ns/net`;
  }

  /** A program in it, and what it prints. */
  async run(program: string, ...args: string[]): Promise<string> {
    const enter = ['-t', String(this.processId), ...ENTER, '--', program, ...args];
    return (await promisify(execFile)('nsenter', enter, { timeout: 20_000 })).stdout;
  }

  async ip(command: string): Promise<string> {
    return this.run('ip', ...command.split(' '));
  }

  async close(): Promise<void> {
    const closed = once(this.keeper, 'close');
    this.keeper.kill('SIGKILL');
    await closed;
  }
}
