import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { createNetlink } from 'nlspace';
import { peerTest, providePrograms } from '../src/index.js';

const programs = await providePrograms(['PYROUTE2_SYSEVENT']);
test.after.always(() => programs.remove());

const CLI = fileURLToPath(new URL('../../../nlspace/bin/nlspace.js', import.meta.url));
const run = (...argv: string[]) =>
  spawnSync(process.execPath, [CLI, 'run', ...argv], { encoding: 'utf8', timeout: 60_000 });

test('genl finds nlsysevent where the system is FreeBSD', (t) => {
  const families = createNetlink({ profile: 'freebsd' })
    .describe()
    .protocols.flatMap((protocol) => protocol.families);
  const { number = 0, groups = {} } = families.find(({ name }) => name === 'nlsysevent') ?? {};
  const hex = (value: number | undefined) => `0x${value?.toString(16)}`;
  const { stdout } = run('--profile', 'freebsd', '--', 'genl', 'ctrl', 'get', 'name', 'nlsysevent');
  t.is(
    stdout,
    [
      '',
      'Name: nlsysevent',
      `\tID: ${hex(number)}  Version: 0x2  header size: 0  max attribs: 4 `,
      '\tmulticast groups:',
      `\t\t#1:  ID-${hex(groups['ETHERNET'])}  name: ETHERNET `,
      `\t\t#2:  ID-${hex(groups['IFNET'])}  name: IFNET `,
      '',
      '',
    ].join('\n'),
  );
});

test('Linux has no nlsysevent', (t) => {
  const { stdout, stderr, status } = run('--', 'genl', 'ctrl', 'get', 'name', 'nlsysevent');
  t.is(stdout, '');
  t.regex(stderr, /No such file or directory/);
  t.not(status, 0);
});

peerTest(
  test,
  process.env['PYROUTE2_SYSEVENT'] === undefined ? 'there is no PYROUTE2_SYSEVENT' : undefined,
  'pyroute2 hears that lo works and has addresses when ip sets it up',
  async (t) => {
    const script = process.env['PYROUTE2_SYSEVENT'] as string;
    const { stdout, stderr } = run('--profile', 'freebsd', '--', '/usr/bin/python3', script);
    t.is(
      stdout,
      [
        '1 IFNET lo LINK_UP',
        '1 IFNET lo ADDR_ADD address=127.0.0.1',
        '1 IFNET lo ADDR_ADD address=::1',
        '',
      ].join('\n'),
      stderr,
    );
  },
);
