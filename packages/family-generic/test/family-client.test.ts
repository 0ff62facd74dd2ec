import { Errno, type NetlinkError } from '@nlspace/core';
import test from 'ava';
import { FamilyClient } from '../src/index.js';
import { ShelfFamily } from './support/shelf-family.js';
import { openWorld } from './support/world.js';

test('requests are named and typed by the methods of the family', async (t) => {
  const { domain } = openWorld([ShelfFamily]);
  await using shelf = await FamilyClient.open(domain, ShelfFamily);
  const changes = await shelf.subscribe('changes');
  t.deepEqual(await shelf.do('put', { attributes: { title: 'a', count: 1 } }), []);
  const titles: (string | undefined)[] = [];
  for await (const { attributes } of shelf.dump('list')) titles.push(attributes.title);
  t.deepEqual(titles, ['a']);
  t.like((await changes.next()).value, { attributes: { title: 'a', count: 1 } });
});

test('a refusal names the method', async (t) => {
  const { domain } = openWorld([ShelfFamily]);
  await using shelf = await FamilyClient.open(domain, ShelfFamily);
  const refused = shelf.do('put', { attributes: { title: 'lead', count: 1 } });
  const { errno, message } = (await t.throwsAsync<NetlinkError>(refused)) ?? {};
  t.deepEqual([errno, message], [Errno.EOVERFLOW, 'ShelfFamily.put: EOVERFLOW: too heavy']);
});

test('a method of the other exchange is refused before anything is sent, with those there are', async (t) => {
  const { domain } = openWorld([ShelfFamily]);
  await using shelf = await FamilyClient.open(domain, ShelfFamily);
  t.throws(() => shelf.dump('put'), {
    instanceOf: RangeError,
    message: /^ShelfFamily\.put is no dump; there are list/,
  });
});

/** Never called: that it compiles, and that what is marked does not, is the test. */
export async function typed(shelf: FamilyClient<ShelfFamily>): Promise<void> {
  // @ts-expect-error there is no such method
  await shelf.do('place', { attributes: {} });
  // @ts-expect-error titles are text
  await shelf.do('put', { attributes: { title: 1 } });
  // @ts-expect-error what the method requires has to be given
  await shelf.do('put', { attributes: {} });
}
