import { type Class, Errno, type Registration } from '@nlspace/core';
import test from 'ava';
import { doOperation, genericFamily } from '../src/index.js';
import { shelf } from './support/shelf-family.js';
import { FIRST, openWorld, type World } from './support/world.js';

const LAST = 0x3ff;

function familyOf(name: string, groups: readonly string[] = []): Class {
  return genericFamily({ name, groups, operations: { nothing: doOperation(1, shelf, {}, () => {}) } });
}

function numberOf({ domain }: World, name: string): number | undefined {
  return familiesOf({ domain }).find((family) => family.name === name)?.number;
}

function groupsOf(world: World, name: string): readonly number[] {
  return Object.values(familiesOf(world).find((family) => family.name === name)?.groups ?? {});
}

function familiesOf({ domain }: Pick<World, 'domain'>) {
  return domain.describe().protocols[0]?.families ?? [];
}

test('families are numbered from 0x13, and a number that has become free is not used again at once', async (t) => {
  const world = openWorld([familyOf('a'), familyOf('b')]);
  t.deepEqual([numberOf(world, 'a'), numberOf(world, 'b')], [FIRST, FIRST + 1]);
  const c = world.domain.register(familyOf('c'));
  await c.dispose();
  world.domain.register(familyOf('d'));
  t.is(numberOf(world, 'd'), FIRST + 3);
});

test('behind the last number comes the first that is free', async (t) => {
  const world = openWorld([familyOf('stays')]);
  for (let id = FIRST + 1; id <= LAST; id++) await world.domain.register(familyOf('passes')).dispose();
  world.domain.register(familyOf('next'));
  t.is(numberOf(world, 'next'), FIRST + 1);
});

test('when all numbers are taken registering says so, and works again when one is free', async (t) => {
  const world = openWorld();
  const registrations: Registration[] = [];
  for (let id = FIRST; id <= LAST; id++) registrations.push(world.domain.register(familyOf(`f${id}`)));
  t.throws(() => world.domain.register(familyOf('more')), {
    message: 'all 1005 numbers of generic families are taken',
  });
  await registrations[500]?.dispose();
  world.domain.register(familyOf('more'));
  t.is(numberOf(world, 'more'), FIRST + 500);
});

test('groups are numbered from 2 in a row, around those that are reserved', (t) => {
  const world = openWorld([familyOf('a', ['x', 'y']), familyOf('none'), familyOf('b', ['z'])]);
  t.deepEqual(groupsOf(world, 'nlctrl'), [16]);
  t.deepEqual(groupsOf(world, 'a'), [2, 3]);
  t.deepEqual(groupsOf(world, 'b'), [4]);
  world.domain.register(
    familyOf(
      'wide',
      Array.from({ length: 12 }, (_, index) => `g${index}`),
    ),
  );
  t.is(groupsOf(world, 'wide')[0], 19, 'twelve in a row do not fit before 16, 17 and 18');
  world.domain.register(familyOf('small', ['g']));
  t.deepEqual(groupsOf(world, 'small'), [5]);
});

test('groups that have become free are used again', async (t) => {
  const world = openWorld();
  await world.domain.register(familyOf('a', ['x', 'y'])).dispose();
  world.domain.register(familyOf('b', ['z']));
  t.deepEqual(groupsOf(world, 'b'), [2]);
});

test('groups 1 to 64 can be joined, whole words more when families bring more, never fewer', async (t) => {
  const world = openWorld();
  const socket = await world.open();
  const refused = async (group: number) =>
    t.is((await t.throwsAsync<Error & { errno: number }>(socket.joinGroup(group)))?.errno, Errno.EINVAL);
  for (const group of [1, 2, 16, 64]) await socket.joinGroup(group);
  for (const group of [0, 65]) await refused(group);
  const many = world.domain.register(
    familyOf(
      'many',
      Array.from({ length: 50 }, (_, index) => `g${index}`),
    ),
  );
  await socket.joinGroup(65);
  await socket.joinGroup(128);
  await refused(129);
  await many.dispose();
  world.domain.register(familyOf('few', ['one']));
  await socket.joinGroup(128);
  t.is((await socket.memberships()).length, 4);
});
