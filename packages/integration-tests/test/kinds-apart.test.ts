// Kinds that the kernel which everything else is compared with has not: `ip` makes, shows and changes them on nlspace. What is
// expected is what `ip` prints of Linux's answers (linux/if_link.h, linux/if_bonding.h, the kernel's sources).
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { conditionalTest, peerTest } from '../src/index.js';
import { eventually } from '../src/scenarios/waiting.js';

const NLSPACE = fileURLToPath(new URL('../../../nlspace/bin/nlspace.js', import.meta.url));

/** What a program prints, lines without white space at their ends; of links without what all links say. */
function printed(script: string): Promise<string[]> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [NLSPACE, 'run', '--', 'sh', '-c', `exec 2>&1\n${script}`],
      (_error, stdout) => {
        const lines = stdout.split('\n').map((line) => line.trimEnd().replace(/ addrgenmode .*$/, ''));
        resolve(lines.filter((line) => line !== ''));
      },
    );
  });
}

const MAC = 'address 02:00:00:00:00:1';

test('a VRF: its rule, its ports, their routes, and what is found through it', async (t) => {
  const lines = await printed(`
    ip link add red ${MAC}0 type vrf table 10
    ip link add d0 ${MAC}1 type dummy
    ip addr add 192.0.2.1/24 dev d0
    ip link set red up; ip link set d0 up
    ip link set d0 master red
    ip rule
    ip -6 rule
    ip vrf show
    ip -d link show red
    ip -d link show vrf red
    ip route show; ip route show table local
    ip route show vrf red
    ip route add 198.51.100.0/24 via 192.0.2.9 vrf red
    ip route get vrf red 198.51.100.1
    ip route get vrf red 192.0.2.1
    ip route get 198.51.100.1
    ip route get vrf red 203.0.113.1
    ip -6 route show table 10
    ip -6 route get fe80::1 oif d0
    ip -6 route get fe80::1 oif red`);
  t.deepEqual(lines, [
    '0:\tfrom all lookup local',
    '1000:\tfrom all lookup [l3mdev-table]',
    '32766:\tfrom all lookup main',
    '32767:\tfrom all lookup default',
    '0:\tfrom all lookup local',
    '1000:\tfrom all lookup [l3mdev-table]',
    '32766:\tfrom all lookup main',
    'Name              Table',
    '-----------------------',
    'red                 10',
    '2: red: <NOARP,MASTER,UP,LOWER_UP> mtu 65575 qdisc noqueue state UP mode DEFAULT group default qlen 1000',
    '    link/ether 02:00:00:00:00:10 brd ff:ff:ff:ff:ff:ff promiscuity 0  allmulti 0 minmtu 1280 maxmtu 65575',
    '    vrf table 10',
    '3: d0: <BROADCAST,NOARP,UP,LOWER_UP> mtu 1500 qdisc noqueue master red state UNKNOWN mode DEFAULT group default qlen 1000',
    '    link/ether 02:00:00:00:00:11 brd ff:ff:ff:ff:ff:ff promiscuity 0  allmulti 0 minmtu 0 maxmtu 0',
    '    dummy',
    '    vrf_slave table 10',
    '192.0.2.0/24 dev d0 proto kernel scope link src 192.0.2.1',
    `198.51.100.1 via 192.0.2.9 dev d0 table 10 src 192.0.2.1 uid ${process.getuid?.()}`,
    '    cache',
    `local 192.0.2.1 dev red table 10 src 192.0.2.1 uid ${process.getuid?.()}`,
    '    cache <local>',
    'RTNETLINK answers: Network is unreachable',
    'RTNETLINK answers: Network is unreachable',
    'local fe80::ff:fe00:11 dev d0 proto kernel metric 0 pref medium',
    'fe80::/64 dev d0 proto kernel metric 256 pref medium',
    'multicast ff00::/8 dev d0 proto kernel metric 256 pref medium',
    'fe80::1 from :: dev d0 table 10 proto kernel src fe80::ff:fe00:11 metric 256 pref medium',
    'RTNETLINK answers: Network is unreachable',
  ]);
});

test('what cannot be with VRFs is refused as by the kernel', async (t) => {
  const lines = await printed(`
    ip link add red type vrf
    ip link add red type vrf table 0
    ip link add red type vrf table 10
    ip link set red type vrf table 11
    ip link set lo master red
    ip link add blue type vrf table 11
    ip link set blue master red
    ip link add v0 link red type vlan id 4`);
  t.deepEqual(lines, [
    'Error: VRF table id is missing.',
    'Error: Invalid VRF table id.',
    'RTNETLINK answers: Operation not supported',
    'Error: Can not enslave loopback device to a VRF.',
    'Error: Can not enslave an L3 master device to a VRF.',
    'Error: 8021q: VLANs not supported on device.',
  ]);
});

test('ipvlans share mode, flags and MAC address, and share no IP address', async (t) => {
  const lines = await printed(`
    ip link add d0 ${MAC}0 type dummy
    ip link add i0 link d0 type ipvlan
    ip link add i1 link i0 type ipvlan mode l3s vepa
    ip link set d0 up; ip link set i0 up
    ip -d link show i0
    ip addr add 192.0.2.1/24 dev i0
    ip addr add 192.0.2.1/24 dev i1
    ip -br -6 addr show i0
    ip link set i0 address 02:00:00:00:00:99
    ip link add m0 link d0 type macvlan
    ip link add link lo type ipvlan
    ip link del d0
    ip -br link | wc -l`);
  t.deepEqual(lines, [
    '3: i0@d0: <BROADCAST,MULTICAST,NOARP,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP mode DEFAULT group default qlen 1000',
    '    link/ether 02:00:00:00:00:10 brd ff:ff:ff:ff:ff:ff promiscuity 0  allmulti 0 minmtu 68 maxmtu 65535',
    '    ipvlan  mode l3s vepa',
    'Error: Address already assigned to an ipvlan device.',
    'i0@d0            UP             fe80::200:0:100:10/64',
    'RTNETLINK answers: Operation not supported',
    'RTNETLINK answers: Device or resource busy',
    'RTNETLINK answers: Invalid argument',
    '1',
  ]);
});

const notRoot = process.getuid?.() === 0 ? undefined : 'needs root';

conditionalTest(test, notRoot, 'links on another link say in which namespace that is', async (t) => {
  const lines = await printed(`
    ip netns add apart-$$; trap "ip netns del apart-$$" EXIT
    ip link add d0 ${MAC}0 type dummy
    ip link add i0 link d0 netns apart-$$ type ipvlan
    ip link add d2 ${MAC}3 type dummy
    ip link add m0 link d2 ${MAC}1 type macvlan
    ip link add x0 type vxlan id 5 dstport 4789
    ip link add d1 ${MAC}2 type dummy
    ip link add w0 link d1 type vlan id 5
    for one in m0 x0 w0; do ip link set $one netns apart-$$; done
    ip -n apart-$$ -o link | sed 's/: <.*//'
    ip -n apart-$$ link show m0 | grep -o 'link-netnsid.*'
    ip -n apart-$$ link show x0 | grep -o 'link-netnsid.*'
    ip link del d0
    ip -n apart-$$ -o link | sed 's/: <.*//'`);
  t.deepEqual(lines, [
    '1: lo',
    '2: i0@if2',
    '4: m0@if3',
    '5: x0@if5',
    '7: w0@if6',
    'link-netnsid 0',
    'link-netnsid 0',
    '1: lo',
    '4: m0@if3',
    '5: x0@if5',
    '7: w0@if6',
  ]);
});

/** Ends of two wires, the other ends of which are up. */
const WIRES = `
  ip link add v0 ${MAC}0 type veth peer name v1 ${MAC}1; ip link set v1 up
  ip link add w0 ${MAC}2 type veth peer name w1 ${MAC}3; ip link set w1 up`;

test('a bond: slaves, the active one, the primary, and what they get back', async (t) => {
  const lines = await printed(`${WIRES}
    ip link add b0 type bond mode active-backup miimon 100
    ip link set v0 master b0; ip link set w0 master b0; ip link set b0 up
    ip -d link show b0
    ip -d link show master b0
    ip link set v1 down
    ip -d link show b0 | grep -o 'active_slave .. '
    ip link set v1 up
    ip link set b0 type bond primary v0
    ip -d link show b0 | grep -o 'active_slave .. \\|primary .. '
    ip link set w0 type bond_slave prio 3 queue_id 2
    ip -d link show w0 | grep bond_slave
    ip link set b0 mtu 1400
    ip link set w0 nomaster
    ip link show w0
    ip link del b0
    ip -br link show v0`);
  t.deepEqual(lines, [
    '6: b0: <BROADCAST,MULTICAST,MASTER,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP mode DEFAULT group default qlen 1000',
    '    link/ether 02:00:00:00:00:10 brd ff:ff:ff:ff:ff:ff promiscuity 0  allmulti 0 minmtu 68 maxmtu 65535',
    '    bond mode active-backup active_slave v0 miimon 100 updelay 0 downdelay 0 peer_notify_delay 0 use_carrier 1 arp_interval 0 arp_missed_max 2 arp_validate none arp_all_targets any primary_reselect always fail_over_mac none xmit_hash_policy layer2 resend_igmp 1 num_grat_arp 1 all_slaves_active 0 min_links 0 lp_interval 1 packets_per_slave 1 lacp_active on lacp_rate slow ad_select stable tlb_dynamic_lb 1',
    '3: v0@v1: <BROADCAST,MULTICAST,SLAVE,UP,LOWER_UP> mtu 1500 qdisc noqueue master b0 state UP mode DEFAULT group default qlen 1000',
    '    link/ether 02:00:00:00:00:10 brd ff:ff:ff:ff:ff:ff promiscuity 0  allmulti 0 minmtu 68 maxmtu 65535',
    '    veth',
    '    bond_slave state ACTIVE mii_status UP link_failure_count 0 perm_hwaddr 02:00:00:00:00:10 queue_id 0 prio 0',
    '5: w0@w1: <BROADCAST,MULTICAST,SLAVE,UP,LOWER_UP> mtu 1500 qdisc noqueue master b0 state UP mode DEFAULT group default qlen 1000',
    '    link/ether 02:00:00:00:00:10 brd ff:ff:ff:ff:ff:ff promiscuity 0  allmulti 0 minmtu 68 maxmtu 65535',
    '    veth',
    '    bond_slave state BACKUP mii_status UP link_failure_count 0 perm_hwaddr 02:00:00:00:00:12 queue_id 0 prio 0',
    'active_slave w0',
    'active_slave v0',
    'primary v0',
    '    bond_slave state BACKUP mii_status UP link_failure_count 0 perm_hwaddr 02:00:00:00:00:12 queue_id 2 prio 3',
    '5: w0@w1: <BROADCAST,MULTICAST> mtu 1500 qdisc noqueue state DOWN mode DEFAULT group default qlen 1000',
    '    link/ether 02:00:00:00:00:12 brd ff:ff:ff:ff:ff:ff',
    'v0@v1            DOWN           02:00:00:00:00:10 <BROADCAST,MULTICAST>',
  ]);
});

test('what a bond does not take is refused as by the kernel', async (t) => {
  const lines = await printed(`${WIRES}
    ip link add b0 type bond mode active-backup updelay 100
    ip link add b0 type bond mode active-backup miimon 100 updelay 250
    ip -d link show b0 | grep -o 'updelay [0-9]*'
    ip link set b0 type bond lacp_rate fast
    ip link set b0 type bond lp_interval 0
    ip link set b0 type bond miimon 50 arp_interval 5
    ip link set b0 type bond use_carrier 0
    ip link set b0 master b0
    ip link set v0 up; ip link set v0 master b0
    ip link add m0 link w0 type macvlan; ip link set w0 master b0; ip link del m0
    ip link add red type vrf table 10; ip link set red master b0
    ip link set w0 master b0
    ip link set b0 type bond mode 802.3ad
    ip link set b0 type bond active_slave v0
    ip link set b0 up
    ip link set w0 nomaster
    ip link set b0 type bond mode 802.3ad
    ip link set w0 type bond_slave prio 1
    ip link set b0 netns $$`);
  t.deepEqual(lines, [
    'RTNETLINK answers: Operation not permitted',
    'updelay 200',
    'Error: option not supported in mode.',
    'Error: invalid option value.',
    'Error: ARP monitoring cannot be used with MII monitoring.',
    'Error: option obsolete, use_carrier cannot be disabled.',
    'Error: Cannot enslave bond to itself.',
    'Error: Device can not be enslaved while up.',
    'Error: Device is in use and cannot be enslaved.',
    'Error: Device type (master device) cannot be enslaved.',
    'Error: unable to set option because the bond device has slaves.',
    'Error: invalid option value.',
    'Error: unable to set option because the bond is up.',
    'RTNETLINK answers: Operation not supported',
  ]);
});

test('802.3ad on wires where nobody answers', async (t) => {
  const lines = await printed(`${WIRES}
    ip link add b0 type bond mode 802.3ad lacp_rate fast
    ip link set v0 master b0; ip link set w0 master b0; ip link set b0 up
    ip -d link show b0 | grep -o 'ad_aggregator.*ad_actor_system [0-9a-f:]*'
    ip -d link show master b0 | grep -o 'state .*bond_slave\\|bond_slave.*\\|ad_agg.*'
    ip link set b0 type bond min_links 2
    ip -br link show b0
    ip stats show dev b0 group xstats subgroup bond | head -2`);
  t.deepEqual(lines, [
    'ad_aggregator 1 ad_num_ports 1 ad_actor_key 15 ad_partner_key 1 ad_partner_mac 00:00:00:00:00:00 ad_actor_sys_prio 65535 ad_user_port_key 0 ad_actor_system 00:00:00:00:00:00',
    'bond_slave state ACTIVE mii_status UP link_failure_count 0 perm_hwaddr 02:00:00:00:00:10 queue_id 0 prio 0 ad_aggregator_id 1 ad_actor_oper_port_state 79 ad_actor_oper_port_state_str <active,short_timeout,aggregating,in_sync,defaulted> ad_partner_oper_port_state 1 ad_partner_oper_port_state_str <active>',
    'bond_slave state BACKUP mii_status UP link_failure_count 0 perm_hwaddr 02:00:00:00:00:12 queue_id 0 prio 0 ad_aggregator_id 2 ad_actor_oper_port_state 71 ad_actor_oper_port_state_str <active,short_timeout,aggregating,defaulted> ad_partner_oper_port_state 1 ad_partner_oper_port_state_str <active>',
    'b0               DOWN           02:00:00:00:00:10 <NO-CARRIER,BROADCAST,MULTICAST,MASTER,UP>',
    '6: b0: group xstats subgroup bond suite 802.3ad',
    '                    LACPDU Rx 0',
  ]);
});

const FRR = '/usr/lib/frr';
const noFrr = notRoot ?? (existsSync(`${FRR}/zebra`) ? undefined : 'there is no FRR');

peerTest(
  test,
  noFrr,
  "FRR's zebra and staticd keep a VRF: its links, routes in its table, and a link that goes to another",
  async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'nlspace-frr-vrf-'));
    t.teardown(() => rm(directory, { recursive: true, force: true }));
    const daemon = (name: string) =>
      `${FRR}/${name} -d -u frr -g frr -P 0 --vty_socket "$PWD" -z "$PWD/zserv.api" -f "$PWD/${name}.conf" -i "$PWD/${name}.pid" 2>/dev/null`;
    const ask = (command: string) =>
      `vtysh --vty_socket "$PWD" -c '${command}' | grep -v '^ *[A-Za-z] - \\|^Codes\\|^  *[A-Za-z>*]* - ' | sed 's/, [0-9:]*$//'`;
    const lines = await printed(`cd ${directory}
    ip link add red type vrf table 10; ip link add blue type vrf table 20; ip link set red up; ip link set blue up
    ${WIRES}
    ip addr add 10.0.0.1/24 dev v0; ip link set v0 master red; ip link set v0 up
    echo 'hostname zebra' > zebra.conf
    printf 'vrf red\\n ip route 192.0.2.0/24 10.0.0.2\\nexit-vrf\\n' > staticd.conf
    chmod 755 . && chown frr:frr .
    ${daemon('zebra')}
    ${daemon('staticd')}
    ${eventually('ip route show vrf red | grep -q nhid')}
    ip route show vrf red | sed 's/nhid [0-9]*/nhid N/'
    ${eventually(`vtysh --vty_socket "$PWD" -c 'show ip route vrf red' | grep -q 'S>.*192.0.2.0/24'`)}
    ${ask('show vrf')}
    ${ask('show ip route vrf red')}
    ip link set v0 master blue
    ${eventually(`vtysh --vty_socket "$PWD" -c 'show ip route vrf blue' | grep -q 10.0.0.0/24`)}
    ${ask('show ip route vrf blue')}
    kill $(cat staticd.pid); ${eventually('! kill -0 $(cat staticd.pid)')}
    kill $(cat zebra.pid); ${eventually('! kill -0 $(cat zebra.pid)')}`);
    t.deepEqual(lines, [
      '10.0.0.0/24 dev v0 proto kernel scope link src 10.0.0.1',
      '192.0.2.0/24 nhid N via 10.0.0.2 dev v0 proto static metric 20',
      'vrf blue id 3 table 20',
      'vrf red id 2 table 10',
      'VRF red:',
      'C>* 10.0.0.0/24 is directly connected, v0',
      'S>* 192.0.2.0/24 [1/0] via 10.0.0.2, v0, weight 1',
      'VRF blue:',
      'C>* 10.0.0.0/24 is directly connected, v0',
    ]);
  },
);
