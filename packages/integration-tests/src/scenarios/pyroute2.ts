import type { Scenario } from '@nlspace/testkit';
import { CONNECTED } from './worlds-begin.js';

const tour = (part: string): string => `timeout 60 $PYROUTE2 ${part}`;

/** A Python program on pyroute2: IPRoute and the database that it keeps of a network, NDB. */
export const PYROUTE2: readonly Scenario[] = [
  {
    name: 'lists links, addresses and routes',
    needsProgram: 'PYROUTE2',
    commands: [
      ...CONNECTED,
      'ip link set lo up',
      'ip route add 192.0.2.0/24 via 10.0.0.2 metric 7',
      'ip route add 198.51.100.0/24 nexthop via 10.0.0.2 nexthop via 10.0.0.3 weight 4',
      'ip -6 route add 2001:db8:a::/48 via 2001:db8::2',
      tour('links'),
      tour('addresses'),
      tour('routes'),
    ],
  },
  {
    name: 'changes links, addresses and routes',
    needsProgram: 'PYROUTE2',
    commands: [...CONNECTED, 'ip link set lo up', tour('change'), 'ip route show table all'],
  },
  { name: 'keeps neighbours', needsProgram: 'PYROUTE2', commands: [...CONNECTED, tour('neighbours'), 'ip neigh'] },
  { name: 'keeps rules', needsProgram: 'PYROUTE2', commands: [...CONNECTED, tour('rules'), 'ip rule'] },
  { name: 'is told of what others change', needsProgram: 'PYROUTE2', commands: [...CONNECTED, tour('subscribe')] },
  { name: 'has a database of the network, and changes the network through it', needsProgram: 'PYROUTE2', commands: [...CONNECTED, tour('ndb')] },
];
