import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Errno } from '@nlspace/core';
import { type Missing, peerTest } from '@nlspace/transport-contract';
import test from 'ava';

const NATIVE = fileURLToPath(new URL('../../../native/', import.meta.url));
const PRINT_FILTER = fileURLToPath(new URL('../../test/programs/print-filter.c', import.meta.url));
const BASE = 512;
const AF_INET = 2;
const AF_NETLINK = 16;
const F_GETFD = 1;

const run = promisify(execFile);
const directory = await mkdtemp(join(tmpdir(), 'nlspace-filter-'));
test.after.always(() => rm(directory, { recursive: true, force: true }));

const missing = (compiler: string): Missing =>
  spawnSync(compiler, ['--version']).status === 0 ? undefined : `there is no ${compiler}`;

/** `arch` of AUDIT_ARCH_*, its numbers of system calls as its own table has them. */
interface Machine {
  readonly name: string;
  readonly compiler: string;
  readonly elf: number;
  readonly arch: number;
  readonly numbers: Readonly<Record<string, number>>;
  /** A 32-bit program of it. */
  readonly foreign: { readonly arch: number; readonly socket: number };
}

const MACHINES: readonly Machine[] = [
  {
    name: 'x86-64',
    compiler: 'x86_64-linux-gnu-gcc',
    elf: 62,
    arch: 0xc000003e,
    // biome-ignore format: a table
    numbers: {
      read: 0, write: 1, recvmsg: 47, sendmsg: 46, recvfrom: 45, sendto: 44, readv: 19, writev: 20, preadv2: 327,
      pwritev2: 328, recvmmsg: 299, sendmmsg: 307, bind: 49, connect: 42, getsockname: 51, getpeername: 52,
      setsockopt: 54, getsockopt: 55, listen: 50, accept: 43, accept4: 288, shutdown: 48, dup: 32,
      socket: 41, socketpair: 53, ioctl: 16, fcntl: 72, close: 3, openat: 257, execve: 59, dup3: 292,
    },
    foreign: { arch: 0x40000003, socket: 359 },
  },
  {
    name: 'arm64',
    compiler: 'aarch64-linux-gnu-gcc',
    elf: 183,
    arch: 0xc00000b7,
    // biome-ignore format: a table
    numbers: {
      read: 63, write: 64, recvmsg: 212, sendmsg: 211, recvfrom: 207, sendto: 206, readv: 65, writev: 66, preadv2: 286,
      pwritev2: 287, recvmmsg: 243, sendmmsg: 269, bind: 200, connect: 203, getsockname: 204, getpeername: 205,
      setsockopt: 208, getsockopt: 209, listen: 201, accept: 202, accept4: 242, shutdown: 210, dup: 23,
      socket: 198, socketpair: 199, ioctl: 29, fcntl: 25, close: 57, openat: 56, execve: 221, dup3: 24,
    },
    foreign: { arch: 0x40000028, socket: 281 },
  },
];

const DESCRIPTOR_CALLS =
  'read write recvmsg sendmsg recvfrom sendto readv writev preadv2 pwritev2 recvmmsg sendmmsg bind connect getsockname getpeername setsockopt getsockopt listen accept accept4 shutdown dup'.split(
    ' ',
  );
const IO_URING_SETUP = 425;

/** SECCOMP_RET_* */
const ALLOW = 0x7fff0000;
const NOTIFY = 0x7fc00000;
const refuse = (errno: Errno): number => 0x00050000 + errno;

interface Instruction {
  readonly code: number;
  readonly jumpTrue: number;
  readonly jumpFalse: number;
  readonly k: number;
}

/** The filter of a machine, from its headers' constants: they are put in by its preprocessor. */
async function makeFilter({ name, compiler }: Machine): Promise<Instruction[]> {
  const [expanded, object, program] = ['i', 'o', 'out'].map((suffix) =>
    join(directory, `${name}.${suffix}`),
  ) as [string, string, string];
  const language = ['-std=gnu11', '-D_GNU_SOURCE'];
  await run(compiler, [...language, '-E', '-o', expanded, `${NATIVE}launch/filter.c`]);
  await run('cc', [...language, '-fpreprocessed', '-x', 'cpp-output', '-c', '-o', object, expanded]);
  await run('cc', [...language, `-I${NATIVE}launch`, '-o', program, PRINT_FILTER, object]);
  const { stdout } = await run(program, [String(BASE)]);
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const [code = 0, jumpTrue = 0, jumpFalse = 0, k = 0] = line.split(' ').map(Number);
      return { code, jumpTrue, jumpFalse, k };
    });
}

/** What a filter says of a system call: the instructions of classic BPF that it uses, nothing else. */
function judge(
  filter: readonly Instruction[],
  arch: number,
  number: number,
  args: readonly number[],
): number {
  const data = new Map([
    [0, number],
    [4, arch],
    ...args.map((value, index): [number, number] => [16 + 8 * index, value >>> 0]),
  ]);
  let accumulator = 0;
  for (let at = 0; at < filter.length; at++) {
    const { code, jumpTrue, jumpFalse, k } = filter[at] as Instruction;
    const jump = (taken: boolean) => {
      at += taken ? jumpTrue : jumpFalse;
    };
    if (code === 0x20) accumulator = data.get(k) ?? 0;
    else if (code === 0x15) jump(accumulator === k);
    else if (code === 0x25) jump(accumulator > k);
    else if (code === 0x35) jump(accumulator >= k);
    else if (code === 0x06) return k;
    else throw new Error(`instruction ${at} has the code ${code}`);
  }
  throw new Error('the filter has no end');
}

type Row = readonly [call: string, args: readonly number[], action: number];

const ROWS: readonly Row[] = [
  ...DESCRIPTOR_CALLS.flatMap((call): Row[] => [
    [call, [BASE - 1], ALLOW],
    [call, [BASE], NOTIFY],
    [call, [BASE + 1], NOTIFY],
  ]),
  ['socket', [AF_NETLINK, 3, 0], NOTIFY],
  ['socket', [AF_INET, 2, 0], ALLOW],
  ['socketpair', [AF_NETLINK], refuse(Errno.EOPNOTSUPP)],
  ['socketpair', [1], ALLOW],
  ['fcntl', [BASE, 0 /* F_DUPFD */], NOTIFY],
  ['fcntl', [BASE, 1030 /* F_DUPFD_CLOEXEC */], NOTIFY],
  ['fcntl', [BASE - 1, 0], ALLOW],
  ['fcntl', [BASE, F_GETFD], ALLOW],
  // The first and last of each range of requests, and what is beside them.
  ...[0x890b, 0x890d, 0x8910, 0x894a, 0x8950, 0x89df, 0x89f0, 0x89ff].map(
    (request): Row => ['ioctl', [3, request], NOTIFY],
  ),
  ...[0x5401, 0x890a, 0x890e, 0x890f, 0x894b, 0x894f, 0x89e0, 0x89ef, 0x8a00].map(
    (request): Row => ['ioctl', [BASE, request], ALLOW],
  ),
  // TUNSETIFF to TUNSETGROUP
  ...[0x400454ca, 0x400454ce].map((request): Row => ['ioctl', [3, request], NOTIFY]),
  ...[0x400454c9, 0x400454cf].map((request): Row => ['ioctl', [3, request], ALLOW]),
  ['close', [BASE], ALLOW],
  ['openat', [BASE], ALLOW],
  ['execve', [BASE], ALLOW],
  ['dup3', [BASE, 1], ALLOW],
];

for (const machine of MACHINES) {
  const { name, compiler, arch, numbers, foreign, elf } = machine;
  const absent = missing(compiler);
  peerTest(test, absent, `${name}: the filter traps what it is meant to and nothing else`, async (t) => {
    const filter = await makeFilter(machine);
    for (const [call, args, action] of ROWS)
      t.is(judge(filter, arch, numbers[call] as number, args), action, `${call}(${args.join(', ')})`);
    t.is(judge(filter, arch, IO_URING_SETUP, [1]), refuse(Errno.ENOSYS));
  });

  peerTest(test, absent, `${name}: a 32-bit program cannot reach the host's netlink`, async (t) => {
    const filter = await makeFilter(machine);
    t.is(judge(filter, foreign.arch, foreign.socket, [AF_NETLINK]), refuse(Errno.EAFNOSUPPORT));
    t.is(judge(filter, foreign.arch, foreign.socket, [AF_INET]), ALLOW);
    t.is(judge(filter, foreign.arch, IO_URING_SETUP, []), refuse(Errno.ENOSYS));
    t.is(judge(filter, foreign.arch, 3, [BASE]), ALLOW);
  });

  peerTest(test, absent, `${name}: the addon and the launcher compile without a warning`, async (t) => {
    const build = join(directory, name);
    await run('make', ['-C', NATIVE, `BUILD=${build}`, `CC=${compiler}`, 'CFLAGS=-O2 -Werror']);
    for (const file of ['nlspace.node', 'nlspace-launch'])
      t.is((await readFile(join(build, file))).readUInt16LE(18), elf, file);
  });
}

peerTest(
  test,
  missing('x86_64-linux-gnu-gcc'),
  'x86-64: the x32 calls and socketcall lead nowhere',
  async (t) => {
    const machine = MACHINES[0] as Machine;
    const filter = await makeFilter(machine);
    t.is(judge(filter, machine.arch, 0x40000000 + 41, [AF_NETLINK]), refuse(Errno.ENOSYS));
    t.is(judge(filter, machine.foreign.arch, 102, [1 /* SYS_SOCKET */]), refuse(Errno.EAFNOSUPPORT));
    t.is(judge(filter, machine.foreign.arch, 102, [2]), ALLOW);
  },
);
