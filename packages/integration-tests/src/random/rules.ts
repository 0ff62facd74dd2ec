import { type Choices, type Command, LINKS, link, type WeightedCommands } from './choices.js';
import { protocol } from './routes.js';

const preference: Command = (c) =>
  `pref ${c.oneOrOdd(['5', '10', '10', '20', '30', '40'], 5, ['0', '32766', '32767', '4294967295'])}`;
const from4: Command = (c) =>
  c.oneOrOdd(['10.0.0.0/8', '10.0.0.1', '192.0.2.0/24'], 5, ['0.0.0.0/0', 'all', '10.1.2.3/8']);
const from6: Command = (c) =>
  c.oneOrOdd(['2001:db8::/32', '2001:db8::1'], 5, ['::/0', 'all', '2001:db8::1/32']);

/**
 * The user namespace in which an ordinary user has a kernel of its own knows only root, which that user is there; on
 * nlspace it is itself, so that rules for root mean it on one side only.
 */
const isRoot = process.getuid?.() === 0;
const USERS = isRoot ? ['1000', '7'] : ['0'];
const USER_RANGES = isRoot ? ['1000-1999', '7-7', '5-4'] : ['5-4'];

const selectors = (c: Choices, isIpv6: boolean): string =>
  [
    c.maybe(5, () => 'not'),
    c.maybe(30, () => `from ${(isIpv6 ? from6 : from4)(c)}`),
    c.maybe(20, () => `to ${(isIpv6 ? from6 : from4)(c)}`),
    c.maybe(40, () => `fwmark ${c.oneOrOdd(['1', '2', '0x10/0xf0'], 5, ['0/0', '0xffffffff', '7/0'])}`),
    c.maybe(15, () => `iif ${c.one([...LINKS, 'lo', 'nobody'])}`),
    c.maybe(15, () => `oif ${c.one([...LINKS, 'nobody'])}`),
    c.maybe(8, () => `tos ${c.oneOrOdd(['0x10', '0x08'], 20, ['0x03', '0xff'])}`),
    c.maybe(8, () => `uidrange ${c.one(USER_RANGES)}`),
    c.maybe(12, () => `ipproto ${c.one(['tcp', 'udp', '99', 'icmp'])}`),
    c.maybe(8, () => `dport ${c.one(['80', '80-90', '0', '9-5'])}`),
    c.maybe(8, () => `sport ${c.one(['1000-2000', '53'])}`),
    c.maybe(3, () => 'tun_id 5'),
    c.maybe(3, () => 'l3mdev'),
    c.maybe(5, () => protocol(c).replace('proto', 'protocol')),
  ].join('');

const action: Command = (c) =>
  c.one([
    () => `table ${c.oneOrOdd(['100', '1000', 'main'], 5, ['0', 'local', '4294967295'])}`,
    () => `table ${c.one(['100', 'main'])} suppress_prefixlength ${c.one(['0', '24', '200'])}`,
    () => `table 100 suppress_ifgroup ${c.one(['7', '0'])}`,
    () =>
      c.one([
        'blackhole',
        'prohibit',
        'unreachable',
        'nop',
        'goto 30',
        'goto 40',
        'goto 5',
        'l3mdev',
        'throw',
      ]),
    () => `table 100 realms ${c.one(['5', '3/7'])}`,
  ])();

const rule: Command = (c) => {
  const isIpv6 = c.one([true, false]);
  const ip = isIpv6 ? 'ip -6' : 'ip';
  return c.one([
    () => `${ip} rule add${selectors(c, isIpv6)} ${c.maybe(60, () => preference(c))} ${action(c)}`,
    () => `${ip} rule add${selectors(c, isIpv6)} ${c.maybe(60, () => preference(c))} ${action(c)}`,
    () => `${ip} rule del ${preference(c)}`,
    () =>
      `${ip} rule del${selectors(c, isIpv6)}${c.maybe(30, () => preference(c))}${c.maybe(50, () => action(c))}`,
    () =>
      `${ip} rule ${c.oneOrOdd(['show table 100', 'show iif v0', 'show fwmark 1', 'flush table 1000', 'show'], 10, ['flush'])}`,
  ])();
};

const tableRoute: Command = (c) =>
  c.one([
    () =>
      `ip route ${c.one(['add', 'replace', 'del'])} ${c.one(['default', '192.0.2.0/24', '192.0.2.0/25'])} via ${c.one(['10.0.0.2', '10.1.0.2'])} table ${c.one(['100', '1000', 'main'])}${c.maybe(15, () => `realm ${c.one(['5', '8/9'])}`)}`,
    () =>
      `ip -6 route ${c.one(['add', 'replace', 'del'])} ${c.one(['default', '2001:db8:a::/48', '2001:db8:a::/64'])} via ${c.one(['2001:db8::2', '2001:db8:1::2'])} table ${c.one(['100', '1000', 'main'])}`,
    () =>
      `ip ${c.one(['-4', '-6'])} route ${c.one(['add', 'del'])} ${c.one(['blackhole', 'throw', 'prohibit'])} default table ${c.one(['100', '1000'])}`,
  ])();

const lookup: Command = (c) => {
  const rest = (isIpv6: boolean): string =>
    [
      c.maybe(20, () => `from ${isIpv6 ? '2001:db8::1' : c.one(['10.0.0.1', '10.1.0.1'])}`),
      c.maybe(50, () => `mark ${c.one(['1', '2', '0x11'])}`),
      c.maybe(15, () => `oif ${link(c)}`),
      c.maybe(15, () => `uid ${c.one(USERS)}`),
      c.maybe(15, () => `ipproto ${c.one(['tcp', 'udp'])} dport ${c.one(['80', '81'])}`),
      c.maybe(15, () => `tos ${c.one(['0x10', '0x08'])}`),
    ].join('');
  return c.one([
    () => `ip route get ${c.one(['192.0.2.1', '8.8.8.8', '192.0.2.200', '10.1.0.7'])}${rest(false)}`,
    () => `ip -6 route get ${c.one(['2001:db8:a::1', '2001:4860::8', '2001:db8:1::7'])}${rest(true)}`,
  ])();
};

const linkChange: Command = (c) =>
  c.one([
    () => `ip link set ${link(c)} ${c.one(['up', 'up', 'down'])}`,
    () => `ip link set ${link(c)} group ${c.one(['7', '0'])}`,
  ])();

export const RULE_COMMANDS: WeightedCommands = [
  [6, rule],
  [2, tableRoute],
  [3, lookup],
  [1, linkChange],
];
