import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readRecord } from './record.js';
import { type Answer, type Scenario, STATE_PROBES } from './scenario.js';

const SOURCE = fileURLToPath(new URL('../../../src/differential/player.c', import.meta.url));

let player: Promise<string> | undefined;

/**
 * The program that plays scenarios; compiled when it is first needed, and kept for the next time.
 *
 * @throws {Error} without a C compiler.
 */
export function playerPath(): Promise<string> {
  player ??= compilePlayer();
  return player;
}

async function compilePlayer(): Promise<string> {
  const digest = createHash('sha256')
    .update(await readFile(SOURCE))
    .digest('hex');
  const folder = join(tmpdir(), `nlspace-player-${process.getuid?.() ?? 0}`);
  await mkdir(folder, { recursive: true });
  const path = join(folder, digest.slice(0, 16));
  try {
    await access(path);
  } catch {
    const own = `${path}.${process.pid}`;
    await promisify(execFile)('cc', ['-O1', '-o', own, SOURCE]);
    await chmod(own, 0o755);
    await rename(own, path);
  }
  return path;
}

/** A scenario laid out in a directory of its own, for one run of the player. */
export class Performance {
  readonly #commands: readonly string[];

  private constructor(
    scenario: Scenario,
    readonly directory: string,
  ) {
    this.#commands = [...scenario.commands, ...STATE_PROBES];
  }

  static async prepare(scenario: Scenario): Promise<Performance> {
    const performance = new Performance(scenario, await mkdtemp(join(tmpdir(), 'nlspace-scenario-')));
    await mkdir(join(performance.directory, 'scratch'));
    const all = [...performance.#commands, ...(scenario.end ?? [])];
    const script = all.map((command) => `${command}\0`).join('');
    await writeFile(join(performance.directory, 'script'), script);
    return performance;
  }

  /** What the commands answered; for those that never ran the status is -1. */
  async answers(): Promise<Answer[]> {
    return readRecord(await readFile(join(this.directory, 'record')), this.#commands);
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}
