import test from 'ava';
import {
  attr,
  Do,
  Dump,
  defineAttributes,
  defineMessage,
  Errno,
  NetlinkDomain,
  NetlinkError,
  NetlinkFamily,
} from '../../src/index.js';
import { ask, receiveAll, request } from '../support/messages.js';
import { openShelf } from '../support/open-shelf.js';
import { SHELF_PROTOCOL, ShelfFamily, ShelfType } from '../support/shelf-family.js';

const empty = defineMessage({});
const options = {
  protocol: 6,
  name: 'wrong',
  groups: {},
  isDump: () => false,
  replyType: (type: number) => type,
};

test('a protocol that nothing serves is EPROTONOSUPPORT', async (t) => {
  const error = await t.throwsAsync(new NetlinkDomain().open({ protocol: 3 }), { instanceOf: NetlinkError });
  t.is(error.errno, Errno.EPROTONOSUPPORT);
});

test('domains share nothing', async (t) => {
  const [one, other] = [openShelf(), openShelf()];
  t.not(one.family, other.family);
  const socket = await one.open();
  ask(socket, ShelfType.Add, { book: { attributes: { title: 'x', pages: 1 } } });
  t.is(one.family.books.length, 1);
  t.is(other.family.books.length, 0);
});

test('an open that is aborted throws the reason', async (t) => {
  const signal = AbortSignal.abort(new Error('enough'));
  await t.throwsAsync(openShelf().domain.open({ protocol: SHELF_PROTOCOL, signal }), { message: 'enough' });
});

test('a class that is no family is refused with the remedy', (t) => {
  class Undecorated {}
  t.throws(() => new NetlinkDomain({ families: [Undecorated] }), {
    message: /Undecorated is not a family; decorate it with @NetlinkFamily/,
  });
});

test('two families on a protocol: the second is refused, naming the first', (t) => {
  const { domain } = openShelf();
  t.throws(() => domain.register(ShelfFamily), {
    message: /ShelfFamily: protocol 5 is served by shelf; dispose that first/,
  });
});

test('two methods on a number are refused, naming both, the number and the remedy', (t) => {
  @NetlinkFamily({ ...options, handlers: [] })
  class Twice {
    @Do(16, empty)
    first(): void {}
    @Do(16, empty)
    second(): void {}
  }
  t.throws(() => new NetlinkDomain({ families: [Twice] }), {
    message: 'Twice.first and Twice.second both handle message type 16 (do); give one of them another number',
  });
});

test('a do and a dump may share a number', (t) => {
  @NetlinkFamily({ ...options, handlers: [] })
  class Both {
    @Do(16, empty)
    get(): void {}
    @Dump(16, empty)
    list(): [] {
      return [];
    }
  }
  t.notThrows(() => new NetlinkDomain({ families: [Both] }));
});

test('two attributes on a number are refused, naming both', (t) => {
  t.throws(() => defineAttributes('book', { title: attr.string(1), pages: attr.u32(1) }), {
    message: 'book.title and book.pages both have attribute number 1; give one of them another',
  });
});

test('a withdrawn family ends its handlers first, then sockets get EOPNOTSUPP and opens EPROTONOSUPPORT', async (t) => {
  const domain = new NetlinkDomain();
  const announced: string[] = [];
  domain.events.on('family-registered', ({ name }) => announced.push(`registered ${name}`));
  domain.events.on('family-withdrawn', ({ name }) => announced.push(`withdrawn ${name}`));
  const registration = domain.register(ShelfFamily);
  const family = registration.instance as ShelfFamily;
  const socket = await domain.open({ protocol: SHELF_PROTOCOL });
  const sent = socket.send(request(ShelfType.Wait));
  let disposed = false;
  const disposing = registration.dispose().then(() => {
    disposed = true;
  });
  await undefined;
  t.false(disposed);
  family.release();
  await Promise.all([sent, disposing]);
  t.true(family.unloaded);
  t.deepEqual(announced, ['registered shelf', 'withdrawn shelf']);
  t.like(receiveAll(socket).flat(), [{ errno: 0 }]);
  t.like(ask(socket, ShelfType.Give), [{ errno: Errno.EOPNOTSUPP }]);
  await t.throwsAsync(domain.open({ protocol: SHELF_PROTOCOL }), { message: /EPROTONOSUPPORT/ });
  await registration.dispose();
  t.notThrows(() => domain.register(ShelfFamily));
});

test('a domain describes its protocols, operations and sockets', async (t) => {
  const { domain, open } = openShelf();
  const socket = await open();
  await socket.bind({ portId: 12, groups: 1 });
  const [protocol] = domain.describe().protocols;
  t.like(protocol, { protocol: 5, name: 'shelf', groups: { near: 1, late: 31, far: 40 } });
  t.deepEqual(protocol?.operations[0], {
    exchange: 'do',
    number: 16,
    handler: 'ShelfFamily.give',
    message: 'book',
  });
  t.like(protocol?.sockets[0], { portId: 12, groups: [1], dumping: false });
});
