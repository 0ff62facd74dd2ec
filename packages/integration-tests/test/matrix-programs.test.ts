import type { Netlink } from '@nlspace/core';
import {
  compare,
  describeDifferences,
  inFreshNamespace,
  missingKernel,
  play,
  type Scenario,
  type World,
} from '@nlspace/testkit';
import { peerTest } from '@nlspace/transport-contract';
import { kernel } from '@nlspace/transport-kernel';
import { type RunOptions, run } from '@nlspace/transport-seccomp';
import test, { type ExecutionContext } from 'ava';
import { createNetlink, type Middleware, stack, vocabulariesOf } from 'nlspace';
import { nlspaceWorld } from '../src/index.js';
import { DOORS, type Door, MIDDLEWARE, through } from '../src/matrix.js';
import { eventually } from '../src/scenarios/waiting.js';
import { CONNECTED } from '../src/scenarios/worlds-begin.js';
import { takeTurn } from '../src/turns.js';

/** Requests, dumps, notifications, errors with texts, batches: what `ip` does in a day. */
const SCENARIO: Scenario = {
  name: 'a day of ip',
  commands: [
    ...CONNECTED,
    'ip link set lo up',
    'ip -br link',
    'ip link add v0 type dummy',
    'ip link add x type nosuchkind',
    'ip route add 192.0.2.0/24 via 10.0.0.9',
    'ip route add 192.0.2.0/24 via 10.0.0.9',
    'ip route add 198.51.100.0/24 via 172.31.0.1',
    'for net in $(seq 1 200); do echo "route add 172.16.$net.0/24 via 10.0.0.9"; done | ip -batch -',
    'ip route | sort | cksum',
    'ip -6 route',
    'ip route get 172.16.7.1',
    'ip nexthop add id 3 via 10.0.0.3 dev v0; ip route add 203.0.113.0/24 nhid 3; ip nexthop',
    'ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev v0; ip neigh show nud permanent',
    'ip rule add from 192.0.2.1 table 100; ip rule',
    'ip route flush 172.16.0.0/16; ip route',
    'timeout 60 ip monitor route > $SCRATCH/log & echo $! > $SCRATCH/pid',
    eventually(
      'ip route replace blackhole 10.9.0.0/24; ip route del blackhole 10.9.0.0/24; [ -s $SCRATCH/log ]',
    ),
    'ip route add 10.8.0.0/24 via 10.0.0.8; ip route change 10.8.0.0/24 via 10.0.0.7; ip route del 10.8.0.0/24',
    eventually('grep -q "^Deleted 10.8.0.0/24" $SCRATCH/log'),
    'grep 10.8.0.0 $SCRATCH/log; kill $(cat $SCRATCH/pid)',
    'ip link set v0 down; ip route',
    'ip link del v0; ip -br link',
  ],
};

/** Runs a program on something that has this middleware in it. */
type Assembly = (middleware: Middleware, argv: readonly string[], cwd: string) => Promise<void>;

function start(netlink: Netlink, argv: readonly string[], options: RunOptions) {
  return run(netlink, argv, { stdio: 'ignore', untilAllExit: true, ...options });
}

/** The program – doors – middleware – doors – a domain. */
function domainBehind(before: readonly Door[], behind: readonly Door[]): Assembly {
  return async (middleware, argv, cwd) => {
    const back = await through(createNetlink(), behind);
    const front = await through(middleware(back.netlink), before);
    try {
      await start(front.netlink, argv, { cwd });
    } finally {
      await front.close();
      await back.close();
    }
  };
}

const { direct, memory, unix } = DOORS;

const ASSEMBLIES: Readonly<Record<string, Assembly>> = {
  'on a domain': domainBehind([direct], [direct]),
  'on a domain behind memory': domainBehind([direct], [memory]),
  'on a domain behind a Unix-domain socket': domainBehind([direct], [unix]),
  'in front of a domain, behind a Unix-domain socket': domainBehind([unix], [direct]),
  'on the real kernel': async (middleware, argv, cwd) => {
    const netlink = middleware(kernel({ keepsAlive: false }));
    await start(netlink, inFreshNamespace(argv), { cwd, sideChannels: 'host' });
  },
};

const words = vocabulariesOf(createNetlink());
const LAYERS: Readonly<Record<string, Middleware>> = {
  ...Object.fromEntries(Object.entries(MIDDLEWARE).map(([name, make]) => [name, make(words)])),
  'all middleware': (inner) =>
    stack(
      inner,
      Object.values(MIDDLEWARE).map((make) => make(words)),
    ),
  'all middleware, the other way round': (inner) =>
    stack(
      inner,
      Object.values(MIDDLEWARE)
        .map((make) => make(words))
        .reverse(),
    ),
};

const noKernel = await missingKernel();
const expected = noKernel === undefined ? play(SCENARIO, nlspaceWorld) : Promise.resolve([]);

for (const [place, assemble] of Object.entries(ASSEMBLIES)) {
  for (const [name, middleware] of Object.entries(LAYERS)) {
    const world: World = { name, run: (argv, cwd) => assemble(middleware, argv, cwd) };
    const body = async (t: ExecutionContext) => {
      const actual = await takeTurn(() => play(SCENARIO, world));
      t.is(describeDifferences(compare(SCENARIO, await expected, actual)), '');
    };
    peerTest(test, noKernel, `${name} ${place} changes nothing for ip`, body, test);
  }
}
