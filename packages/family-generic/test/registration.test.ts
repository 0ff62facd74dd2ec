import { attr, Do, Dump, defineAttributes, inject, injectable, NetlinkDomain } from '@nlspace/core';
import test from 'ava';
import { doOperation, GenericFamily, GenericNetlink, genericFamily } from '../src/index.js';
import { ShelfCommand, ShelfFamily, shelf } from './support/shelf-family.js';
import { ask, encoded, FIRST, openWorld, REQUEST, shelfAttributes } from './support/world.js';

const nothing = { nothing: doOperation(1, shelf, {}, () => {}) };

test('two methods of one command are named with class, number and remedy', (t) => {
  @GenericFamily({ name: 'twice' })
  class TwiceFamily {
    @Do(4, shelf)
    set(): void {}
    @Do(4, shelf)
    replace(): void {}
    @Dump(4, shelf)
    list(): [] {
      return [];
    }
  }
  t.throws(() => openWorld([TwiceFamily]), {
    message:
      'TwiceFamily.set and TwiceFamily.replace both handle command 4 (do); give one of them another number',
  });
});

test('an attribute number that is used twice, or is none, is named with its attributes', (t) => {
  t.throws(() => defineAttributes('meter', { rate: attr.u32(2), burst: attr.u32(2) }), {
    message: 'meter.rate and meter.burst both have attribute number 2; give one of them another',
  });
  t.throws(() => defineAttributes('meter', { rate: attr.u32(0x4000) }), {
    message: 'meter.rate has number 16384; attributes have numbers from 0 to 16383',
  });
});

const WRONG: ReadonlyArray<
  readonly [title: string, options: Parameters<typeof genericFamily>[0], message: string]
> = [
  [
    'a name that is too long',
    { name: 'sixteen-bytes-xx', operations: nothing },
    'the family of sixteen-bytes-xx is called "sixteen-bytes-xx", 16 bytes; a name has 1 to 15',
  ],
  [
    'a name that is too long in bytes',
    { name: 'ääääääää', operations: nothing },
    'the family of ääääääää is called "ääääääää", 16 bytes; a name has 1 to 15',
  ],
  ['no name', { name: '', operations: nothing }, 'the family of  is called "", 0 bytes; a name has 1 to 15'],
  [
    'a group name that is too long',
    { name: 'a', groups: ['fine', 'sixteen-bytes-xx'] as never, operations: nothing },
    'group 2 of a is called "sixteen-bytes-xx", 16 bytes; a name has 1 to 15',
  ],
  [
    'a group twice',
    { name: 'a', groups: ['x', 'x'] as never, operations: nothing },
    'a names the group x twice; leave one out',
  ],
  [
    'a version that is no byte',
    { name: 'a', version: 256, operations: nothing },
    'a: version 256 is no byte',
  ],
  [
    'a command that is no byte',
    { name: 'a', operations: { far: doOperation(256, shelf, {}, () => {}) } },
    'a.far handles command 256; commands are numbers from 0 to 255',
  ],
  [
    'a reply’s command that is no byte',
    { name: 'a', operations: { far: doOperation(1, shelf, { replyType: -1 }, () => {}) } },
    'a.far replies with command -1; commands are numbers from 0 to 255',
  ],
  [
    'nothing to serve',
    { name: 'a', operations: {} },
    'a has neither operations nor groups; mark its methods with @Do(…) or @Dump(…)',
  ],
  [
    'a required attribute that is not there',
    { name: 'a', operations: { set: doOperation(1, shelf, { required: ['titel' as never] }, () => {}) } },
    'a.set requires "titel", which shelf has not; its attributes: title, count, heavy',
  ],
];

for (const [title, options, message] of WRONG) {
  test(`refused when it is registered: ${title}`, (t) => {
    const world = openWorld();
    t.throws(() => world.domain.register(genericFamily(options)), { message });
    world.domain.register(genericFamily({ name: 'next', groups: ['x'], operations: nothing }));
    const families = world.domain.describe().protocols[0]?.families;
    t.like(families?.at(-1), { name: 'next', groups: { x: 2 } }, 'a refused family leaves nothing behind');
  });
}

test('a name that is taken is named with what to do', (t) => {
  t.throws(() => openWorld([ShelfFamily, ShelfFamily]), {
    message: 'ShelfFamily: there is a generic family shelf; dispose that first',
  });
});

test('a generic family without NETLINK_GENERIC says whom to register', (t) => {
  t.throws(() => new NetlinkDomain({ families: [ShelfFamily] }), {
    message: 'ShelfFamily is served by GenericNetlink; register that first',
  });
});

class Ledger {
  constructor(readonly name: string) {}
}
const LEDGER = Symbol('LEDGER');

@GenericFamily({ name: 'ledger', attributes: shelfAttributes })
class LedgerFamily {
  constructor(@inject(LEDGER) private readonly ledger: Ledger) {}

  @Do(1, shelf)
  name() {
    return { attributes: { title: this.ledger.name } };
  }
}

test('what a family needs comes from its providers', async (t) => {
  const world = openWorld([
    { family: LedgerFamily, providers: [{ token: LEDGER, value: new Ledger('blue') }] },
  ]);
  const [reply] = await ask(await world.open(), FIRST, 1);
  t.deepEqual(reply?.bytes, encoded(shelf, { title: 'blue' }));
});

test('a parameter that nobody provides is named with class, token and remedy', (t) => {
  t.throws(() => openWorld([LedgerFamily]), {
    message:
      'LedgerFamily: nobody provides Symbol(LEDGER) for parameter 1 (ledger) of its constructor; ' +
      'register { family: LedgerFamily, providers: [{ token, value }] }',
  });
});

test('a parameter without @inject is named with class and remedy', (t) => {
  @GenericFamily({ name: 'bare' })
  class BareFamily {
    constructor(
      @inject(LEDGER) readonly first: Ledger,
      readonly second: { readonly name: string },
    ) {}

    @Do(1, shelf)
    nothing(): void {}
  }
  t.throws(
    () => openWorld([{ family: BareFamily, providers: [{ token: LEDGER, value: new Ledger('x') }] }]),
    {
      message:
        'BareFamily: parameter 2 (second) of its constructor says not what it takes; put @inject(…) before it',
    },
  );
});

test('what a dependency lacks is said of the dependency', (t) => {
  @injectable()
  class Cellar {
    constructor(@inject(LEDGER) readonly ledger: Ledger) {}
  }
  @GenericFamily({ name: 'deep' })
  class DeepFamily {
    constructor(@inject(Cellar) readonly cellar: Cellar) {}

    @Do(1, shelf)
    nothing(): void {}
  }
  const error = t.throws(() => openWorld([DeepFamily]));
  t.true(
    error?.message.startsWith(
      'DeepFamily needs Cellar, which cannot be made: nobody provides Symbol(LEDGER)',
    ),
  );
});

test('onLoad runs before the family is announced, and when it throws the family is not there', async (t) => {
  const world = openWorld();
  @GenericFamily({ name: 'moody', groups: ['x'] })
  class MoodyFamily {
    onLoad(): void {
      throw new Error('not today');
    }

    @Do(1, shelf)
    nothing(): void {}
  }
  const listener = await world.open();
  await listener.joinGroup(16);
  t.throws(() => world.domain.register(MoodyFamily), { message: 'not today' });
  t.is(listener.receive(), undefined);
  const registration = world.domain.register(ShelfFamily);
  const { events } = registration.instance as ShelfFamily;
  t.deepEqual(events, ['loaded']);
  t.not(listener.receive(), undefined);
  await registration.dispose();
  t.deepEqual(events, ['loaded', 'unloaded']);
});

test('unknown groups and commands of a notification are named', async (t) => {
  let told: ((group: string, command: number) => void) | undefined;
  const plain = genericFamily({
    name: 'plain',
    groups: ['news'],
    operations: ({ notify }) => {
      told = (group, command) => notify(group as 'news', command, { attributes: {} });
      return nothing;
    },
  });
  const { domain } = openWorld([plain]);
  t.throws(() => told?.('gnus', 1), { message: 'plain has no group gnus; its groups: news' });
  t.notThrows(() => told?.('news', 77), 'nobody listens, so nothing is written');
  const listener = await domain.open({ protocol: 16 });
  await listener.joinGroup(2);
  t.throws(() => told?.('news', 77), {
    message:
      'plain says nothing of command 77, so nothing can be told with it; name it in the notifications of the family',
  });
});

test('a plain family is served like a decorated one, with state of its own for each registration', async (t) => {
  const counter = genericFamily({
    name: 'counter',
    attributes: shelfAttributes,
    groups: ['changes'],
    operations: ({ notify }) => {
      let count = 0;
      return {
        add: doOperation(1, shelf, { required: ['count'] }, ({ attributes }) => {
          count += attributes.count;
          notify('changes', 1, { attributes: { count } });
          return { attributes: { count } };
        }),
      };
    },
  });
  const worlds = [openWorld([counter]), openWorld([counter])];
  const bytes = encoded(shelf, { count: 5 });
  for (const expected of [5, 10]) {
    for (const world of worlds) {
      const listener = await world.open();
      await listener.joinGroup(2);
      const [reply] = await ask(await world.open(), FIRST, 1, { bytes });
      t.deepEqual(reply?.bytes, encoded(shelf, { count: expected }));
      t.deepEqual(listener.receive()?.bytes.slice(20), encoded(shelf, { count: expected }));
    }
  }
});

test('two domains with the same family never meet', async (t) => {
  const [first, second] = [openWorld([ShelfFamily]), openWorld([ShelfFamily])];
  const bytes = encoded(shelf, { title: 'a', count: 1 });
  await ask(await first.open(), FIRST, ShelfCommand.Put, { bytes });
  const answers = await ask(await second.open(), FIRST, ShelfCommand.List, { flags: REQUEST | 0x300 });
  t.like(answers, [{ type: 3, errno: 0 }]);
});

test('NETLINK_GENERIC is served once', (t) => {
  t.throws(() => new NetlinkDomain({ families: [GenericNetlink, GenericNetlink] }), {
    message: 'GenericNetlink: protocol 16 is served by generic; dispose that first',
  });
});
