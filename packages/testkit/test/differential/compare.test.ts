import test from 'ava';
import { type Answer, compare, type Scenario } from '../../src/index.js';

const scenario: Scenario = { name: 'any', commands: [] };
const answer = (stdout: string, over: Partial<Answer> = {}): Answer => ({
  command: 'ip -j -d link show',
  stdout,
  stderr: '',
  status: 0,
  notifications: [],
  ...over,
});

test('equal answers have no differences', (t) => {
  t.deepEqual(compare(scenario, [answer('[{"mtu":1500}]')], [answer('[{"mtu":1500}]')]), []);
});

test('a difference in JSON names the field', (t) => {
  const [difference] = compare(scenario, [answer('[{"mtu":1500}]')], [answer('[{"mtu":1400}]')]);
  t.deepEqual(difference?.lines, ['-   "mtu": 1500', '+   "mtu": 1400']);
});

test('a line that only one world prints is the only difference', (t) => {
  const [difference] = compare(
    scenario,
    [answer('a\nb\nc', { command: 'ip route' })],
    [answer('a\nc', { command: 'ip route' })],
  );
  t.deepEqual(difference?.lines, ['- b']);
});

test('exit status and error text count', (t) => {
  const differences = compare(
    scenario,
    [answer('', { stderr: 'File exists', status: 2 })],
    [answer('', { stderr: 'No such process', status: 1 })],
  );
  t.deepEqual(
    differences.map(({ aspect }) => aspect),
    ['stderr', 'status'],
  );
});

test('remaining lifetimes may count down a little', (t) => {
  const seconds = (n: number) => answer(`  valid_lft ${n}sec preferred_lft forever`, { command: 'ip addr' });
  t.deepEqual(compare(scenario, [seconds(1000)], [seconds(998)]), []);
  t.is(compare(scenario, [seconds(1000)], [seconds(900)]).length, 1);
});

test('MAC addresses count unless the scenario masks them', (t) => {
  const mac = (address: string) =>
    answer(`link/ether ${address} brd ff:ff:ff:ff:ff:ff`, { command: 'ip link' });
  t.is(compare(scenario, [mac('02:00:00:00:00:01')], [mac('02:00:00:00:00:02')]).length, 1);
  t.deepEqual(
    compare({ ...scenario, masks: ['mac'] }, [mac('02:00:00:00:00:01')], [mac('02:00:00:00:00:02')]),
    [],
  );
});

test('a command that never ran in the second world is a difference', (t) => {
  t.is(compare(scenario, [answer('')], []).length, 1);
});

test('lists that have nothing in common are compared at their beginning', (t) => {
  const lines = (word: string) =>
    answer(Array.from({ length: 100_000 }, (_, n) => `${word} ${n}`).join('\n'), { command: 'ip route' });
  const [difference] = compare(scenario, [lines('a')], [lines('b')]);
  t.is(difference?.lines.length, 4_000);
  t.is(difference?.lines[0], '- a 0');
});
