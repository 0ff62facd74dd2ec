// Measures nlspace and the real kernel with the same work, one after the other, and prints a row for each.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Batch, ipv4Routes, ipv6Routes, links, neighbours, wire } from './requests.js';
import type { Listing } from './session.js';
import {
  bestWallTime,
  compile,
  hasKernelSide,
  runBare,
  runNode,
  runScript,
  type Side,
  underNlspace,
} from './sides.js';

interface Row {
  readonly name: string;
  readonly unit: string;
  /** `better` says which way. */
  readonly nlspace: number;
  readonly reference: number | undefined;
  readonly referenceName: string;
  readonly better: 'higher' | 'lower';
}

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    proxy: { type: 'boolean', default: false },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  console.log(
    'usage: npm run bench -- [--quick] [--proxy] [--json FILE]\n  --quick   100,000 routes only\n  --proxy   only what the proxy to the kernel costs\n  --json    the rows as JSON lines',
  );
  process.exit(0);
}

const replay = compile('replay');
const kernel = hasKernelSide();
if (!kernel)
  console.error('no kernel side: making a network namespace needs root, so there are no ratios to it');
const rows: Row[] = [];

function report(row: Row): void {
  rows.push(row);
  const ratio =
    row.reference === undefined ? '' : `${(row.nlspace / row.reference).toFixed(2)} × ${row.referenceName}`;
  const number = (value: number | undefined) =>
    value === undefined ? '–' : value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
  console.log(
    `${row.name.padEnd(34)} ${number(row.nlspace).padStart(12)} ${number(row.reference).padStart(12)} ${row.unit.padEnd(10)} ${ratio}` +
      (ratio === '' ? '' : ` (${row.better} is better)`),
  );
}

interface InProcess {
  readonly insertSeconds: number;
  readonly dumpSeconds: number;
  readonly routes: number;
  readonly memory: number;
}

function inProcess(count: number, label: string): void {
  const own = JSON.parse(runNode('in-process', [String(count)])) as InProcess;
  const [add, listSeconds] = kernel
    ? withRecorded([ipv4Routes(count)], (file) =>
        runScript('kernel', `${replay} send ${file}\n${bestList(2, 26)}`),
      )
        .trim()
        .split('\n')
        .map((line) => Number.parseFloat(line))
    : [];
  const reference = (seconds: number | undefined) => (seconds === undefined ? undefined : count / seconds);
  report({
    name: `insert ${label}, in process`,
    unit: 'routes/s',
    nlspace: count / own.insertSeconds,
    reference: reference(add),
    referenceName: 'kernel',
    better: 'higher',
  });
  report({
    name: `dump ${label}, in process`,
    unit: 'routes/s',
    nlspace: own.routes / own.dumpSeconds,
    reference: reference(listSeconds),
    referenceName: 'kernel',
    better: 'higher',
  });
  report({
    name: `memory ${label}`,
    unit: 'bytes/route',
    nlspace: own.memory / count,
    reference: undefined,
    referenceName: '',
    better: 'lower',
  });
}

const BATCH_COMMANDS = 20_000;

interface Programs {
  readonly show: number;
  readonly batch: number;
}

/** Seconds of `ip route show` and of `ip -batch`, with `count` routes there. */
function programs(side: Side, count: number, options: readonly string[] = []): Programs {
  const script = (file: string) => `
${replay} send ${file} >&2
commands=$(mktemp)
trap 'rm -f $commands' EXIT
awk 'BEGIN { for (i = 0; i < ${BATCH_COMMANDS}; i++)
  printf "route add 60.%d.%d.%d/32 via 10.0.0.%d\\n", i / 65536, i / 256 % 256, i % 256, 2 + i % 16 }' >$commands
a=$(now); ip route show >/dev/null; b=$(now); ip route show >/dev/null; c=$(now); ip -batch $commands; d=$(now)
echo $a $b $c $d`;
  const stamps = withRecorded([ipv4Routes(count)], (file) => runScript(side, script(file), options))
    .trim()
    .split(' ')
    .map(BigInt);
  const [first, second, batch] = [1, 2, 3].map(
    (i) => Number((stamps[i] as bigint) - (stamps[i - 1] as bigint)) / 1e9,
  );
  return { show: Math.min(first as number, second as number), batch: batch as number };
}

function realPrograms(count: number, label: string): void {
  const own = programs('nlspace', count);
  const reference = kernel ? programs('kernel', count) : undefined;
  reportPrograms(label, own, reference);
}

/** The kernel through nlspace: alone, and with what can stand between. */
const PROXIES: Readonly<Record<string, readonly string[]>> = {
  'through nlspace': [],
  'through nlspace, captured': ['--capture', '/dev/null'],
};
const PROXY_ROUNDS = 3;

/** What the proxy to the real kernel costs: the best of rounds in alternation. */
function proxied(count: number, label: string): void {
  if (!kernel) return;
  const best = new Map<string, Programs>();
  const measure = (name: string, side: Side, more: readonly string[]) => {
    const { show, batch } = programs(side, count, more);
    const before = best.get(name);
    best.set(name, {
      show: Math.min(show, before?.show ?? show),
      batch: Math.min(batch, before?.batch ?? batch),
    });
  };
  for (let round = 0; round < PROXY_ROUNDS; round++) {
    measure('', 'kernel', []);
    for (const [name, more] of Object.entries(PROXIES)) measure(name, 'proxy', more);
  }
  for (const name of Object.keys(PROXIES)) {
    const own = best.get(name);
    if (own !== undefined) reportPrograms(`${label}, ${name}`, own, best.get(''));
  }
}

function reportPrograms(label: string, own: Programs, reference: Programs | undefined): void {
  report({
    name: `ip route show, ${label}`,
    unit: 's',
    nlspace: own.show,
    reference: reference?.show,
    referenceName: 'kernel',
    better: 'lower',
  });
  report({
    name: `ip -batch route add, into ${label}`,
    unit: 'µs/command',
    nlspace: (own.batch / BATCH_COMMANDS) * 1e6,
    reference: reference === undefined ? undefined : (reference.batch / BATCH_COMMANDS) * 1e6,
    referenceName: 'kernel',
    better: 'lower',
  });
}

/** The same with a capture of all that is said, against one without. */
function captured(count: number, label: string): void {
  const plain = programs('nlspace', count);
  const folder = mkdtempSync(join(tmpdir(), 'nlspace-bench-'));
  try {
    const own = programs('nlspace', count, ['--capture', join(folder, 'capture.pcapng')]);
    report({
      name: `ip route show, ${label}, captured`,
      unit: 's',
      nlspace: own.show,
      reference: plain.show,
      referenceName: 'not captured',
      better: 'lower',
    });
    report({
      name: 'ip -batch route add, captured',
      unit: 'µs/command',
      nlspace: (own.batch / BATCH_COMMANDS) * 1e6,
      reference: (plain.batch / BATCH_COMMANDS) * 1e6,
      referenceName: 'not captured',
      better: 'lower',
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The shell command that dumps three times and prints the line of the fastest. */
function bestList(family: number, type: number): string {
  return `for i in 1 2 3; do ${replay} list ${family} ${type}; done | sort -n | head -n 1`;
}

/** What big.ts prints. */
interface Big {
  readonly linkSeconds: number;
  readonly linkList: Listing;
  readonly neighbourSeconds: number;
  readonly neighbourList: Listing;
  readonly ipv4Seconds: number;
  readonly ipv6Seconds: number;
  readonly ipv6List: Listing;
  readonly both: Listing;
  readonly routeBytes: number;
  readonly removal: { readonly alone: number; readonly amongMany: number };
  readonly replacement: { readonly few: number; readonly many: number };
}

/** Many of everything in one network, in process and in the kernel. */
function bigNetwork({ ipv4, ipv6, pairs, neighbours: entries }: typeof BIG): void {
  const own = JSON.parse(runNode('big', [ipv4, ipv6, pairs, entries].map(String))) as Big;
  const reference = kernel ? kernelBigNetwork({ ipv4, ipv6, pairs, neighbours: entries }) : undefined;
  const rate = (name: string, unit: string, count: number, seconds: number, kernelSeconds?: number) =>
    report({
      name,
      unit: `${unit}/s`,
      nlspace: count / seconds,
      reference: kernelSeconds === undefined ? undefined : count / kernelSeconds,
      referenceName: 'kernel',
      better: 'higher',
    });
  rate('make links, among many', 'pairs', pairs, own.linkSeconds, reference?.linkSeconds);
  rate('dump links', 'links', own.linkList.messages, own.linkList.seconds, reference?.linkList);
  rate('insert neighbours', 'entries', entries, own.neighbourSeconds, reference?.neighbourSeconds);
  rate(
    'dump neighbours',
    'entries',
    own.neighbourList.messages,
    own.neighbourList.seconds,
    reference?.neighbourList,
  );
  rate('insert IPv4 routes', 'routes', ipv4, own.ipv4Seconds, reference?.ipv4Seconds);
  rate('insert IPv6 routes', 'routes', ipv6, own.ipv6Seconds, reference?.ipv6Seconds);
  rate('dump IPv6 routes', 'routes', own.ipv6List.messages, own.ipv6List.seconds, reference?.ipv6List);
  rate('dump all routes', 'routes', own.both.messages, own.both.seconds, reference?.both);
  report({
    name: 'memory of all routes',
    unit: 'MB',
    nlspace: own.routeBytes / 1e6,
    reference: undefined,
    referenceName: '',
    better: 'lower',
  });
  const same = (name: string, seconds: number, alone: number, referenceName: string) =>
    report({
      name,
      unit: 'ms',
      nlspace: seconds * 1e3,
      reference: alone * 1e3,
      referenceName,
      better: 'lower',
    });
  same(
    `remove a link under ${ipv4 / 10} routes`,
    own.removal.amongMany,
    own.removal.alone,
    `without ${ipv4} others`,
  );
  same(`replace a nexthop of ${ipv4} routes`, own.replacement.many, own.replacement.few, 'with 1000');
}

const BIG = { ipv4: 1_000_000, ipv6: 200_000, pairs: 5_000, neighbours: 100_000 };
const SMALL = { ipv4: 100_000, ipv6: 20_000, pairs: 500, neighbours: 10_000 };

function kernelBigNetwork(size: typeof BIG) {
  const parts = [
    wire(),
    links(size.pairs),
    neighbours(size.neighbours),
    ipv4Routes(size.ipv4),
    ipv6Routes(size.ipv6),
  ];
  const script = (files: string) => `${replay} send ${files}
${bestList(0, 18)}
${bestList(2, 30)}
${bestList(10, 26)}
${bestList(0, 26)}`;
  const seconds = withRecorded(parts, (files) => runBare(script(files)))
    .trim()
    .split('\n')
    .map((line) => Number(line.split(' ')[0]));
  const [, linkSeconds, neighbourSeconds, ipv4Seconds, ipv6Seconds, linkList, neighbourList, ipv6List, both] =
    seconds;
  return {
    linkSeconds,
    neighbourSeconds,
    ipv4Seconds,
    ipv6Seconds,
    linkList,
    neighbourList,
    ipv6List,
    both,
  };
}

/** Writes requests as replay.c reads them, one file for each part, while `use` runs; its argument is their names. */
function withRecorded<T>(parts: ReadonlyArray<Iterable<Batch>>, use: (files: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'nlspace-bench-'));
  try {
    const files = parts.map((batches, index) => {
      const file = join(folder, String(index));
      writeFileSync(file, recorded(batches));
      return file;
    });
    return use(files.join(' '));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Records of { u32 length, u32 acknowledgements, bytes }. */
function recorded(batches: Iterable<Batch>): Uint8Array {
  const records: Uint8Array[] = [];
  for (const { bytes, acknowledgements } of batches) {
    records.push(new Uint8Array(Uint32Array.of(bytes.length, acknowledgements).buffer), bytes);
  }
  return Buffer.concat(records);
}

function startUp(): void {
  report({
    name: 'start-up: nlspace run -- ip link',
    unit: 's',
    nlspace: bestWallTime([...underNlspace(), 'ip', 'link'], 10),
    reference: bestWallTime([process.execPath, '-e', '0'], 10),
    referenceName: 'node -e 0',
    better: 'lower',
  });
}

/** What generic.ts prints. */
interface Generic {
  readonly requestsPerSecond: number;
  readonly messagesPerSecond: number;
  readonly notificationsPerSecond: number;
}

const QUESTIONS = 20_000;

/** A generic family in process; and nlctrl asked for itself by a C program, here and in the kernel. */
function genericNetlink(): void {
  const own = JSON.parse(runNode('generic', ['200000', '100000', '1000'])) as Generic;
  const ask = compile('genl');
  const rate = (side: Side) => QUESTIONS / Number(runScript(side, `${ask} ${QUESTIONS}`));
  const kernelRate = kernel ? rate('kernel') : undefined;
  const row = (name: string, unit: string, nlspace: number, reference: number | undefined) =>
    report({
      name: `generic netlink: ${name}`,
      unit,
      nlspace,
      reference,
      referenceName: 'kernel, nlctrl',
      better: 'higher',
    });
  row('do', 'requests/s', own.requestsPerSecond, kernelRate);
  row('dump', 'messages/s', own.messagesPerSecond, undefined);
  row('1,000 members', 'told/s', own.notificationsPerSecond, undefined);
  row('GETFAMILY', 'requests/s', rate('nlspace'), kernelRate);
}

console.log(`${''.padEnd(34)} ${'nlspace'.padStart(12)} ${'reference'.padStart(12)}`);
const sizes: Array<[number, string]> = options.quick
  ? [[100_000, '100 k']]
  : [
      [100_000, '100 k'],
      [1_000_000, '1 M'],
    ];
if (!options.proxy) {
  startUp();
  genericNetlink();
  for (const [count, label] of sizes) {
    inProcess(count, label);
    realPrograms(count, label);
  }
  captured(100_000, '100 k');
  bigNetwork(options.quick ? SMALL : BIG);
}
for (const [count, label] of sizes) proxied(count, label);
if (options.json !== undefined) {
  writeFileSync(options.json, `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`);
}
