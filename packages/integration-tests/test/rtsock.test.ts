import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { conditionalTest } from '../src/index.js';

const NLSPACE = fileURLToPath(new URL('../../../nlspace/bin/nlspace.js', import.meta.url));
const CLIENT_SOURCE = fileURLToPath(new URL('../../fixtures/rtsock-client.c', import.meta.url));
const NOBODY = 65_534;

const folder = mkdtempSync(join(tmpdir(), 'nlspace-rtsock-'));
const children = new Set<ChildProcess>();
test.after.always(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const CLIENT = join(folder, 'rtsock-client');
execFileSync('cc', ['-std=gnu11', '-Wall', '-Werror', '-o', CLIENT, CLIENT_SOURCE], { timeout: 60_000 });

interface Options {
  readonly uid?: number;
}

function start(file: string, argv: readonly string[], { uid }: Options = {}) {
  const child = spawn(file, argv, { cwd: '/', ...(uid === undefined ? {} : { uid, gid: uid }) });
  children.add(child);
  child.on('exit', () => children.delete(child));
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (part: string) => {
      texts[name] += part;
    });
  const ended = once(child, 'close').then(([status]) => ({ ...texts, status: status as number | null }));
  return {
    child,
    ended,
    texts,
    /** Until what it says matches. */
    said: async (pattern: RegExp) => {
      while (!pattern.test(texts.stdout + texts.stderr)) {
        if (child.exitCode !== null) throw new Error(`ended: ${texts.stdout}${texts.stderr}`);
        await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), ended]);
      }
    },
  };
}

let count = 0;

/** A daemon with routing sockets beside netlink. */
async function startWorld(...options: string[]) {
  const number = count++;
  const to = `unix:${join(folder, `${number}.sock`)}`;
  const rtsock = `unix:${join(folder, `${number}.rtsock`)}`;
  const nlspace = (...argv: string[]) => start(process.execPath, [NLSPACE, ...argv]);
  const daemon = nlspace('serve', '--listen', to, '--rtsock', rtsock, ...options);
  await daemon.said(/listening at .*rtsock\n/);
  return {
    daemon,
    to,
    rtsock,
    path: rtsock.slice('unix:'.length),
    nlspace,
    run: (...argv: string[]) => nlspace('run', '--to', to, '--', ...argv).ended,
    rtsockCommand: (...argv: string[]) => nlspace('rtsock', ...argv, '--to', rtsock).ended,
  };
}

type World = Awaited<ReturnType<typeof startWorld>>;

async function startMonitor({ nlspace, rtsock }: World, ...options: string[]) {
  const monitor = nlspace('rtsock', 'monitor', '--to', rtsock, ...options);
  await monitor.said(/listening to/);
  return monitor;
}

const HARDWARE = /\b[a-z]\d:[0-9a-f]+(\.[0-9a-f]+){5}\b/g;

/** What a monitor says of some commands, without the link's own IPv6, and how it ends does not matter. */
async function heardOf(world: World, script: string): Promise<string[]> {
  const monitor = await startMonitor(world);
  const { stderr, status } = await world.run('sh', '-ec', script);
  if (status !== 0) throw new Error(stderr);
  // Nothing else has this mtu: what comes before was heard.
  await world.run('ip', 'link', 'set', 'lo', 'mtu', '4711');
  await monitor.said(/mtu 4711/);
  monitor.child.kill('SIGTERM');
  const { stdout } = await monitor.ended;
  return stdout
    .split('\n')
    .filter((line) => line !== '' && !line.includes('mtu 4711'))
    .map((line) => line.replace(HARDWARE, 'HARDWARE'));
}

const PREPARE = `
  ip link set lo up
  ip link add d0 type dummy
  ip link set d0 addrgenmode none
  ip link set d0 up
  ip address add 10.0.0.1/24 dev d0
  ip -6 address add 2001:db8::1/64 dev d0 nodad
`;

const ROUTE = (type: string, flags: string, addresses: string, link = 2) =>
  `RTM_${type}: pid 0, seq 0, errno 0, if# ${link}, flags:<${flags}>, sockaddrs:<${addresses}`;
const PATH = (type: string, flags: string, addresses: string) =>
  ROUTE(type, flags, `DST,GATEWAY,NETMASK> ${addresses}`);
const GATEWAY = 'UP,GATEWAY,DONE';
const NEIGHBOUR = (type: string, flags: string, addresses: string) =>
  ROUTE(type, `${flags}HOST,DONE,LLINFO`, `DST,GATEWAY> ${addresses}`, 0);

interface Case {
  readonly title: string;
  readonly script: string;
  readonly heard: readonly string[];
}

const CASES: readonly Case[] = [
  {
    title: 'ip route add, replace and del, IPv4',
    script: `
      ip route add 10.8.0.0/16 via 10.0.0.3
      ip route replace 10.8.0.0/16 via 10.0.0.4
      ip route del 10.8.0.0/16`,
    heard: [
      PATH('ADD', GATEWAY, '10.8.0.0 10.0.0.3 255.255.0.0'),
      PATH('CHANGE', GATEWAY, '10.8.0.0 10.0.0.4 255.255.0.0'),
      PATH('DELETE', 'GATEWAY,DONE', '10.8.0.0 10.0.0.4 255.255.0.0'),
    ],
  },
  {
    title: 'ip route add, replace and del, IPv6',
    script: `
      ip route add 2001:db8:1::/48 via 2001:db8::3
      ip route replace 2001:db8:1::/48 via fe80::4 dev d0
      ip route add 2001:db8:2::9 dev d0
      ip route del 2001:db8:1::/48`,
    heard: [
      PATH('ADD', GATEWAY, '2001:db8:1:: 2001:db8::3 ffff:ffff:ffff::'),
      PATH('CHANGE', GATEWAY, '2001:db8:1:: fe80::4%2 ffff:ffff:ffff::'),
      ROUTE('ADD', 'UP,HOST,DONE', 'DST,GATEWAY> 2001:db8:2::9 link#2'),
      PATH('DELETE', 'GATEWAY,DONE', '2001:db8:1:: fe80::4%2 ffff:ffff:ffff::'),
    ],
  },
  {
    title: 'multipath routes: one message for each path that differs',
    script: `
      ip route add 10.8.0.0/16 nexthop via 10.0.0.3 nexthop via 10.0.0.4
      ip route replace 10.8.0.0/16 nexthop via 10.0.0.3 nexthop via 10.0.0.4 nexthop via 10.0.0.5
      ip route replace 10.8.0.0/16 nexthop via 10.0.0.3 nexthop via 10.0.0.5 weight 2
      ip route replace 10.8.0.0/16 via 10.0.0.3
      ip -6 route add 2001:db8:1::/48 nexthop via 2001:db8::3 nexthop via 2001:db8::4
      ip -6 route append 2001:db8:1::/48 via 2001:db8::5
      ip -6 route del 2001:db8:1::/48 via 2001:db8::3`,
    heard: [
      PATH('ADD', GATEWAY, '10.8.0.0 10.0.0.3 255.255.0.0'),
      PATH('ADD', GATEWAY, '10.8.0.0 10.0.0.4 255.255.0.0'),
      PATH('ADD', GATEWAY, '10.8.0.0 10.0.0.5 255.255.0.0'),
      PATH('DELETE', GATEWAY, '10.8.0.0 10.0.0.4 255.255.0.0'),
      PATH('DELETE', GATEWAY, '10.8.0.0 10.0.0.5 255.255.0.0'),
      PATH('ADD', GATEWAY, '10.8.0.0 10.0.0.5 255.255.0.0'),
      PATH('DELETE', GATEWAY, '10.8.0.0 10.0.0.5 255.255.0.0'),
      PATH('ADD', GATEWAY, '2001:db8:1:: 2001:db8::3 ffff:ffff:ffff::'),
      PATH('ADD', GATEWAY, '2001:db8:1:: 2001:db8::4 ffff:ffff:ffff::'),
      PATH('ADD', GATEWAY, '2001:db8:1:: 2001:db8::5 ffff:ffff:ffff::'),
      PATH('DELETE', GATEWAY, '2001:db8:1:: 2001:db8::3 ffff:ffff:ffff::'),
    ],
  },
  {
    title: 'nexthop objects are told by the routes through them',
    script: `
      ip nexthop add id 1 via 10.0.0.3 dev d0
      ip nexthop add id 2 via 10.0.0.4 dev d0
      ip nexthop add id 10 group 1/2
      ip route add 10.8.0.0/16 nhid 10
      ip nexthop replace id 2 via 10.0.0.5 dev d0
      ip nexthop del id 1
      ip nexthop del id 10`,
    heard: [
      PATH('ADD', GATEWAY, '10.8.0.0 10.0.0.3 255.255.0.0'),
      PATH('ADD', GATEWAY, '10.8.0.0 10.0.0.4 255.255.0.0'),
      PATH('DELETE', GATEWAY, '10.8.0.0 10.0.0.4 255.255.0.0'),
      PATH('ADD', GATEWAY, '10.8.0.0 10.0.0.5 255.255.0.0'),
      PATH('DELETE', GATEWAY, '10.8.0.0 10.0.0.3 255.255.0.0'),
      PATH('DELETE', 'GATEWAY,DONE', '10.8.0.0 10.0.0.5 255.255.0.0'),
    ],
  },
  {
    title: 'ip address add and del: the address, then its prefix',
    script: `
      ip address add 192.0.2.1/25 dev d0
      ip address del 192.0.2.1/25 dev d0
      ip address add 2001:db8:7::1/64 dev d0 nodad
      ip address del 2001:db8:7::1/64 dev d0`,
    heard: [
      'RTM_NEWADDR: if# 2, metric 0, flags:<>, sockaddrs:<NETMASK,IFP,IFA,BRD> 255.255.255.128 HARDWARE 192.0.2.1 192.0.2.127',
      PATH('ADD', 'UP,DONE,PINNED', '192.0.2.0 link#2 255.255.255.128'),
      'RTM_DELADDR: if# 2, metric 0, flags:<UP>, sockaddrs:<NETMASK,IFP,IFA,BRD> 255.255.255.128 HARDWARE 192.0.2.1 192.0.2.127',
      PATH('DELETE', 'DONE,PINNED', '192.0.2.0 link#2 255.255.255.128'),
      'RTM_NEWADDR: if# 2, metric 0, flags:<>, sockaddrs:<NETMASK,IFP,IFA> ffff:ffff:ffff:ffff:: HARDWARE 2001:db8:7::1',
      PATH('ADD', 'UP,DONE,PINNED', '2001:db8:7:: link#2 ffff:ffff:ffff:ffff::'),
      'RTM_DELADDR: if# 2, metric 0, flags:<>, sockaddrs:<NETMASK,IFP,IFA> ffff:ffff:ffff:ffff:: HARDWARE 2001:db8:7::1',
      PATH('DELETE', 'DONE,PINNED', '2001:db8:7:: link#2 ffff:ffff:ffff:ffff::'),
    ],
  },
  {
    title: 'ip link set up and down, add and del',
    script: `
      ip link add d1 type dummy
      ip link set d1 addrgenmode none
      ip link set d1 up
      ip link set d1 name e1
      ip link set e1 down
      ip link del e1`,
    heard: [
      'RTM_IFANNOUNCE: if# 3, name d1, what: arrival',
      'RTM_NEWMADDR: if# 3, sockaddrs:<GATEWAY,IFP,IFA> 33.33.0.0.0.1 HARDWARE ff01::1%3',
      'RTM_NEWMADDR: if# 3, sockaddrs:<GATEWAY,IFP,IFA> 33.33.0.0.0.1 HARDWARE ff02::1%3',
      'RTM_IFINFO: if# 3, link: up, flags:<UP,BROADCAST,RUNNING,NOARP,SIMPLEX>, mtu 1500',
      'RTM_NEWMADDR: if# 3, sockaddrs:<GATEWAY,IFP,IFA> 1.0.5e.0.0.1 HARDWARE 224.0.0.1',
      'RTM_IFANNOUNCE: if# 3, name d1, what: departure',
      'RTM_IFANNOUNCE: if# 3, name e1, what: arrival',
      'RTM_DELMADDR: if# 3, sockaddrs:<GATEWAY,IFP,IFA> 1.0.5e.0.0.1 HARDWARE 224.0.0.1',
      'RTM_IFINFO: if# 3, link: up, flags:<BROADCAST,NOARP,SIMPLEX>, mtu 1500',
      'RTM_DELMADDR: if# 3, sockaddrs:<GATEWAY,IFP,IFA> 33.33.0.0.0.1 HARDWARE ff02::1%3',
      'RTM_IFANNOUNCE: if# 3, name e1, what: departure',
    ],
  },
  {
    title: 'what a link takes along when it goes down: its prefixes are told, routes of others are not',
    script: `
      ip route add 10.8.0.0/16 via 10.0.0.3
      ip link set d0 down`,
    heard: [
      PATH('ADD', GATEWAY, '10.8.0.0 10.0.0.3 255.255.0.0'),
      'RTM_DELMADDR: if# 2, sockaddrs:<GATEWAY,IFP,IFA> 1.0.5e.0.0.1 HARDWARE 224.0.0.1',
      'RTM_DELADDR: if# 2, metric 0, flags:<>, sockaddrs:<NETMASK,IFP,IFA> ffff:ffff:ffff:ffff:: HARDWARE 2001:db8::1',
      PATH('DELETE', 'DONE,PINNED', '2001:db8:: link#2 ffff:ffff:ffff:ffff::'),
      PATH('DELETE', 'DONE,PINNED', '10.0.0.0 link#2 255.255.255.0'),
      'RTM_IFINFO: if# 2, link: up, flags:<BROADCAST,NOARP,SIMPLEX>, mtu 1500',
    ],
  },
  {
    title: 'ip neigh add, replace and del: of IPv6 who is known, under which address; of IPv4 nothing',
    script: `
      ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:01 dev d0
      ip neigh add 2001:db8::9 lladdr 02:00:00:00:00:01 dev d0
      ip neigh replace 2001:db8::9 lladdr 02:00:00:00:00:02 dev d0
      ip neigh del 2001:db8::9 dev d0`,
    heard: [
      NEIGHBOUR('ADD', 'UP,', '2001:db8::9 2.0.0.0.0.1'),
      NEIGHBOUR('DELETE', '', '2001:db8::9 0.0.0.0.0.0'),
      NEIGHBOUR('ADD', 'UP,', '2001:db8::9 2.0.0.0.0.2'),
    ],
  },
];

for (const { title, script, heard } of CASES) {
  test(`a routing socket hears what FreeBSD tells: ${title}`, async (t) => {
    const world = await startWorld();
    const { stderr, status } = await world.run('sh', '-ec', PREPARE);
    t.is(status, 0, stderr);
    t.deepEqual(await heardOf(world, script), heard);
  });
}

test('tables are FIBs: each monitor hears of its own', async (t) => {
  const world = await startWorld();
  await world.run('sh', '-ec', PREPARE);
  const seven = await startMonitor(world, '--fib', '7');
  t.deepEqual(await heardOf(world, 'ip route add blackhole 10.8.0.0/16 table 7'), []);
  await seven.said(/mtu 4711/);
  seven.child.kill('SIGTERM');
  const [first] = (await seven.ended).stdout.split('\n');
  t.is(first, ROUTE('ADD', 'UP,DONE,BLACKHOLE', 'DST,GATEWAY,NETMASK> 10.8.0.0 127.0.0.1 255.255.0.0', 1));
  const { stdout } = await world.rtsockCommand('dump', '-4', '--fib', '7');
  t.is(
    stdout,
    [
      'Destination Gateway   Flags Nhop# Mtu  Weight Netif',
      '10.8.0.0/16 127.0.0.1 UB    1     4711 1      lo',
      '',
    ].join('\n'),
  );
});

test('nlspace rtsock dump neighbours shows whom ip neigh has added', async (t) => {
  const world = await startWorld();
  await world.run('sh', '-ec', PREPARE);
  await world.run('ip', 'link', 'set', 'd0', 'arp', 'on', 'address', '02:00:00:00:00:05');
  await world.run('ip', 'neigh', 'add', '10.0.0.9', 'lladdr', '02:00:00:00:00:01', 'dev', 'd0');
  await world.run('ip', 'neigh', 'add', '2001:db8::9', 'lladdr', '02:00:00:00:00:02', 'dev', 'd0');
  const { stdout } = await world.rtsockCommand('dump', 'neighbours');
  const entry = (flags: string, rest: string, addresses: string) =>
    `RTM_GET: pid 0, seq 0, errno 0, if# 2, flags:<UP,HOST,LLINFO,${flags}>, ${rest}sockaddrs:<DST,GATEWAY> ${addresses}`;
  t.deepEqual(stdout.split('\n'), [
    entry('STATIC,PINNED', '', '10.0.0.1 2.0.0.0.0.5'),
    entry('STATIC', '', '10.0.0.9 2.0.0.0.0.1'),
    entry('STATIC,PINNED', 'weight 1, ', '2001:db8::1 2.0.0.0.0.5'),
    entry('STATIC', 'weight 1, ', '2001:db8::9 2.0.0.0.0.2'),
    '',
  ]);
});

/** `ip monitor`, once it listens. */
async function startIpMonitor({ nlspace, to }: World) {
  const monitor = nlspace('run', '--to', to, '--', 'sh', '-c', 'exec ip monitor route 2>/dev/null');
  for (;;) {
    const { stdout } = await nlspace('describe', '--to', to, '--json').ended;
    const { protocols } = JSON.parse(stdout) as { protocols: { sockets: { groups: number[] }[] }[] };
    if (protocols.some(({ sockets }) => sockets.some(({ groups }) => groups.length > 0))) return monitor;
  }
}

test('ip monitor hears what is done through routing sockets, once', async (t) => {
  const world = await startWorld();
  await world.run('sh', '-ec', PREPARE);
  const monitor = await startIpMonitor(world);
  const commands = [
    ['add', '10.8.0.0/16', '10.0.0.3'],
    ['add', '10.8.0.0/16', '10.0.0.4', '--weight', '3'],
    ['change', '10.8.0.0/16', '10.0.0.4', '--weight', '5'],
    ['delete', '10.8.0.0/16', '10.0.0.3'],
    ['change', '10.8.0.0/16', '10.0.0.9', '--mtu', '1400', '--proto1'],
    ['delete', '10.8.0.0/16'],
    ['add', '10.9.0.0/16', '--interface', 'd0'],
    ['add', '10.10.0.0/16', '--blackhole'],
    ['add', '2001:db8:1::/48', '2001:db8::3'],
    ['add', 'default', '2001:db8::4', '--inet6'],
  ];
  for (const command of commands) {
    const { stdout, stderr, status } = await world.rtsockCommand(...command);
    t.is(status, 0, `${command.join(' ')}: ${stderr}`);
    t.true(stdout.startsWith(`${command[0]} ${command[1]}`), stdout);
  }
  const refused = await world.rtsockCommand('delete', '10.0.0.0/24');
  t.is(refused.stderr, 'nlspace: delete 10.0.0.0/24: EADDRINUSE\n');
  t.is(refused.status, 1);
  await world.run('ip', 'route', 'add', 'blackhole', '192.0.2.0/24');
  await monitor.said(/192\.0\.2\.0/);
  monitor.child.kill('SIGTERM');
  const { stdout } = await monitor.ended;
  t.deepEqual(
    stdout.split('\n').map((line) => line.trimEnd()),
    [
      '10.8.0.0/16 via 10.0.0.3 dev d0 proto static',
      '10.8.0.0/16 proto static',
      '\tnexthop via 10.0.0.3 dev d0 weight 1',
      '\tnexthop via 10.0.0.4 dev d0 weight 3',
      '10.8.0.0/16 proto static',
      '\tnexthop via 10.0.0.3 dev d0 weight 1',
      '\tnexthop via 10.0.0.4 dev d0 weight 5',
      '10.8.0.0/16 via 10.0.0.4 dev d0 proto static',
      '10.8.0.0/16 via 10.0.0.9 dev d0 proto zebra mtu 1400',
      'Deleted 10.8.0.0/16 via 10.0.0.9 dev d0 proto zebra mtu 1400',
      '10.9.0.0/16 dev d0 proto static scope link',
      'blackhole 10.10.0.0/16 proto static',
      '2001:db8:1::/48 via 2001:db8::3 dev d0 proto static metric 1024 pref medium',
      'default via 2001:db8::4 dev d0 proto static metric 1024 pref medium',
      'blackhole 192.0.2.0/24',
      '',
    ],
  );
});

/** What there is no route for is answered with ESRCH, and as every answer it goes to everybody. */
const QUESTION =
  'type 4, length right, version 5, pid mine, seq 815, errno 3, flags 0x803, addrs 0x7 10.8.0.0 10.0.0.3 255.255.0.0';

test('a program in C adds a route, and hears its answer, the announcement, and what others do', async (t) => {
  const world = await startWorld();
  await world.run('sh', '-ec', PREPARE);
  const client = start(CLIENT, [world.path, '10.8.0.0', '16', '10.0.0.3']);
  await client.said(/sizes/);
  await world.run('ip', 'route', 'del', '10.8.0.0/16');
  const { stdout, status } = await client.ended;
  t.is(status, 0, stdout);
  t.deepEqual(stdout.split('\n'), [
    `listener: ${QUESTION}`,
    `sender: ${QUESTION}`,
    `listener: ${QUESTION}`,
    'sender: type 1, length right, version 5, pid mine, seq 815, errno 0, flags 0x843, addrs 0x7 10.8.0.0 10.0.0.3 255.255.0.0',
    'listener: type 1, length right, version 5, pid mine, seq 815, errno 0, flags 0x843, addrs 0x7 10.8.0.0 10.0.0.3 255.255.0.0',
    'sizes 152 16',
    'listener: type 2, length right, version 5, pid none, seq 0, errno 0, flags 0x842, addrs 0x7 10.8.0.0 10.0.0.3 255.255.0.0',
    '',
  ]);
});

conditionalTest(
  test,
  process.geteuid?.() === 0 ? undefined : 'only root can be somebody else',
  'somebody else may ask where the mode lets in, and change nothing',
  async (t) => {
    const world = await startWorld('--mode', '666');
    await world.run('sh', '-ec', PREPARE);
    chmodSync(folder, 0o755);
    const client = start(CLIENT, [world.path, '10.8.0.0', '16', '10.0.0.3'], { uid: NOBODY });
    await client.said(/sizes/);
    client.child.kill('SIGTERM');
    t.regex(client.texts.stdout, /sender: type 4, .* errno 3, /);
    t.regex(client.texts.stdout, /sender: type 1, .* pid mine, seq 815, errno 1, /);
    const last = await world.run('ip', 'route', 'show', '10.8.0.0/16');
    t.is(last.stdout, '');
  },
);

test('nlspace run serves routing sockets as long as its program runs', async (t) => {
  const rtsock = `unix:${join(folder, 'run.rtsock')}`;
  const script = `
    ip link set lo up
    ${process.execPath} ${NLSPACE} rtsock add 10.8.0.0/16 --interface lo --to ${rtsock}
    ip route show 10.8.0.0/16
    ${process.execPath} ${NLSPACE} rtsock get 10.8.7.7 --to ${rtsock}`;
  const { stdout, stderr, status } = await start(process.execPath, [
    NLSPACE,
    ...['run', '--rtsock', rtsock, '--', 'sh', '-ec', script],
  ]).ended;
  t.is(status, 0, stderr);
  t.deepEqual(stdout.split('\n'), [
    'add 10.8.0.0/16',
    '10.8.0.0/16 dev lo proto static scope link ',
    '   route to: 10.8.7.7',
    'destination: 10.8.0.0',
    '       mask: 255.255.0.0',
    '  interface: lo',
    '      flags: <UP,DONE,STATIC>',
    '        mtu: 65536',
    '     weight: 1',
    '',
  ]);
  const after = await start(process.execPath, [NLSPACE, 'rtsock', 'dump', '--to', rtsock]).ended;
  t.is(after.status, 125);
  t.regex(after.stderr, /connect ENOENT/);
});

for (const option of ['--read-only', '--no-admin']) {
  test(`with ${option} routing sockets can only be asked`, async (t) => {
    const rtsock = `unix:${join(folder, `${count++}.rtsock`)}`;
    const script = `
      ${process.execPath} ${NLSPACE} rtsock add 10.8.0.0/16 --blackhole --to ${rtsock} || true
      ${process.execPath} ${NLSPACE} rtsock dump -4 --to ${rtsock}`;
    const { stdout, stderr } = await start(process.execPath, [
      NLSPACE,
      ...['run', option, '--rtsock', rtsock, '--', 'sh', '-ec', script],
    ]).ended;
    t.is(stderr, 'nlspace: add 10.8.0.0/16: EPERM\n');
    t.is(stdout, 'Destination Gateway Flags Nhop# Mtu Weight Netif\n');
  });
}

const WRONG: readonly (readonly [readonly string[], string])[] = [
  [['rtsock'], 'rtsock takes monitor, get, add, change, delete, dump'],
  [['rtsock', 'flush', '--to', 'unix:/x'], 'rtsock takes monitor, get, add, change, delete, dump'],
  [['rtsock', 'dump'], 'rtsock needs --to unix:PATH'],
  [['rtsock', 'get', '--to', 'unix:/x'], 'see nlspace rtsock --help for get'],
  [
    ['run', '--to', 'unix:', '--rtsock', 'unix:/x', '--', 'true'],
    '--rtsock is an option of nlspace serve where there is --to',
  ],
];

for (const [argv, message] of WRONG) {
  test(`refused: nlspace ${argv.join(' ')}`, async (t) => {
    const { stderr, status } = await start(process.execPath, [NLSPACE, ...argv]).ended;
    t.is(status, 2);
    t.true(stderr.startsWith(`nlspace: ${message}\n`), stderr);
  });
}

test('what a command does not understand, it says', async (t) => {
  const world = await startWorld();
  for (const [argv, message] of [
    [['add', '10.8.0.0/33', '10.0.0.3'], '10.8.0.0/33 has no prefix of 33 bits'],
    [['add', '10.8.0.0/16', 'nowhere'], 'nowhere is no address'],
    [['add', '10.8.0.0/16', '--interface', 'none'], 'there is no link none'],
    [['add', '10.8.0.0/16', '10.0.0.3', '--mtu', 'big'], '--mtu takes a number up to 4294967295, not big'],
    [['dump', 'everything'], 'dump takes routes, interfaces, multicast, neighbours'],
  ] as const) {
    const { stderr, status } = await world.rtsockCommand(...argv);
    t.is(status, 2);
    t.true(stderr.startsWith(`nlspace: ${message}\n`), stderr);
  }
});
