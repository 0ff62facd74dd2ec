import { readFile } from 'node:fs/promises';
import { ORDINARY_USER, openTestDomain } from '@nlspace/testkit';
import test from 'ava';
import { Errno, GenericClient, GenericNetlink, type NetlinkError } from 'nlspace';
import { MeterCommand, MeterFamily, meter } from '../src/meter-family.js';

const open = () => openTestDomain([GenericNetlink, MeterFamily]);
const connect = ({ domain }: ReturnType<typeof open>) =>
  GenericClient.open(domain, 'meter', { message: meter });

const SET = 36;

test('set rejects a burst below the rate', async (t) => {
  const client = await connect(open());
  const attributes = { name: 'a', rate: 9, burst: 1 };
  const error = await t.throwsAsync<NetlinkError>(client.do(MeterCommand.Set, { attributes }));
  t.is(error?.errno, Errno.EINVAL);
  t.is(error?.text, 'burst is below rate');
  // 16 message header, 4 genlmsghdr, 8 name, 8 rate: there the burst begins.
  t.is(error?.details.offset, SET);
});

test('set names the attribute that is missing', async (t) => {
  const client = await connect(open());
  const error = await t.throwsAsync<NetlinkError>(client.do(MeterCommand.Set, { attributes: { name: 'a' } }));
  t.is(error?.errno, Errno.EINVAL);
  t.is(error?.details.missing, 2);
});

test('set is for administrators', async (t) => {
  const { domain } = open();
  const client = await GenericClient.open(
    { open: (options) => domain.open({ ...options, credentials: ORDINARY_USER }) },
    'meter',
    { message: meter },
  );
  const attempt = client.do(MeterCommand.Set, { attributes: { name: 'a', rate: 1 } });
  t.is((await t.throwsAsync<NetlinkError>(attempt))?.errno, Errno.EPERM);
});

test('what has been set is listed, and told to the group', async (t) => {
  const world = open();
  const client = await connect(world);
  const watcher = await connect(world);
  const changes = await watcher.subscribe('changes');
  await client.do(MeterCommand.Set, { attributes: { name: 'a', rate: 1 } });
  await client.do(MeterCommand.Set, { attributes: { name: 'b', rate: 2, burst: 3, paused: true } });
  const listed = [];
  for await (const { attributes } of client.dump(MeterCommand.Get)) listed.push(attributes);
  t.deepEqual(listed, [
    { name: 'a', rate: 1 },
    { name: 'b', rate: 2, burst: 3, paused: true },
  ]);
  t.like((await changes.next()).value, { command: MeterCommand.Get, attributes: { name: 'a', rate: 1 } });
  t.deepEqual(world.defects, []);
});

test('the recipe shows these files', async (t) => {
  const workspace = new URL('../../../../', import.meta.url);
  const recipe = await readFile(new URL('docs/adding-a-family.md', workspace), 'utf8');
  for (const name of ['meter-family.ts', 'meter-store.ts', 'client.ts'])
    t.true(recipe.includes(await readFile(new URL(`examples/meter/src/${name}`, workspace), 'utf8')), name);
});
