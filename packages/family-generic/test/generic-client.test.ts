import { Errno, type NetlinkError } from '@nlspace/core';
import test from 'ava';
import { GenericClient } from '../src/index.js';
import { BoxFamily, box, ShelfCommand, ShelfFamily, shelf } from './support/shelf-family.js';
import { openWorld } from './support/world.js';

test('a family that is not there is named', async (t) => {
  const opening = GenericClient.open(openWorld().domain, 'shelf', { message: shelf });
  const error = await t.throwsAsync<NetlinkError>(opening);
  t.is(error?.errno, Errno.ENOENT);
  t.is(error?.text, 'there is no generic family shelf');
});

test('requests, replies, dumps and notifications are typed by the message', async (t) => {
  const { domain } = openWorld([ShelfFamily]);
  await using client = await GenericClient.open(domain, 'shelf', { message: shelf });
  t.deepEqual(
    [...client.groups],
    [
      ['changes', 2],
      ['alarms', 3],
    ],
  );
  const changes = await client.subscribe('changes');
  t.deepEqual(await client.do(ShelfCommand.Put, { attributes: { title: 'a', count: 1 } }), []);
  t.like(await client.do(ShelfCommand.Peek, { attributes: { count: 9 } }), [
    { command: ShelfCommand.Peek, attributes: { count: 9 } },
  ]);
  const listed = [];
  for await (const { attributes } of client.dump(ShelfCommand.List)) listed.push(attributes);
  t.deepEqual(listed, [{ title: 'a', count: 1 }]);
  t.like((await changes.next()).value, { command: ShelfCommand.List, attributes: { title: 'a', count: 1 } });
});

test('a refusal comes back as it was thrown', async (t) => {
  const { domain } = openWorld([ShelfFamily]);
  await using client = await GenericClient.open(domain, 'shelf', { message: shelf });
  const refused = client.do(ShelfCommand.Put, { attributes: { title: 'lead', count: 1 } });
  t.like(await t.throwsAsync<NetlinkError>(refused), { errno: Errno.EOVERFLOW, text: 'too heavy' });
});

test('a header of the family’s own is sent and read', async (t) => {
  const { domain } = openWorld([BoxFamily]);
  await using client = await GenericClient.open(domain, 'box', { message: box });
  t.like(await client.do(1, { header: { size: 4, colour: 2 }, attributes: {} }), [
    { header: { size: 5, colour: 2 } },
  ]);
});

test('a group that is not there is named with those that are', async (t) => {
  const { domain } = openWorld([ShelfFamily]);
  await using client = await GenericClient.open(domain, 'shelf', { message: shelf });
  await t.throwsAsync(client.subscribe('change'), {
    instanceOf: RangeError,
    message: 'the family has no group change; its groups: changes, alarms',
  });
});
