import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const COMMAND = `${root}packages/nlspace/bin/nlspace.js`;

const FRESH = ['unshare', '-n'];

/** Where a script runs: the same commands, another kernel side, or the kernel through nlspace. */
const SIDES = {
  nlspace: (options) => underNlspace(...options),
  kernel: () => FRESH,
  proxy: (options) => [...underNlspace('--to', 'kernel', ...options), ...FRESH],
} satisfies Record<string, (options: readonly string[]) => readonly string[]>;

export type Side = keyof typeof SIDES;

/** Compiles a C program of this package and gives its path. */
export function compile(name: string): string {
  const output = `${root}benchmarks/dist/${name}`;
  execFileSync('cc', ['-O2', '-Wall', '-Wextra', '-o', output, `${root}benchmarks/c/${name}.c`], {
    stdio: 'inherit',
  });
  return output;
}

/** Whether a fresh network namespace of the real kernel can be had. */
export function hasKernelSide(): boolean {
  return spawnSync('unshare', ['-n', 'true']).status === 0;
}

/**
 * Runs a shell script in a fresh world with v0 (10.0.0.1/8) up, and gives what it printed.
 *
 * @param options of `nlspace run`.
 * @throws {Error} with the script's error output.
 */
export function runScript(side: Side, script: string, options: readonly string[] = []): string {
  const [program, ...rest] = [...SIDES[side](options), 'sh', '-e', '-c', `${SETUP}\n${script}`];
  const result = spawnSync(program as string, rest, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (result.status !== 0) throw new Error(`${side}: exit status ${result.status}\n${result.stderr}`);
  return result.stdout;
}

/** Runs a shell script in a fresh network namespace of the kernel with `lo` alone, and gives what it printed. */
export function runBare(script: string): string {
  const result = spawnSync('unshare', ['-n', 'sh', '-e', '-c', script], { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`kernel: exit status ${result.status}\n${result.stderr}`);
  return result.stdout;
}

const SETUP = `
ip link add v0 type veth peer name v1
ip addr add 10.0.0.1/8 dev v0
ip link set v0 up
ip link set v1 up
now() { date +%s%N; }`;

/** Seconds that a whole command takes, the best of several. */
export function bestWallTime(command: readonly string[], runs: number): number {
  const [program, ...rest] = command;
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    const { status } = spawnSync(program as string, rest, { stdio: 'ignore' });
    if (status !== 0) throw new Error(`${command.join(' ')}: exit status ${status}`);
    best = Math.min(best, (performance.now() - start) / 1000);
  }
  return best;
}

/** What to put before a program so that it runs on nlspace. */
export function underNlspace(...options: readonly string[]): string[] {
  return [process.execPath, COMMAND, 'run', ...options, '--'];
}

/** A script of this package in a node process of its own, so that its memory is its own. */
export function runNode(script: string, parameters: readonly string[]): string {
  return execFileSync(
    process.execPath,
    ['--expose-gc', `${root}benchmarks/dist/src/${script}.js`, ...parameters],
    { encoding: 'utf8' },
  );
}
