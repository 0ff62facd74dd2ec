import test from 'ava';
import { Memberships } from '../../src/multicast/memberships.js';
import { MulticastGroups } from '../../src/multicast/multicast-groups.js';

test('a group is a bit, group 1 the lowest of the first word', (t) => {
  const memberships = new Memberships(() => 40);
  for (const group of [1, 32, 33, 40]) memberships.set(group, true);
  t.deepEqual([...memberships.words()], [0x80000001, 0x81]);
  t.is(memberships.firstWord, 0x80000001);
  t.deepEqual([...memberships.groups()], [1, 32, 33, 40]);
  memberships.set(32, false);
  t.false(memberships.has(32));
  t.true(memberships.has(33));
});

test('a protocol without groups still has a word', (t) => {
  t.deepEqual([...new Memberships(() => 0).words()], [0]);
});

test('members come in the order of joining, once, until they leave', (t) => {
  const groups = new MulticastGroups<string>();
  for (const name of ['a', 'b', 'a']) groups.join(3, name);
  t.deepEqual([...groups.members(3)], ['a', 'b']);
  groups.leave(3, 'a');
  groups.leave(4, 'a');
  t.true(groups.hasMembers(3));
  groups.leave(3, 'b');
  t.false(groups.hasMembers(3));
});
