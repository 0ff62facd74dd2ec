import type { Scenario } from '@nlspace/testkit';

/** Names under /run/netns are the machine's, so that each scenario has its own. */
const A = 'nlspace-a';
const B = 'nlspace-b';

/** Network namespaces as ip-netns(8) makes them; each has links of its own, and numbers for the others. */
export const NAMESPACES: readonly Scenario[] = [
  {
    name: 'a network namespace begins with lo and keeps what is made in it',
    needsRoot: true,
    masks: ['mac'],
    commands: [
      `ip netns add ${A}`,
      `ip -n ${A} -d link`,
      `ip netns exec ${A} ip link add v0 type veth peer name v1`,
      `ip -n ${A} addr add 192.0.2.1/24 dev v0`,
      `ip -n ${A} link set lo up`,
      `ip -n ${A} addr`,
      `ip -n ${A} route show table all`,
      'ip link',
      `ip netns del ${A}`,
    ],
  },
  {
    name: 'namespaces are numbered by request, each number once',
    needsRoot: true,
    commands: [
      `ip netns add ${A}; ip netns add ${B}`,
      'ip netns list-id',
      `ip netns set ${A} 7`,
      `ip netns set ${A} 8`,
      `ip netns set ${B} 7`,
      `ip netns set ${B} auto`,
      'ip netns list-id',
      'ip netns list-id nsid 7',
      'ip netns list-id nsid 9',
      `ip -n ${A} netns list-id`,
      `ip -n ${A} netns set ${B} 3`,
      `ip netns list-id target-nsid 7`,
      `ip netns list-id target-nsid 99`,
      `ip netns list | grep nlspace-`,
      `ip netns del ${A}; ip netns del ${B}`,
    ],
  },
];
