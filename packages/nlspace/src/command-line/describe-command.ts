import type { DomainDescription, ProtocolDescription, SocketDescription } from '@nlspace/core';
import { type ExitResult, run } from '@nlspace/transport-seccomp';
import { createNetlink } from '../create-netlink.js';
import { DaemonClient } from '../daemon/daemon-client.js';
import { isProfileName, PROFILES, profileDifferences } from '../profiles.js';
import type { CommandLine } from './arguments.js';
import { openBackDoor } from './back-door.js';
import { loadFamilies } from './load-families.js';
import { runRemotely } from './run-command.js';

const DONE: ExitResult = { exitCode: 0, signal: undefined };

type Served = Pick<ProtocolDescription, 'groups' | 'operations'>;

type ClosedSocket = Omit<SocketDescription, 'dumping'> & { readonly protocol: number };

/** `nlspace describe`: what a domain serves and, when a program has run, what it opened and what is still open. */
export async function describeCommand(commandLine: CommandLine): Promise<ExitResult> {
  const { program, admin, json, families, profile, to } = commandLine;
  if (to !== undefined) return describeRemote(to, commandLine);
  const domain = createNetlink({ profile });
  await loadFamilies(domain, families);
  const closed: ClosedSocket[] = [];
  domain.events.on(
    'socket-closed',
    ({ protocol, portId, credentials, joinedGroups, counters, receiveCounters }) => {
      closed.push({
        protocol,
        portId,
        processId: credentials.pid,
        groups: joinedGroups,
        ...counters,
        ...receiveCounters,
      });
    },
  );
  const result = program.length === 0 ? DONE : await run(domain, program, { netAdmin: admin });
  const description = domain.describe();
  print(json, description, closed);
  return result;
}

/** A daemon keeps no record of sockets that have been closed. */
async function describeRemote(to: string, commandLine: CommandLine): Promise<ExitResult> {
  const result = commandLine.program.length === 0 ? DONE : await runRemotely(to, commandLine);
  const remote = await openBackDoor(to);
  try {
    print(commandLine.json, await (await DaemonClient.open(remote)).describe());
  } finally {
    remote.close();
  }
  return result;
}

function print(json: boolean, description: DomainDescription, closed?: readonly ClosedSocket[]): void {
  if (json) process.stdout.write(`${JSON.stringify({ ...description, closed }, undefined, 2)}\n`);
  else for (const line of descriptionLines(description, closed)) process.stdout.write(`${line}\n`);
}

function* descriptionLines(
  { profile, protocols }: DomainDescription,
  closed: readonly ClosedSocket[] | undefined,
): Generator<string> {
  yield `profile ${profile}`;
  if (isProfileName(profile)) for (const flag of profileDifferences(PROFILES[profile])) yield `  ${flag}`;
  for (const description of protocols) {
    yield* protocolLines(description);
    yield* socketLines('open', description, description.sockets);
    if (closed === undefined) continue;
    yield* socketLines(
      'closed',
      description,
      closed.filter(({ protocol }) => protocol === description.protocol),
    );
  }
}

function* protocolLines({ protocol, name, families, ...served }: ProtocolDescription): Generator<string> {
  yield `protocol ${protocol} ${name}`;
  yield* servedLines(served);
  for (const family of families) {
    yield `  family ${family.number} ${family.name} version ${family.version}`;
    for (const line of servedLines(family)) yield `  ${line}`;
  }
}

function* servedLines({ groups, operations }: Served): Generator<string> {
  if (operations.length > 0) yield '  operations';
  for (const { exchange, number, message, handler } of operations)
    yield `    ${String(number).padStart(3)} ${exchange.padEnd(4)} ${message.padEnd(15)} ${handler}`;
  const named = Object.entries(groups);
  if (named.length > 0) yield '  groups';
  for (const [group, number] of named) yield `    ${String(number).padStart(3)} ${group}`;
}

function* socketLines(
  state: string,
  { groups, families }: ProtocolDescription,
  sockets: readonly Omit<SocketDescription, 'dumping'>[],
): Generator<string> {
  yield `  ${state} sockets${sockets.length === 0 ? ': none' : ''}`;
  const names = [groups, ...families.map((family) => family.groups)].flatMap(Object.entries);
  const nameOf = (id: number) => names.find(([, number]) => number === id)?.[0] ?? String(id);
  for (const { portId, processId, groups: joined, requests, received, dropped, overruns } of sockets) {
    const counters = `${requests} requests, ${received} received, ${dropped} dropped, ${overruns} overruns`;
    const joins = joined.length === 0 ? '' : `, joined ${joined.map(nameOf).join(' ')}`;
    yield `    port ${portId} process ${processId}: ${counters}${joins}`;
  }
}
