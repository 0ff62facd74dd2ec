import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ExitResult } from '@nlspace/transport-seccomp';
import { DaemonClient } from '../daemon/daemon-client.js';
import type { ListedFamily } from '../daemon/loaded-families.js';
import type { CommandLine } from './arguments.js';
import { openBackDoor } from './back-door.js';
import { UsageError } from './usage-error.js';

type Verb = (daemon: DaemonClient, what: string) => Promise<readonly ListedFamily[]>;

const VERBS: Readonly<Record<string, { readonly takes?: string; readonly run: Verb }>> = {
  list: { run: (daemon) => daemon.list() },
  load: { takes: 'a file', run: (daemon, what) => daemon.load(existsSync(what) ? resolve(what) : what) },
  unload: {
    takes: 'a name',
    run: async (daemon, what) => {
      await daemon.unload(what);
      return [];
    },
  },
};

/** `nlspace family`: what a running daemon serves, and more or less of it. */
export async function familyCommand({ program, to, json }: CommandLine): Promise<ExitResult> {
  const [name = '', what, ...others] = program;
  const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (verb === undefined) throw new UsageError(`family takes ${Object.keys(VERBS).join(', ')}`);
  if ((what === undefined) !== (verb.takes === undefined) || others.length > 0)
    throw new UsageError(`family ${name} takes ${verb.takes ?? 'no more'}`);
  const remote = await openBackDoor(to);
  try {
    const daemon = await DaemonClient.open(remote);
    const families = await verb.run(daemon, what ?? '');
    if (json) process.stdout.write(`${JSON.stringify(families, undefined, 2)}\n`);
    else for (const line of families.map(lineOf)) process.stdout.write(`${line}\n`);
  } finally {
    remote.close();
  }
  return { exitCode: 0, signal: undefined };
}

function lineOf({ name, protocol, number, version, groups, file }: ListedFamily): string {
  const groupTexts = Object.entries(groups).map(([group, id]) => `${group}=${id}`);
  return [
    `${name} protocol ${protocol}`,
    number === undefined ? '' : `id ${number} version ${version}`,
    groupTexts.length === 0 ? '' : `groups ${groupTexts.join(' ')}`,
    file === undefined ? '' : `from ${file}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}
