import type { Scenario } from '@nlspace/testkit';
import { attribute, type Bytes, u32 } from '../hostile/bytes.js';
import { eventually } from './waiting.js';
import { PAIR_UP } from './worlds-begin.js';

/** One link of each kind whose driver is known, up where that makes a difference. */
const LINKS_OF_ALL_KINDS = [
  ...PAIR_UP,
  'ip link add br0 address 02:00:00:00:00:03 type bridge',
  'ip link add mv0 link v0 address 02:00:00:00:00:04 type macvlan',
  'ip link add vx0 address 02:00:00:00:00:05 type vxlan id 1 dstport 4789 remote 10.0.0.1',
  'ip link add vx1 address 02:00:00:00:00:06 type vxlan id 2 dstport 4789 dev v0 remote 10.0.0.1',
  'ip link add ifb0 address 02:00:00:00:00:07 type ifb',
];
const EVERY_LINK = ['lo', 'v0', 'br0', 'mv0', 'vx0', 'vx1', 'ifb0'];

function forEveryLink(...options: readonly string[]): string[] {
  return options.flatMap((option) => EVERY_LINK.map((link) => `ethtool ${option} ${link}`));
}

const MONITOR = '$SCRATCH/ethtool-monitor';

/** What `ethtool --monitor` of another program shows. The last of the commands is what it is waited for by. */
function monitored(setup: readonly string[], commands: readonly string[], lastWords: string): string[] {
  return [
    ...setup,
    `: > ${MONITOR}; stdbuf -oL ethtool --monitor > ${MONITOR} 2>&1 & echo $! > $SCRATCH/pid`,
    eventually(`grep -q listening ${MONITOR}`),
    ...commands,
    `wait=0; until grep -q '${lastWords}' ${MONITOR} || [ $wait = 200 ]; do wait=$((wait + 1)); sleep 0.02; done; kill $(cat $SCRATCH/pid)`,
    `cat ${MONITOR}`,
  ];
}

const SCENARIOS: readonly Omit<Scenario, 'needsProgram'>[] = [
  {
    name: 'settings, states and features of every kind of link',
    commands: [...LINKS_OF_ALL_KINDS, ...forEveryLink('', '-k')],
  },
  {
    name: 'channels, time stamps, addresses and sets of strings of every kind of link',
    commands: [...LINKS_OF_ALL_KINDS, ...forEveryLink('-l', '-T', '-P')],
  },
  {
    name: 'drivers name themselves',
    commands: [...LINKS_OF_ALL_KINDS, ...forEveryLink('-i'), 'ethtool -i nosuch', ...forEveryLink('-d', '-e', '-p', '-r')],
  },
  {
    name: 'what no driver of these links can do',
    commands: [
      ...LINKS_OF_ALL_KINDS,
      ...forEveryLink('-a', '-c', '-g', '--show-eee', '-m', '--show-priv-flags', '--show-fec', '--show-tunnels', '--show-module'),
    ],
  },
  {
    name: 'nothing of no link',
    commands: ['ethtool nosuch', 'ethtool -k nosuch', 'ethtool -K nosuch tx off', 'ethtool -l nosuch', 'ethtool -s nosuch autoneg on'],
  },
  {
    name: 'features of a veth are switched, with those that need them',
    commands: [
      ...PAIR_UP,
      'ethtool -K v0 tx off',
      'ethtool -k v0',
      'ethtool -K v0 tx on',
      'ethtool -K v0 sg off',
      'ethtool -k v0',
      'ethtool -K v0 tso off gso off',
      'ethtool -K v0 sg on',
      'ethtool -k v0',
      'ethtool -K v0 tso on gso on gro on',
      'ethtool -K v0 rx off rxvlan off txvlan off',
      'ethtool -K v0 tx-checksum-sctp off highdma off',
      'ethtool -K v0 rx-gro-list on rx-udp-gro-forwarding on tx-nocache-copy on',
      'ethtool -k v0',
      'ethtool -k v1 | grep -v fixed',
    ],
  },
  {
    name: 'features that are fixed, unknown, or as they were',
    commands: [
      ...LINKS_OF_ALL_KINDS,
      'ethtool -K v0 lro on',
      'ethtool -K v0 rx-fcs on',
      'ethtool -K v0 rx-fcs off',
      'ethtool -K v0 nosuch on',
      'ethtool -K v0 gso on',
      'ethtool -K v0 vlan-challenged on',
      'ethtool -K lo tx off',
      'ethtool -K lo loopback off',
      'ethtool -K lo tso off gro off',
      'ethtool -k lo',
      'ethtool -K mv0 tso off',
      'ethtool -K mv0 tx off',
      'ethtool -K mv0 lro on',
    ],
  },
  {
    name: 'features of bridges, tunnels and intermediate links are switched',
    commands: [
      ...LINKS_OF_ALL_KINDS,
      'ethtool -K br0 tx off',
      'ethtool -K br0 sg off gro off',
      'ethtool -k br0',
      'ethtool -K vx0 tx off rx off',
      'ethtool -k vx0',
      'ethtool -K ifb0 tx off',
      'ethtool -K ifb0 tx on gro off',
      'ethtool -k ifb0',
    ],
  },
  {
    name: 'a MACVLAN follows the link below it',
    commands: [
      ...PAIR_UP,
      'ip link add mv0 link v0 address 02:00:00:00:00:04 type macvlan',
      'ethtool -K v0 gro on',
      'ethtool -k mv0 | grep -v fixed',
      'ethtool -K mv0 gro off',
      'ethtool -K v0 sg off',
      'ethtool -K v0 rx off gro off gso off',
      'ethtool -k mv0',
    ],
  },
  {
    name: 'a bridge follows its ports',
    commands: [
      ...PAIR_UP,
      'ip link add br0 address 02:00:00:00:00:03 type bridge',
      'ip link set br0 addrgenmode none up',
      'ethtool br0 | grep -E "Speed|Link"',
      'ip link set v1 master br0',
      'ethtool br0 | grep -E "Speed|Link"',
      'ethtool -k br0',
      'ethtool -K v1 tso off',
      'ethtool -k br0 | grep segmentation',
      'ethtool -K v1 tx off',
      'ethtool -K br0 tx off',
      'ethtool -k br0',
      'ip link set v1 nomaster',
      'ethtool -k br0',
    ],
  },
  {
    name: 'channels of a veth are changed',
    commands: [
      ...PAIR_UP,
      'ip link add v2 address 02:00:00:00:00:08 numtxqueues 4 numrxqueues 3 type veth peer name v3 address 02:00:00:00:00:09',
      'ethtool -l v2',
      'ethtool -l v3',
      'ethtool -L v0 rx 2',
      'ethtool -l v0',
      'ethtool -L v0 rx 2',
      'ethtool -L v0 tx 2',
      'ethtool -L v0 tx 3',
      'ethtool -L v0 rx 0',
      'ethtool -L v0 combined 1',
      'ethtool -L v0 rx 1 tx 1',
      'ethtool -L v2 rx 1',
      'ethtool -l v2',
    ],
  },
  {
    name: 'what these links cannot be asked to do',
    commands: [
      ...LINKS_OF_ALL_KINDS,
      ...['v0', 'lo', 'br0'].flatMap((link) => [
        `ethtool -s ${link} speed 100 duplex full`,
        `ethtool -s ${link} autoneg on`,
        `ethtool -s ${link} port tp`,
        `ethtool -s ${link} msglvl 7`,
        `ethtool -s ${link} wol g`,
        `ethtool -A ${link} rx on`,
        `ethtool -G ${link} rx 5`,
        `ethtool -C ${link} rx-usecs 5`,
        `ethtool --set-eee ${link} eee on`,
        `ethtool --set-priv-flags ${link} a on`,
        `ethtool --set-fec ${link} encoding off`,
      ]),
      'ethtool -L br0 rx 1',
    ],
  },
  {
    name: 'a monitor sees features and channels change',
    commands: monitored(
      [
        ...PAIR_UP,
        'ip link add mv0 link v0 address 02:00:00:00:00:04 type macvlan',
        'ip link add br0 address 02:00:00:00:00:03 type bridge',
        'ip link set v1 master br0',
      ],
      ['ethtool -K v0 sg off', 'ethtool -K v0 sg off', 'ethtool -K v0 lro on', 'ethtool -K v1 tso off', 'ethtool -K br0 gro off', 'ethtool -L v0 rx 2'],
      'Channel parameters',
    ),
  },
];

/** Requests that Debian's ethtool does not know yet, by their numbers: `ETHTOOL_MSG_*_GET`. */
const NEWER = { gets: [36, 38, 39, 41, 42, 45, 46], acts: [35, 37, 40, 43, 44, 47, 48, 49, 50] };
const STATISTICS = 32;
const TIMESTAMPS = 25;
const NESTED = 0x8000;

/** A list of bits, all in one. */
function bits(type: number, size: number, value: number): Bytes {
  return attribute(type | NESTED, [...attribute(1, []), ...attribute(2, u32(size)), ...attribute(4, u32(value))]);
}

function request(how: 'do' | 'dump', command: number, link: string, ...attributes: readonly Bytes[]): string {
  return `${how}:${command}:${link}:${Buffer.from(attributes.flat()).toString('hex')}`;
}

function requests(...words: readonly string[]): string {
  return `python3 $ETHTOOL_REQUESTS ${words.join(' ')}`;
}

const CLOCK = [...attribute(1, u32(0)), ...attribute(2, u32(0))];
const SOME_LINKS = ['lo', 'v0', 'br0', 'mv0', 'mv1', 'ifb0'];
const WITH_ANOTHER_MACVLAN = [...LINKS_OF_ALL_KINDS, 'ip link add mv1 link br0 address 02:00:00:00:00:0a type macvlan'];

/** What only newer programs ask for. */
const BY_NUMBER: readonly Omit<Scenario, 'needsProgram'>[] = [
  {
    name: 'what only hardware can do, in newer words',
    commands: [
      ...WITH_ANOTHER_MACVLAN,
      ...NEWER.gets.flatMap((command) => [
        requests(...[...SOME_LINKS, 'nosuch', ''].map((link) => request('do', command, link))),
        requests(...['', 'v0', 'nosuch'].map((link) => request('dump', command, link))),
      ]),
      ...NEWER.acts.map((command) =>
        requests(...[...SOME_LINKS, 'nosuch', ''].flatMap((link) => [request('do', command, link), request('dump', command, link)])),
      ),
    ],
  },
  {
    name: 'how packets are spread over queues',
    commands: [
      ...WITH_ANOTHER_MACVLAN,
      requests(
        request('do', 38, 'v0', attribute(2, u32(1))),
        request('do', 38, 'v0', attribute(7, u32(1))),
        request('dump', 38, '', attribute(2, u32(1))),
        request('dump', 38, 'nosuch', attribute(2, u32(1))),
        request('dump', 38, 'v0', attribute(7, u32(1))),
      ),
      ...['lo', 'v0', 'mv0'].map((link) =>
        requests(
          ...[
            [attribute(2, u32(0))],
            [attribute(2, u32(1))],
            [attribute(3, u32(0))],
            [attribute(3, u32(1))],
            [attribute(4, [])],
            [attribute(4, u32(1))],
            [attribute(5, [])],
            [attribute(5, u32(1))],
            [attribute(6, u32(0))],
            [attribute(6, u32(1))],
            [attribute(6, u32(3))],
            [attribute(8 | NESTED, [])],
            [attribute(8 | NESTED, attribute(1, u32(1)))],
            [attribute(8 | NESTED, attribute(1, u32(2)))],
            [attribute(8 | NESTED, attribute(28, u32(2)))],
            [attribute(9, [])],
            [attribute(4, u32(1)), attribute(5, u32(1))],
            [attribute(3, u32(1)), attribute(5, u32(1))],
            [attribute(6, u32(1)), attribute(5, u32(1))],
            [attribute(6, u32(1)), attribute(8 | NESTED, [])],
          ].flatMap((attributes) => [request('do', 48, link, ...attributes), request('do', 49, link, ...attributes)]),
          request('do', 50, link, attribute(2, u32(0))),
          request('do', 50, link, attribute(2, u32(1))),
        ),
      ),
      requests(request('do', 50, '', attribute(2, u32(1))), request('do', 50, 'nosuch', attribute(2, u32(1)))),
    ],
  },
  {
    name: 'standard statistics by group and by source',
    commands: [
      ...WITH_ANOTHER_MACVLAN,
      ...[...SOME_LINKS, 'nosuch'].map((link) =>
        requests(
          ...[
            [],
            [bits(3, 5, 0)],
            [bits(3, 5, 2)],
            [bits(3, 5, 31)],
            [bits(3, 32, 32)],
            [bits(3, 5, 2), attribute(5, u32(0))],
            [bits(3, 5, 2), attribute(5, u32(1))],
            [bits(3, 5, 2), attribute(5, u32(3))],
            [attribute(4, [])],
          ].map((attributes) => request('do', STATISTICS, link, ...attributes)),
        ),
      ),
      requests(...['', 'v0', 'nosuch'].flatMap((link) => [request('dump', STATISTICS, link), request('dump', STATISTICS, link, bits(3, 5, 9))])),
      ...forEveryLink('--all-groups -S').map((command) => command.replace('--all-groups -S', '-S').concat(' --all-groups')),
      'ethtool -S v0 --groups eth-mac rmon',
      'ethtool -S v0 --groups nosuch',
      'ethtool -S nosuch --all-groups',
    ],
  },
  {
    name: 'clocks and what stamps are made of',
    commands: [
      ...WITH_ANOTHER_MACVLAN,
      ...SOME_LINKS.map((link) =>
        requests(
          request('do', TIMESTAMPS, link),
          request('do', TIMESTAMPS, link, attribute(7 | NESTED, CLOCK)),
          request('do', TIMESTAMPS, link, attribute(7 | NESTED, [])),
          request('do', TIMESTAMPS, link, attribute(7 | NESTED, attribute(1, u32(0)))),
          request('do', TIMESTAMPS, link, attribute(7 | NESTED, [...attribute(1, u32(0)), ...attribute(2, u32(2))])),
          request('do', 47, link, attribute(2 | NESTED, CLOCK)),
          request('do', 47, link, attribute(2 | NESTED, attribute(1, u32(0)))),
          request('do', 47, link, bits(3, 3, 1)),
          request('do', 47, link, bits(5, 3, 1)),
        ),
      ),
      requests(request('dump', TIMESTAMPS, ''), request('dump', TIMESTAMPS, 'v0'), request('dump', TIMESTAMPS, 'br0'), request('dump', TIMESTAMPS, 'nosuch')),
      requests(request('dump', TIMESTAMPS, '', attribute(7 | NESTED, CLOCK))),
    ],
  },
  {
    name: 'modules, flow control and tunnels asked in detail',
    commands: [
      ...WITH_ANOTHER_MACVLAN,
      requests(
        ...['lo', 'v0'].flatMap((link) => [
          request('do', 35, link, attribute(2, [1])),
          request('do', 35, link, attribute(2, [3])),
          request('do', 21, link, attribute(6, u32(1))),
          request('do', 21, link, attribute(6, u32(3))),
          request('do', 44, link, attribute(2, [0x78, 0])),
          request('do', 44, link, attribute(2, [0x78])),
          request('do', 37, link, attribute(3, u32(2))),
          request('do', 37, link, attribute(3, u32(4))),
          request('do', 40, link, attribute(5, u32(0))),
          request('do', 43, link, attribute(5, u32(59))),
          request('do', 27, link, attribute(2 | NESTED, attribute(1, u32(1)))),
          request('do', 20, link, attribute(29 | NESTED, attribute(1 | NESTED, attribute(1, u32(1))))),
          request('do', 20, link, attribute(29 | NESTED, attribute(1, u32(1)))),
        ]),
        request('dump', 21, '', attribute(6, u32(1))),
        request('dump', 28, ''),
        request('dump', 28, 'v0'),
        request('dump', 33, ''),
        request('dump', 34, ''),
      ),
    ],
  },
  {
    name: 'the family with its commands and all their policies',
    commands: [
      // Its number, and that of its group, depend on the families that came before.
      "genl ctrl get name ethtool | sed 's/ID: 0x[0-9a-f]*/ID/; s/ID-0x[0-9a-f]*  name/name/'",
      "genl ctrl policy name ethtool | sed 's/ID: 0x[0-9a-f]*/ID/'",
    ],
  },
];

/** Other clients of generic families. Numbers depend on the families that came before. */
const BY_OTHERS: readonly Scenario[] = [
  {
    name: 'libnl lists the families that are in every world, with commands and groups',
    needsProgram: 'LIBNL_TOOLS',
    commands: [
      "genl-ctrl-list -d | sed -n '/ ethtool version/,/grp monitor/p' | sed 's/^0x[0-9a-f]* //; s/(0x[0-9a-f]*)$//'",
      "genl-ctrl-list -d | sed -n '/ nlctrl version/,/grp notify/p'",
    ],
  },
  {
    name: 'pyroute2 asks the family',
    needsProgram: 'PYROUTE2_FAMILIES',
    commands: [...LINKS_OF_ALL_KINDS, `/usr/bin/python3 $PYROUTE2_FAMILIES ${EVERY_LINK.join(' ')} nosuch`],
  },
];

/** Debian's ethtool on links of the kinds that this kernel has, too. What bridges listen to is compared elsewhere. */
export const ETHTOOL: readonly Scenario[] = [...SCENARIOS, ...BY_NUMBER, ...BY_OTHERS].map((scenario: Omit<Scenario, 'needsProgram'> & Partial<Scenario>) => ({
  ...scenario,
  needsProgram: scenario.needsProgram ?? (scenario.commands.some((command) => command.includes('$ETHTOOL_REQUESTS')) ? 'ETHTOOL_REQUESTS' : 'ETHTOOL'),
  masks: ['order of notifications', 'multicast groups heard of'],
}));
