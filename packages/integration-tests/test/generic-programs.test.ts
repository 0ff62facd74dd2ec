import { spawnSync } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { checkMessage, type MessageSchema, NetlinkProtocol, readMessages, readRefusal } from '@nlspace/core';
import { MeterCommand, MeterFamily, meter } from '@nlspace/example-meter';
import { arbitraryDamagedPayload, arbitraryPayload, openTestDomain } from '@nlspace/testkit';
import { start } from '@nlspace/transport-seccomp';
import test from 'ava';
import fc from 'fast-check';
import { createNetlink, errnoOf, GenericNetlink, type NetlinkDomain, SocketOption } from 'nlspace';
import { peerTest, providePrograms } from '../src/index.js';

const programs = await providePrograms(['GO_GENETLINK', 'PYROUTE2_METER', 'LIBNL_TOOLS']);
test.after.always(() => programs.remove());
const missing = (name: string) => (process.env[name] === undefined ? `there is no ${name}` : undefined);

function meterDomain(): NetlinkDomain {
  const domain = createNetlink();
  domain.register(MeterFamily);
  return domain;
}

function numbersOf(domain: NetlinkDomain, name: string): { family: number; group: number } {
  const families = domain.describe().protocols.flatMap((protocol) => protocol.families);
  const { number = 0, groups = {} } = families.find((family) => family.name === name) ?? {};
  return { family: number, group: Object.values(groups)[0] ?? 0 };
}

async function output(domain: NetlinkDomain, argv: readonly string[]): Promise<string> {
  const program = await start(domain, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  return readAll(program.stdout as Readable);
}

/** Behind those of the families that are always there. */
const { family: METER_ID, group: METER_GROUP } = numbersOf(meterDomain(), 'meter');
const METER_HEX = `0x${METER_ID.toString(16)}`;
const METER = `
Name: meter
	ID: ${METER_HEX}  Version: 0x1  header size: 0  max attribs: 4 
	commands supported: 
		#1:  ID-0x1 
		#2:  ID-0x2 

	multicast groups:
		#1:  ID-0x${METER_GROUP.toString(16)}  name: changes 

`;

test('genl finds the family by name and by number, and lists it', async (t) => {
  const domain = meterDomain();
  t.is(await output(domain, ['genl', 'ctrl', 'get', 'name', 'meter']), METER);
  t.is(await output(domain, ['genl', 'ctrl', 'get', 'id', METER_HEX]), METER);
  t.regex(
    await output(domain, ['genl', 'ctrl', 'list']),
    new RegExp(`Name: nlctrl[\\s\\S]*Name: meter\n\tID: ${METER_HEX}`),
  );
});

test('genl prints its policy', async (t) => {
  const lines = [
    'op 1 policies: do=0',
    'op 0 policies: dump=0',
    'policy[0]:attr[1]: type=STRING max len:15',
    'policy[0]:attr[2]: type=U32 range:[1,4294967295]',
    'policy[0]:attr[3]: type=U32 range:[0,4294967295]',
    'policy[0]:attr[4]: type=FLAG',
  ];
  const printed = await output(meterDomain(), ['genl', 'ctrl', 'policy', 'name', 'meter']);
  t.deepEqual(
    printed
      .trimEnd()
      .split('\n')
      .map((line) => line.trimEnd()),
    lines.map((line) => `\tID: ${METER_HEX}  ${line}`),
  );
});

test('genl monitor prints who comes and goes', async (t) => {
  const domain = createNetlink();
  const program = await start(domain, ['genl', 'ctrl', 'monitor'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const generic = () => domain.describe().protocols.find(({ protocol }) => protocol === 16);
  while (generic()?.sockets.some(({ groups }) => groups.includes(16)) !== true) await setImmediate();
  const registration = domain.register(MeterFamily);
  let printed = '';
  let disposed = false;
  for await (const part of program.stdout as Readable) {
    printed += part;
    if (!disposed && printed.includes('name: changes')) {
      disposed = true;
      await registration.dispose();
    }
    if (blocks(printed).length === 4) break;
  }
  program.kill('SIGTERM');
  // The family and its group; its group and the family.
  t.deepEqual(blocks(printed), [
    `\tID: ${METER_HEX}  Version: 0x1  header size: 0  max attribs: 4 `,
    `\tID: ${METER_HEX} `,
    `\tID: ${METER_HEX} `,
    `\tID: ${METER_HEX}  Version: 0x1  header size: 0  max attribs: 4 `,
  ]);
});

/** The line behind each name. */
function blocks(printed: string): string[] {
  return [...printed.matchAll(/Name: meter\n(.*)\n/g)].map(([, line = '']) => line);
}

peerTest(test, missing('LIBNL_TOOLS'), 'libnl lists it with its commands and groups', async (t) => {
  t.is(
    (await output(meterDomain(), ['genl-ctrl-list', '-d'])).split('\n').slice(-6).join('\n'),
    [
      `0x00${METER_ID.toString(16)} meter version 1`,
      '    hdrsize 0 maxattr 4',
      '      op unknown (0x01) <admin_perm,has_doit,has_policy>',
      '      op unknown (0x02) <has_dump,has_policy>',
      `      grp changes (0x0${METER_GROUP.toString(16)})`,
      '',
    ].join('\n'),
  );
});

peerTest(test, missing('PYROUTE2_METER'), 'pyroute2 sets, lists and is refused', async (t) => {
  t.is(
    await output(meterDomain(), ['/usr/bin/python3', process.env['PYROUTE2_METER'] as string]),
    'refused 22\nuplink 1000 1500\nguests 50 None\n',
  );
});

peerTest(
  test,
  missing('GO_GENETLINK'),
  'a static Go program looks it up, sets, lists, is refused and told',
  async (t) => {
    const printed = await output(meterDomain(), [process.env['GO_GENETLINK'] as string]);
    // The families that ship, with their versions and the number of their groups.
    t.deepEqual(printed.match(/^(ethtool|wireguard) .*$/gm), ['ethtool 1 1', 'wireguard 1 0']);
    t.is(
      // Without the other families that are always there.
      printed.replaceAll(/^(ethtool|wireguard) .*\n/gm, ''),
      [
        'nobody: netlink receive: no such file or directory',
        'nlctrl 2 1',
        'meter 1 1',
        'refused: netlink receive: invalid argument, offset: 36, message: "burst is below rate"',
        'uplink 1000 1500',
        'guests 50',
        'told: uplink 1000 1500',
        '',
      ].join('\n'),
    );
  },
);

/** The name `a`, and a rate. */
const RATE_OF_ZERO = Uint8Array.of(6, 0, 1, 0, 97, 0, 0, 0, 8, 0, 2, 0, 0, 0, 0, 0);

test('whatever is sent to the meter gets one answer, and a refusal says what the policy says', async (t) => {
  const { domain, defects } = openTestDomain([GenericNetlink, MeterFamily]);
  const socket = await domain.open({ protocol: NetlinkProtocol.Generic });
  await socket.setOption(SocketOption.ExtendedAck, 1);
  await socket.setOption(SocketOption.CapAck, 1);
  const schema = meter as unknown as MessageSchema;
  const outcomes = new Set<number>();
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(arbitraryPayload(schema), arbitraryDamagedPayload(schema)),
      fc.constantFrom(MeterCommand.Set, MeterCommand.Get),
      fc.nat(0xffff_ffff),
      async (attributes, command, sequence) => {
        const isDump = command === MeterCommand.Get;
        const datagram = new Uint8Array(20 + attributes.length);
        const view = new DataView(datagram.buffer);
        view.setUint32(0, datagram.length, true);
        view.setUint16(4, 0x13, true);
        view.setUint16(6, isDump ? 0x301 : 5, true);
        view.setUint32(8, sequence, true);
        view.setUint8(16, command);
        datagram.set(attributes, 20);
        await socket.send(datagram);
        const ends = [];
        for (let next = socket.receive(); next !== undefined; next = socket.receive())
          for (const message of readMessages(next.bytes))
            if (message.header.type === 2 || message.header.type === 3) ends.push(message);
        t.is(ends.length, 1);
        const [end] = ends;
        if (end === undefined) return;
        t.is(end.header.sequence, sequence);
        const failed = checkMessage(schema, attributes, true);
        const { errno, text, details } = readRefusal(end, '');
        outcomes.add(errnoOf(end));
        if (failed === undefined) {
          t.true(errno === 0 || details.missing !== undefined || text === 'burst is below rate');
          return;
        }
        t.is(errno, failed.failure.errno);
        t.is(text, failed.failure.text);
        t.is(details.offset, failed.offset === undefined ? undefined : failed.offset + 20);
      },
    ),
    // A rate of 0 is out of range, which chance does not always find.
    { numRuns: 2000, examples: [[RATE_OF_ZERO, MeterCommand.Set, 1]] },
  );
  t.deepEqual(
    [...outcomes].sort((a, b) => a - b),
    [0, 22, 34],
  );
  t.deepEqual(defects, []);
});

const CLI = fileURLToPath(new URL('../../../nlspace/bin/nlspace.js', import.meta.url));
const WORKSPACE = fileURLToPath(new URL('../../../../', import.meta.url));
const MODULE = 'examples/meter/dist/src/meter-family.js';
const nlspace = (...argv: string[]) =>
  spawnSync(process.execPath, [CLI, ...argv], { cwd: WORKSPACE, encoding: 'utf8' });

test('nlspace run --family serves the families of a module, and the trace has their words', (t) => {
  const { stdout, stderr } = nlspace(
    'run',
    '-v',
    '--family',
    MODULE,
    '--',
    'genl',
    'ctrl',
    'get',
    'name',
    'meter',
  );
  t.is(stdout, METER);
  t.regex(stderr, /→ nlctrl\.GetFamily seq \d+ REQUEST\|ACK familyName "meter"/);
  t.regex(stderr, /← nlctrl\.NewFamily seq \d+ familyName "meter", familyId \d+, version 1,/);
});

test('nlspace describe --family shows operations and groups of the family', (t) => {
  const { stdout } = nlspace('describe', '--family', MODULE);
  const lines = [
    `  family ${METER_ID} meter version 1`,
    '    operations',
    '        1 do   meter           MeterFamily.set',
    '        2 dump meter           MeterFamily.list',
    '    groups',
    `        ${METER_GROUP} changes`,
  ];
  t.true(stdout.includes(lines.join('\n')), stdout);
});

test('a module that cannot be used is named, and the program does not run', (t) => {
  const failing = (...families: string[]) =>
    nlspace('run', ...families.flatMap((file) => ['--family', file]), '--', 'echo', 'ran');
  const store = 'examples/meter/dist/src/meter-store.js';
  for (const [result, message] of [
    [failing('nosuch.js'), /^nlspace: nosuch\.js cannot be loaded: /],
    [
      failing(store),
      /^nlspace: examples\/meter\/dist\/src\/meter-store\.js exports no family; export a class/,
    ],
    [failing(MODULE, MODULE), /: MeterFamily: there is a generic family meter; dispose that first\n$/],
  ] as const) {
    t.is(result.status, 125);
    t.is(result.stdout, '');
    t.regex(result.stderr, message);
  }
});
