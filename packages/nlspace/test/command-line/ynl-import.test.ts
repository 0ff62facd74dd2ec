import { fileURLToPath } from 'node:url';
import { conditionalTest, peerTest } from '@nlspace/transport-contract';
import test from 'ava';
import {
  createNetlink,
  defineMessage,
  describeYnl,
  Errno,
  GenericClient,
  type GenericFamilyOptions,
  GenericNetlink,
  kernel,
  type Netlink,
  NetlinkDomain,
  type NetlinkError,
  type YnlSpec,
} from '../../src/index.js';
import { GeneratedModules, nlspace } from '../support/generated.js';
import { KernelSpecs } from '../support/kernel-specs.js';
import { ZOO, ZOO_USER } from '../support/zoo-spec.js';

const METER = fileURLToPath(
  new URL('../../../../../examples/meter/dist/src/meter-family.js', import.meta.url),
);
/** In the kernel sources that Debian has. */
const KERNEL = ['nlctrl', 'netdev', 'ethtool'];
const specs = await KernelSpecs.find(KERNEL);
const noSources =
  (await specs.file('nlctrl')) === undefined && 'there are no sources of a kernel (linux-source-6.12)';
const noWireguard =
  (await specs.file('wireguard')) === undefined &&
  'these kernel sources have no specification of wireguard; NLSPACE_YNL_SPECS names a folder of newer ones';
const modules = new GeneratedModules('ynl');
test.after.always(async () => {
  await specs.remove();
  await modules.remove();
});

const shipped = [
  ['nlctrl'],
  ['ethtool'],
  ['wireguard'],
  ['nlsysevent', '--profile', 'freebsd'],
  ['meter', '--family', METER],
] as const;
/** What a generated module exports, as far as these tests know its names. */
interface Generated {
  readonly [name: string]: unknown;
}
type Family = new (groups?: unknown) => object;

const imported = new Map<string, string>();
let wrong: string[] = [];
test.before('everything is imported and compiled at once', async () => {
  for (const [name, ...options] of shipped)
    await add(`shipped-${name}`, await nlspace('ynl', 'export', name, ...options));
  await add('zoo', ZOO);
  await modules.add('user', ZOO_USER);
  for (const name of [...KERNEL, 'wireguard']) {
    const file = await specs.file(name);
    if (file !== undefined)
      await modules.add(`kernel-${name}`, await keep(name, nlspace('ynl', 'import', file)));
  }
  wrong = modules.compile();
});

async function add(name: string, yaml: string): Promise<void> {
  const file = await modules.write(`${name}.yaml`, yaml);
  await modules.add(name, await keep(name, nlspace('ynl', 'import', file)));
}

async function keep(name: string, source: Promise<string>): Promise<string> {
  imported.set(name, await source);
  return source;
}

test('all that is imported compiles under strict rules, with nothing unused', (t) => {
  t.deepEqual(wrong, []);
});

const pascal = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

function specOf(generated: Generated, name: string): YnlSpec {
  const options = generated[`${name}Options`] as GenericFamilyOptions;
  return describeYnl({ options, instance: new (generated[`${pascal(name)}Family`] as Family)() });
}

/** In an order that does not matter. */
function sorted({ definitions = [], ...spec }: YnlSpec): object {
  const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
  return {
    ...spec,
    definitions: [...definitions].sort(byName),
    'attribute-sets': [...spec['attribute-sets']].sort(byName),
  };
}

for (const [name, ...options] of shipped) {
  test(`${name}: what was exported and imported is exported as the same again`, async (t) => {
    const generated = await modules.load<Generated>(`shipped-${name}`);
    const exported = JSON.parse(await nlspace('ynl', 'export', name, '--json', ...options)) as YnlSpec;
    t.deepEqual(sorted(JSON.parse(JSON.stringify(specOf(generated, name))) as YnlSpec), sorted(exported));
  });
}

test('what somebody writes on top of it: every type there and back, notifications, checks, what is left out', async (t) => {
  const { play } = await modules.load<{ play(): Promise<Record<string, unknown>> }>('user');
  const { lion, got, told, ...rest } = await play();
  t.deepEqual(got, lion);
  t.deepEqual(told, lion);
  const failed = 'ERANGE: Attribute failed policy validation';
  t.deepEqual(rest, {
    constants: [7, "it's"],
    command: 4,
    visited: { ticket: 4 },
    same: 'taken',
    long: failed.replace('ERANGE', 'EINVAL'),
    diet: 'ERANGE: integer out of range',
    none: 'ERANGE: integer out of range',
    // Of numbers with gaps nothing can be said.
    colour: 'taken',
    habits: 'EINVAL: reserved bit set',
    diets: 'EINVAL: reserved bit set',
    port: 'ERANGE: integer out of range',
    born: 'ERANGE: integer out of range',
    key: 'ERANGE: binary attribute size out of range',
    photo: 'ERANGE: binary attribute size out of range',
    state: 'EINVAL: Attribute failed policy validation',
    inside: failed.replace('ERANGE', 'EINVAL'),
    limit: 'ERANGE: integer out of range',
    dump: 'EOPNOTSUPP: animal-get (dump) is not implemented',
    feed: 'EOPNOTSUPP: feed (do) is not implemented',
  });
});

test('the licence of the specification stands over what is made from it', (t) => {
  t.regex(imported.get('zoo') ?? '', /^\/\/ Made by .*\n\/\/ SPDX-License-Identifier: MIT\n/);
});

interface Description {
  readonly attributes: { readonly familyName?: string; readonly version?: number; readonly ops?: object[] };
}
interface Policy {
  readonly attributes: { readonly opPolicy?: ReadonlyMap<number, object>; readonly policy?: unknown };
}
interface Client extends AsyncDisposable {
  getfamily(attributes: { familyName: string }): Promise<Description>;
  getfamilyDump(): AsyncGenerator<Description>;
  getpolicyDump(attributes: { familyName: string }): AsyncGenerator<Policy>;
}
interface NlctrlModule {
  readonly NlctrlClient: { open(netlink: Netlink): Promise<Client> };
}

peerTest(test, noSources || undefined, 'the kernel’s nlctrl: its client asks a domain', async (t) => {
  const { NlctrlClient } = await modules.load<NlctrlModule>('kernel-nlctrl');
  await using client = await NlctrlClient.open(createNetlink());
  t.like((await client.getfamily({ familyName: 'nlctrl' })).attributes, {
    familyName: 'nlctrl',
    version: 2,
    ops: [
      { id: 3, flags: 14 },
      { id: 10, flags: 12 },
    ],
  });
  const names = [];
  for await (const { attributes } of client.getfamilyDump()) names.push(attributes.familyName);
  t.deepEqual(names, ['nlctrl', 'ethtool', 'wireguard']);
  const told = [];
  for await (const { attributes } of client.getpolicyDump({ familyName: 'nlctrl' })) told.push(attributes);
  t.deepEqual(told[0]?.opPolicy, new Map([[3, { do: 0, dump: 0 }]]));
  t.true(told.some(({ policy }) => policy instanceof Map));
  await t.throwsAsync(client.getfamily({ familyName: 'nobody' }), { message: /ENOENT/ });
});

peerTest(test, noSources || undefined, 'the kernel’s nlctrl: the same client asks the kernel', async (t) => {
  const { NlctrlClient } = await modules.load<NlctrlModule>('kernel-nlctrl');
  await using client = await NlctrlClient.open(kernel());
  t.like((await client.getfamily({ familyName: 'nlctrl' })).attributes, { familyName: 'nlctrl', version: 2 });
  const names = [];
  for await (const { attributes } of client.getfamilyDump()) names.push(attributes.familyName);
  t.true(names.includes('nlctrl'));
  const told = [];
  for await (const { attributes } of client.getpolicyDump({ familyName: 'nlctrl' })) told.push(attributes);
  t.deepEqual(told[0]?.opPolicy, new Map([[3, { do: 0, dump: 0 }]]));
  await t.throwsAsync(client.getfamily({ familyName: 'nobody' }), { message: /ENOENT/ });
});

for (const name of ['netdev', 'ethtool', 'wireguard']) {
  const declare = name === 'wireguard' ? conditionalTest : peerTest;
  declare(
    test,
    (name === 'wireguard' ? noWireguard : noSources) || undefined,
    `the kernel’s ${name}: each of its operations is there, and says that it is not implemented`,
    async (t) => {
      const generated = await modules.load<Generated>(`kernel-${name}`);
      const domain = new NetlinkDomain({ families: [GenericNetlink] });
      domain.register(generated[`${pascal(name)}Family`] as Family);
      await using client = await GenericClient.open(domain, name, { message: defineMessage({}) });
      const { operations } = specOf(generated, name);
      const answers = new Set<string>();
      for (const { name: operation, value = 0, do: single, dump } of operations.list) {
        if (single !== undefined)
          answers.add(await answer(operation, client.do(single.request?.value ?? value, { attributes: {} })));
        if (dump !== undefined)
          answers.add(await answer(operation, client.dump(dump.request?.value ?? value).next()));
      }
      t.deepEqual([...answers], ['EOPNOTSUPP']);
      t.true(operations.list.length > 1);
    },
  );
}

/** The errno of a refusal, which is to name the operation. */
async function answer(operation: string, asked: Promise<unknown>): Promise<string> {
  try {
    await asked;
    return `${operation} was answered`;
  } catch (error) {
    const { errno, text = '' } = error as NetlinkError;
    return text.startsWith(`${operation} (`) ? (Errno[errno] ?? '') : `${operation}: ${String(error)}`;
  }
}
