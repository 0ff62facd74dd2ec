import { spawn } from 'node:child_process';
import { Performance, playerPath } from './player.js';
import type { Answer, Scenario } from './scenario.js';

/** A place with nothing but `lo` in it where a script can run; each call begins in a fresh one. */
export interface World {
  readonly name: string;
  /** @throws {Error} when the program could not be run at all; how it ended is not looked at. */
  run(argv: readonly string[], cwd: string): Promise<void>;
}

/** Runs the scenario in a fresh copy of `world` and collects what every command and probe answered. */
export async function play(scenario: Scenario, world: World): Promise<Answer[]> {
  const performance = await Performance.prepare(scenario);
  try {
    await world.run([await playerPath()], performance.directory);
    return await performance.answers();
  } finally {
    await performance.remove();
  }
}

/** The real kernel: a fresh network namespace per call, within a user namespace for an ordinary user. */
export const kernelWorld: World = {
  name: 'kernel',
  run: (argv, cwd) => runProgram(inFreshNamespace(argv), { cwd }),
};

/** The command that runs another in a network namespace with nothing but `lo` in it. */
export function inFreshNamespace(argv: readonly string[]): string[] {
  return ['unshare', ...namespaceFlags(), '--', ...argv];
}

/** Why there is no kernel to compare with, or nothing. */
export async function missingKernel(): Promise<string | undefined> {
  try {
    await playerPath();
  } catch {
    return 'there is no C compiler for the program that plays scenarios';
  }
  for (const [argv, reason] of [
    [['ip', '-V'], 'there is no ip(8)'],
    [
      inFreshNamespace(['ip', 'link', 'add', 'type', 'veth']),
      'the kernel does not let this user make a network namespace with a veth',
    ],
  ] as const) {
    try {
      await runProgram(argv, { mustSucceed: true });
    } catch {
      return reason;
    }
  }
  return undefined;
}

/** Whether the kernel can make links of this kind. */
export async function kernelHasKind(kind: string): Promise<boolean> {
  try {
    await runProgram(inFreshNamespace(['ip', 'link', 'add', 'probe0', 'type', kind]), {
      mustSucceed: true,
    });
    return true;
  } catch {
    return false;
  }
}

function namespaceFlags(): string[] {
  return process.getuid?.() === 0 ? ['-n'] : ['-r', '-n'];
}

interface ProgramOptions {
  readonly cwd?: string;
  readonly mustSucceed?: boolean;
}

function runProgram(
  argv: readonly string[],
  { cwd, mustSucceed = false }: ProgramOptions = {},
): Promise<void> {
  const [program, ...rest] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program as string, rest, { stdio: 'ignore', cwd });
    child.on('error', reject);
    child.on('exit', (status) => {
      if (mustSucceed && status !== 0) reject(new Error(`${argv.join(' ')}: exit status ${status}`));
      else resolve();
    });
  });
}
