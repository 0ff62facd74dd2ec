import { spawn } from 'node:child_process';
import type { Answer, Scenario } from './scenario.js';
import { ScenarioScript } from './script.js';

/** A place with nothing but `lo` in it where a script can run; each call begins in a fresh one. */
export interface World {
  readonly name: string;
  /** @throws {Error} when the program could not be run at all; how it ended is not looked at. */
  run(argv: readonly string[]): Promise<void>;
}

/** Runs the scenario in a fresh copy of `world` and collects what every command and probe answered. */
export async function play(scenario: Scenario, world: World): Promise<Answer[]> {
  const script = await ScenarioScript.write(scenario);
  try {
    await world.run(['/bin/sh', script.path]);
    return await script.answers();
  } finally {
    await script.remove();
  }
}

/** The real kernel: a fresh network namespace per call, within a user namespace for an ordinary user. */
export const kernelWorld: World = {
  name: 'kernel',
  run: (argv) => runProgram(['unshare', ...namespaceFlags(), '--', ...argv]),
};

/** Why there is no kernel to compare with, or nothing. */
export async function missingKernel(): Promise<string | undefined> {
  for (const [argv, reason] of [
    [['ip', '-V'], 'there is no ip(8)'],
    [
      ['unshare', ...namespaceFlags(), '--', 'ip', 'link', 'add', 'type', 'veth'],
      'the kernel does not let this user make a network namespace with a veth',
    ],
  ] as const) {
    try {
      await runProgram(argv, true);
    } catch {
      return reason;
    }
  }
  return undefined;
}

/** Whether the kernel can make links of this kind. */
export async function kernelHasKind(kind: string): Promise<boolean> {
  try {
    await runProgram(
      ['unshare', ...namespaceFlags(), '--', 'ip', 'link', 'add', 'probe0', 'type', kind],
      true,
    );
    return true;
  } catch {
    return false;
  }
}

function namespaceFlags(): string[] {
  return process.getuid?.() === 0 ? ['-n'] : ['-r', '-n'];
}

function runProgram(argv: readonly string[], mustSucceed = false): Promise<void> {
  const [program, ...rest] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program as string, rest, { stdio: 'ignore' });
    child.on('error', reject);
    child.on('exit', (status) => {
      if (mustSucceed && status !== 0) reject(new Error(`${argv.join(' ')}: exit status ${status}`));
      else resolve();
    });
  });
}
