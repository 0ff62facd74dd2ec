import {
  attr,
  type Class,
  Do,
  Dump,
  defineAttributes,
  defineHeader,
  defineMessage,
  field,
  type GroupNotifier,
  type MessageOf,
  NO_CAUSE,
  type RequestOf,
} from '@nlspace/core';
import test from 'ava';
import { doOperation, dumpOperation, GenericClient, GenericFamily, genericFamily } from '../src/index.js';
import { ask, encoded, FIRST, openWorld } from './support/world.js';

// What must not compile is marked with @ts-expect-error: the compiler fails where it does compile.

const attributes = defineAttributes('shelf', {
  title: attr.string(1),
  count: attr.u32(2),
  total: attr.u64(3),
  heavy: attr.flag(4),
  inner: attr.nested(5, defineAttributes('inner', { depth: attr.u8(1) })),
  many: attr.many(attr.u16(6)),
});
const shelf = defineMessage({ header: defineHeader('shelfhdr', { kind: field.u32 }), attributes });
type Shelf = MessageOf<typeof shelf>;

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only if the two types are the same. */
function same<A, B>(..._claim: Equal<A, B> extends true ? [] : [never]): void {}

function families(): Class[] {
  @GenericFamily({ name: 'typed', attributes, header: shelf })
  class TypedFamily {
    @Do(1, shelf, { required: ['title', 'total'] })
    set({ header, attributes: given }: RequestOf<typeof shelf, 'title' | 'total'>): void {
      same<typeof given.title, string>();
      same<typeof given.total, bigint>();
      same<typeof given.count, number | undefined>();
      same<typeof given.heavy, true | undefined>();
      same<typeof given.many, number[] | undefined>();
      same<typeof header.kind, number>();
      same<NonNullable<typeof given.inner>['depth'], number | undefined>();
      // @ts-expect-error there is no such attribute
      void given.titel;
    }

    // @ts-expect-error the handler wants `count`, which is not required
    @Do(2, shelf, { required: ['title'] })
    wantsMore(_request: RequestOf<typeof shelf, 'title' | 'count'>): void {}

    // @ts-expect-error there is no attribute of that name to require
    @Do(3, shelf, { required: ['titel'] })
    misspelt(): void {}

    // @ts-expect-error a reply has the attributes of the message
    @Do(4, shelf)
    wrongReply() {
      return { attributes: { count: 'four' } };
    }

    // @ts-expect-error a u64 is a bigint
    @Do(5, shelf)
    wrongInteger() {
      return { attributes: { total: 4 } };
    }

    // @ts-expect-error a dump gives several messages
    @Dump(6, shelf)
    single(): Shelf {
      return { attributes: {} };
    }

    // @ts-expect-error there is no such privilege
    @Do(7, shelf, { privilege: 'root' })
    privileged(): void {}

    @Dump(8, shelf)
    *list(): Iterable<Shelf> {
      yield { header: { kind: 1 }, attributes: { total: 1n } };
      // @ts-expect-error there is no such field
      yield { header: { kinds: 1 }, attributes: {} };
    }
  }

  const plain = genericFamily({
    name: 'plain',
    attributes,
    groups: ['changes', 'alarms'],
    operations: ({ notify }) => {
      notify('changes', 1, { attributes: { count: 1 } });
      // @ts-expect-error there is no such group
      notify('change', 1, { attributes: {} });
      // @ts-expect-error there is no such attribute
      notify('alarms', 1, { attributes: { counts: 1 } });
      // @ts-expect-error a count is a number
      notify('alarms', 1, { attributes: { count: '1' } });
      return {
        set: doOperation(1, shelf, { required: ['title'] }, ({ attributes: given }) => {
          same<typeof given.title, string>();
          same<typeof given.count, number | undefined>();
          return { attributes: { title: given.title } };
        }),
        // @ts-expect-error a reply has the attributes of the message
        wrong: doOperation(2, shelf, {}, () => ({ attributes: { titel: 'x' } })),
        list: dumpOperation(1, shelf, {}, () => [{ attributes: { title: 'x' } }]),
        // @ts-expect-error a dump gives several messages
        single: dumpOperation(2, shelf, {}, () => ({ attributes: { title: 'x' } })),
      };
    },
  });
  return [TypedFamily, plain];
}

async function clients(groups: GroupNotifier<'changes'>, client: GenericClient<typeof shelf>): Promise<void> {
  groups.notify('changes', 1, { attributes: {} });
  // @ts-expect-error there is no such group
  groups.notify('change', 1, { attributes: {} });
  // @ts-expect-error nor here
  groups.hasListeners('change', NO_CAUSE);
  const [reply] = await client.do(1, { attributes: { title: 'a' } });
  same<NonNullable<typeof reply>['command'], number>();
  same<NonNullable<typeof reply>['attributes']['total'], bigint | undefined>();
  // @ts-expect-error there is no such attribute
  await client.do(1, { attributes: { titel: 'a' } });
}

test('what compiles is what runs', async (t) => {
  const plain = genericFamily({
    name: 'plain',
    attributes,
    operations: {
      set: doOperation(1, shelf, { required: ['title', 'total'] }, ({ header, attributes: given }) => ({
        header: { kind: header.kind + 1 },
        attributes: { title: given.title, total: given.total + 1n },
      })),
    },
    header: shelf,
  });
  const { domain, open } = openWorld([plain]);
  const bytes = encoded(shelf, { title: 'a', total: 2n ** 63n }, { kind: 4 });
  const [reply] = await ask(await open(), FIRST, 1, { bytes });
  t.deepEqual(reply?.bytes, encoded(shelf, { title: 'a', total: 2n ** 63n + 1n }, { kind: 5 }));
  const client = await GenericClient.open(domain, 'plain', { message: shelf });
  t.like(await client.do(1, { header: { kind: 1 }, attributes: { title: 'b', total: 1n } }), [
    { command: 1, header: { kind: 2 }, attributes: { title: 'b', total: 2n } },
  ]);
  client.close();
});

test('what does not compile is marked above', (t) => {
  t.is(typeof families, 'function');
  t.is(typeof clients, 'function');
});
