import type { Scenario } from '@nlspace/testkit';

/** NETLINK_GENERIC: what both worlds have is nlctrl. */
export const GENERIC: readonly Scenario[] = [
  {
    name: 'nlctrl as genl sees it',
    commands: [
      'genl ctrl get name nlctrl',
      'genl ctrl get id 0x10',
      'genl ctrl get id 16',
      'genl ctrl get name nosuch',
      'genl ctrl get id 0x3ff',
      'genl ctrl get name a-name-that-is-too-long',
      'genl ctrl policy name nlctrl',
      'genl ctrl policy id 0x10',
      'genl ctrl policy name nosuch',
      'genl ctrl policy id 0x3ff',
      'genl ctrl list | sed -n 1,16p',
    ],
  },
  {
    name: 'nlctrl as libnl sees it',
    needsProgram: 'LIBNL_TOOLS',
    commands: ['genl-ctrl-list -d | sed -n 1,5p', 'genl-ctrl-list -d | grep -c nlctrl'],
  },
  {
    name: 'families that neither world has',
    commands: ['ip fou show', 'ip macsec show', 'ip ila list', 'ip l2tp show tunnel'],
  },
];
