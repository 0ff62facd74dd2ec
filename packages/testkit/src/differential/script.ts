import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Answer, type Scenario, STATE_PROBES } from './scenario.js';

/**
 * Waits until what the kernel does on its own after a command is over: asking for a link by name makes it finish pending
 * carrier changes; duplicate address detection ends when no address is tentative any more, and what it does last is done
 * when the lock of the links, which asking for one takes, is free again.
 */
const SETTLE = `settle() {
  for name in $(ip -o link show | sed 's/^[0-9]*: \\([^:@]*\\).*/\\1/'); do ip link show dev "$name" >/dev/null 2>&1; done
  tries=0
  while [ $tries -lt 100 ] && [ -n "$(ip -6 -o addr show tentative)" ]; do tries=$((tries + 1)); sleep 0.05; done
  ip link show dev lo >/dev/null 2>&1
}`;

/** Commands after which the kernel goes on working. */
const LEAVES_WORK = /\blink set\b|\blink add\b|\baddr (add|change|replace)\b.*:|-batch/;

/** A scenario written out as one /bin/sh script, so that a world runs it with a single program start. */
export class ScenarioScript {
  readonly #commands: readonly string[];

  private constructor(
    scenario: Scenario,
    readonly directory: string,
  ) {
    this.#commands = [...scenario.commands, ...STATE_PROBES];
  }

  static async write(scenario: Scenario): Promise<ScenarioScript> {
    const script = new ScenarioScript(scenario, await mkdtemp(join(tmpdir(), 'nlspace-scenario-')));
    await writeFile(script.path, script.#text());
    return script;
  }

  get path(): string {
    return join(this.directory, 'script.sh');
  }

  /** What the commands answered; for those that never ran the status is -1. */
  async answers(): Promise<Answer[]> {
    return Promise.all(
      this.#commands.map(async (command, index) => ({
        command,
        stdout: await this.#read(index, 'out'),
        stderr: await this.#read(index, 'err'),
        status: Number.parseInt((await this.#read(index, 'status')) || '-1', 10),
      })),
    );
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  #text(): string {
    const lines = [
      `cd '${this.directory}'`,
      'mkdir scratch',
      'SCRATCH=scratch LC_ALL=C; export SCRATCH LC_ALL',
      SETTLE,
    ];
    for (const [index, command] of this.#commands.entries()) {
      lines.push(`( ${command}\n) >${index}.out 2>${index}.err </dev/null; echo $? >${index}.status`);
      if (LEAVES_WORK.test(command)) lines.push('settle');
    }
    return `${lines.join('\n')}\n`;
  }

  async #read(index: number, kind: 'out' | 'err' | 'status'): Promise<string> {
    try {
      return await readFile(join(this.directory, `${index}.${kind}`), 'latin1');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    }
  }
}
