import type { Scenario } from '@nlspace/testkit';
import { eventually } from './waiting.js';
import { CONNECTED } from './worlds-begin.js';

const tour = (part: string): string => `timeout 60 $GO_VISHVANANDA ${part}`;

/** A static Go program on vishvananda/netlink, the library of container networking. */
export const GO_LIBRARY: readonly Scenario[] = [
  {
    name: 'lists, adds, changes and deletes links',
    needsProgram: 'GO_VISHVANANDA',
    commands: [...CONNECTED, eventually('ip link show dev v1 | grep -q "state UP"'), tour('links'), 'ip link'],
  },
  {
    name: 'lists, adds and deletes addresses',
    needsProgram: 'GO_VISHVANANDA',
    commands: [...CONNECTED, tour('addresses')],
  },
  {
    name: 'lists, adds, changes and deletes routes',
    needsProgram: 'GO_VISHVANANDA',
    commands: [...CONNECTED, 'ip link set lo up', tour('routes')],
  },
  { name: 'keeps neighbours', needsProgram: 'GO_VISHVANANDA', commands: [...CONNECTED, tour('neighbours'), 'ip neigh'] },
  { name: 'keeps rules', needsProgram: 'GO_VISHVANANDA', commands: [...CONNECTED, tour('rules'), 'ip rule'] },
  { name: 'is told of what others change', needsProgram: 'GO_VISHVANANDA', commands: [...CONNECTED, tour('subscribe')] },
];
