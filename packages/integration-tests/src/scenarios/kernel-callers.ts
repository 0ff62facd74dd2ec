import type { Scenario } from '@nlspace/testkit';

const CALLER = '/usr/bin/python3 $KERNEL_CALLER';
const needsProgram = 'KERNEL_CALLER';

/** What a program sees of who it is to the kernel. A proxy has to take its place; a domain of ours is its own kernel. */
export const KERNEL_CALLERS: readonly Scenario[] = [
  { name: 'port IDs are those of the program', needsProgram, commands: [`${CALLER} port`] },
  {
    name: 'who lays down its capabilities keeps none on the sockets that it has',
    needsProgram,
    commands: [`${CALLER} drop`, 'ip link show lo'],
  },
  {
    name: 'descriptors in requests are those of the program, whatever their numbers',
    needsProgram,
    // Numbers of namespaces that are gone are given again, sooner or later.
    masks: ['mac', 'moment of notifications'],
    commands: [`${CALLER} descriptor`],
  },
  { name: 'errors quote what was sent', needsProgram, commands: [`${CALLER} quoted`] },
  { name: 'programs send to each other, and wait for room', needsProgram, commands: [`${CALLER} peers`] },
  { name: 'an overrun is told once, at its time', needsProgram, commands: [`${CALLER} overrun`] },
  { name: 'small readers are never cut off', needsProgram, commands: [`${CALLER} reading`] },
  {
    name: 'other users may look but not change',
    needsRoot: true,
    commands: [
      'setpriv --reuid 65534 --regid 65534 --clear-groups ip link set lo mtu 1400',
      'setpriv --reuid 65534 --regid 65534 --clear-groups ip link show lo',
      'setpriv --inh-caps=-all --bounding-set=-net_admin ip link set lo mtu 1400',
      'ip link show lo',
    ],
  },
  {
    name: 'root of another user namespace is nobody in this network namespace, and root in its own',
    needsRoot: true,
    commands: [
      'unshare -U -r ip link set lo mtu 1400',
      'unshare -U -r -n ip link set lo mtu 1400',
      "unshare -U -r -n sh -c 'ip link set lo mtu 1400; ip link show lo; unshare -U -r ip link set lo mtu 1300; ip link show lo'",
      'ip link show lo',
    ],
  },
  {
    name: 'processes in requests are numbered as the program numbers them',
    masks: ['mac'],
    commands: [
      [
        "unshare -p -f --mount-proc sh -c '",
        'unshare -n sleep 60 & other=$!;',
        'until [ "$(readlink /proc/$other/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done;',
        'ip link add v0 type veth peer name v1; ip link set v1 netns $other; ip link;',
        'nsenter -t $other -n ip link; ip link add w0 type veth peer name w1 netns $other; nsenter -t $other -n ip link;',
        "ip link del v0; ip link del w0; kill $other'",
      ].join(' '),
    ],
  },
  {
    name: 'what is asked beside netlink is about the namespace of the program',
    needsProgram,
    masks: ['mac'],
    commands: [
      'ip link add v0 type veth peer name v1',
      `${CALLER} interfaces`,
      "unshare -n sh -c 'ip link add only0 type veth peer name only1; /usr/bin/python3 $KERNEL_CALLER interfaces'",
    ],
  },
];
