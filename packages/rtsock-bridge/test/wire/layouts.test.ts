import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import * as headers from '../../src/wire/headers.js';
import { Layout } from '../../src/wire/layout.js';
import * as numbers from '../../src/wire/numbers.js';
import * as addresses from '../../src/wire/socket-address.js';

const SOURCE = fileURLToPath(new URL('../../../test/programs/layouts.c', import.meta.url));

/** What the compiler says: sizes and offsets of structs, values of numbers. */
function askCompiler(): { structs: Map<string, number[]>; values: Map<string, number> } {
  const folder = mkdtempSync(join(tmpdir(), 'nlspace-layouts-'));
  try {
    const program = join(folder, 'layouts');
    execFileSync('cc', ['-std=gnu11', '-Wall', '-Werror', '-o', program, SOURCE], { timeout: 60_000 });
    const structs = new Map<string, number[]>();
    const values = new Map<string, number>();
    for (const line of execFileSync(program, { encoding: 'utf8', timeout: 60_000 }).trim().split('\n')) {
      const [kind, name = '', ...words] = line.split(' ');
      if (kind === 'struct') structs.set(name, words.map(Number));
      else values.set(name, Number(words[0]));
    }
    return { structs, values };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const { structs, values } = askCompiler();

test('every struct has the size and the offsets that a C compiler gives it', (t) => {
  const exported: unknown[] = [...Object.values(headers), ...Object.values(addresses)];
  const layouts = exported.filter((value) => value instanceof Layout);
  t.deepEqual(
    Object.fromEntries(layouts.map(({ name, size, offsets }) => [name, [size, ...Object.values(offsets)]])),
    Object.fromEntries(structs),
  );
});

/** By C's prefix: the enum, and its members in C's order. */
const ENUMS: Readonly<Record<string, Record<string, number | string>>> = {
  RTM: numbers.RtsockType,
  RTAX: numbers.AddressSlot,
  RTF: numbers.RtsockFlag,
  RTV: numbers.MetricBit,
  IFF: numbers.InterfaceFlag,
  LINK_STATE: numbers.LinkState,
  IFAN: numbers.Announcement,
  NET_RT: numbers.DumpKind,
  NHG_C_TYPE: numbers.GroupContainerType,
  NHF: numbers.NexthopDumpFlag,
};

for (const [prefix, members] of Object.entries(ENUMS)) {
  test(`the numbers of ${prefix}_* are those that C counts`, (t) => {
    const ours = Object.values(members).filter((value) => typeof value === 'number');
    const theirs = [...values].filter(([name]) => name.startsWith(`${prefix}.`)).map(([, value]) => value);
    t.true(theirs.length > 0);
    t.deepEqual(ours, theirs);
  });
}
