import { type Command, LINKS, type WeightedCommands } from './choices.js';
import { macAddress, made } from './links.js';

/** Stand for names that are unique on the machine. */
export const NAMESPACES = ['ns-a', 'ns-b'];
const HERE = 'here';
const NAMES = [...LINKS, 'x0', 'x1', 'm0'];

const place: Command = (c) => c.one([HERE, ...NAMESPACES]);
const ip = (where: string): string => (where === HERE ? 'ip' : `ip -n ${where}`);
const link: Command = (c) => c.one([...LINKS, ...NAMES]);
/** The player, whose namespace is the first one, has started the shell. */
const target = (where: string): string => (where === HERE ? 'netns $PPID' : `netns ${where}`);

/** With `lo` up there are routing tables, whose absence is a known difference. */
export const NAMESPACE_WORLD = NAMESPACES.flatMap((name) => [
  `ip netns add ${name}`,
  `ip -n ${name} link set lo up`,
]);
export const NAMESPACE_END = NAMESPACES.map((name) => `ip netns del ${name}`);

/** Asking for a link makes the kernel finish what its carrier brings; the player does so in the first namespace only. */
const SETTLED = NAMESPACES.map(
  (name) => `printf 'link show dev %s\\n' ${NAMES.join(' ')} | ip -n ${name} -force -batch - >/dev/null 2>&1`,
).join('; ');
const settled = (command: string): string => `${command}; status=$?; ${SETTLED}; exit $status`;

const moving: Command = (c) => {
  const [from, to] = [place(c), place(c)];
  const name = link(c);
  const newName = c.maybe(15, () => `name ${c.one(['x0', 'v1', 'lo'])}`);
  const move = `${ip(from)} link set ${name} ${target(to)}${newName}${c.maybe(10, () => 'mtu 1400')}${c.maybe(10, () => `index ${c.one(['3', '40'])}`)}`;
  const arrived = newName === '' ? name : newName.trim().slice('name '.length);
  return settled(`${move} && ${ip(to)} link set ${arrived} addrgenmode none`);
};

const making: Command = (c) => {
  const [where, other] = [place(c), place(c)];
  return c.one([
    () => {
      const peerTarget = other === where ? '' : ` ${target(other)}`;
      return `${ip(where)} link add x0 address ${macAddress(c)} type veth peer name x1 address ${macAddress(c)}${peerTarget} && ${ip(where)} link set x0 addrgenmode none && ${ip(other)} link set x1 addrgenmode none`;
    },
    () =>
      `${ip(where)} link add x0 ${target(other)} address ${macAddress(c)} type veth peer name x1 address ${macAddress(c)} && ${ip(other)} link set x0 addrgenmode none && ${ip(where)} link set x1 addrgenmode none`,
    () => made(`ip link add m0 address ${macAddress(c)} link ${link(c)} type macvlan mode bridge`, 'm0'),
    () => `${ip(where)} link del ${link(c)}`,
  ])();
};

const changing: Command = (c) => {
  const where = place(c);
  return c.one([
    () => settled(`${ip(where)} link set ${link(c)} ${c.one(['up', 'up', 'down'])}`),
    () => settled(`${ip(where)} link set ${link(c)} ${c.one(['up', 'up', 'down'])}`),
    () =>
      `${ip(where)} link set ${link(c)} ${c.one(['mtu 1400', 'alias words', 'group 7', 'promisc on', 'promisc off', `address ${macAddress(c)}`])}`,
    () => `${ip(where)} link property ${c.one(['add', 'del'])} dev ${link(c)} altname other`,
    () => `${ip(where)} link set ${link(c)} name ${c.one(['x0', 'x1', 'v1'])}`,
    () => settled(`${ip(where)} link set lo ${c.one(['up', 'down'])}`),
  ])();
};

const addressing: Command = (c) => {
  const where = place(c);
  return c.one([
    () =>
      `${ip(where)} addr ${c.one(['add', 'add', 'del'])} ${c.one(['10.0.0.1/24', '10.0.0.2/24', '10.5.0.1/24'])} dev ${link(c)}`,
    () => `${ip(where)} addr add ${c.one(['2001:db8::1/64', '2001:db8::2/64'])} dev ${link(c)} nodad`,
    () =>
      `${ip(where)} route ${c.one(['add', 'replace', 'del'])} 192.0.2.0/24 ${c.one(['via 10.0.0.9', `dev ${link(c)}`])}`,
    () => `${ip(where)} nexthop ${c.one(['add', 'replace', 'del'])} id 1 via 10.0.0.9 dev ${link(c)}`,
    () => `${ip(where)} rule ${c.one(['add', 'del'])} ${c.one(['iif', 'oif'])} ${link(c)} table 100 pref 5`,
    () => `${ip(where)} neigh replace 10.0.0.9 lladdr 02:00:00:00:00:09 dev ${link(c)} nud permanent`,
    () => `${ip(where)} route get fibmatch ${c.one(['10.0.0.7', '192.0.2.1'])}`,
  ])();
};

const numbering: Command = (c) => {
  const where = place(c);
  return c.one([
    () => `${ip(where)} netns set ${c.one(NAMESPACES)} ${c.one(['7', '8', 'auto', '0'])}`,
    () => `${ip(where)} netns list-id ${c.one(['', 'nsid 7', 'target-nsid 7', 'target-nsid 0'])} 2>/dev/null`,
    () => `ip link ${c.one(['show', 'set'])} ${link(c)}`,
  ])();
};

export const NAMESPACE_COMMANDS: WeightedCommands = [
  [5, moving],
  [2, making],
  [5, changing],
  [4, addressing],
  [1, numbering],
];
/** What ip says of names that others take away meanwhile is not looked at. */
export const NAMESPACE_PROBES = ['ip', ...NAMESPACES.map((name) => `ip -n ${name}`)].flatMap((one) => [
  `${one} -d -force -batch - 2>/dev/null <<END\nlink\naddr\nroute show table all\nnexthop\nrule\nEND`,
  `${one} neigh show nud all 2>/dev/null`,
]);
