import test from 'ava';
import {
  attr,
  ClientSocket,
  Do,
  Dump,
  defineAttributes,
  defineHeader,
  defineMessage,
  Errno,
  field,
  GROUP_NOTIFIER,
  type GroupNotifier,
  inject,
  type MessageOf,
  NetlinkDomain,
  NetlinkError,
  NetlinkFamily,
  type RequestOf,
} from '../../src/index.js';

const header = defineHeader('shelf', { room: field.u8, padding: field.pad(3) });
const attributes = defineAttributes('book', { title: attr.string(1, { max: 63 }), pages: attr.u32(2) });
const book = defineMessage({ header, attributes });

enum BookType {
  Add = 16,
  List = 17,
}

@NetlinkFamily({
  protocol: 5,
  name: 'library',
  groups: { arrivals: 1, far: 40 },
  handlers: [],
  isDump: (_type, flags) => (flags & 0x300) !== 0,
  replyType: (type) => type,
})
class Library {
  readonly books: MessageOf<typeof book>[] = [];

  constructor(@inject(GROUP_NOTIFIER) private readonly groups: GroupNotifier) {}

  @Do(BookType.Add, book, { required: ['title'] })
  add({ header, attributes, cause }: RequestOf<typeof book, 'title'>): void {
    if (this.books.some((one) => one.attributes.title === attributes.title)) {
      throw new NetlinkError(Errno.EEXIST, `book ${attributes.title} exists`, { attribute: 'title' });
    }
    const added = { header, attributes: { ...attributes } };
    this.books.push(added);
    this.groups.notify('far', BookType.Add, added, { cause });
  }

  @Dump(BookType.List, book)
  *list(_request: unknown, context: { markInterrupted(): void }): Iterable<MessageOf<typeof book>> {
    for (const [index, one] of this.books.entries()) {
      if (one.attributes.title === 'torn') context.markInterrupted();
      yield this.books[index] ?? one;
    }
  }
}

const catalog = new Map([
  [BookType.Add, book],
  [BookType.List, book],
]);

function open(domain: NetlinkDomain): Promise<ClientSocket> {
  return ClientSocket.open(domain, { protocol: 5, catalog });
}

function title(name: string): MessageOf<typeof book> {
  return { header: { room: 3 }, attributes: { title: name } };
}

test('do resolves with the replies once the request is acknowledged', async (t) => {
  const client = await open(new NetlinkDomain({ families: [Library] }));
  t.deepEqual(await client.do(BookType.Add, book, title('a')), []);
  client.close();
});

test('do rejects with errno, text, offset and operation of the refusal', async (t) => {
  const client = await open(new NetlinkDomain({ families: [Library] }));
  await client.do(BookType.Add, book, title('a'));
  const error = await t.throwsAsync(client.do(BookType.Add, book, title('a')), { instanceOf: NetlinkError });
  t.is(error.errno, Errno.EEXIST);
  t.is(error.text, 'book a exists');
  t.is(error.details.offset, 20);
  t.is(error.details.attribute, 'title');
  t.regex(error.message, /book 16: EEXIST: book a exists/);
});

test('do rejects with the number of a missing attribute', async (t) => {
  const client = await open(new NetlinkDomain({ families: [Library] }));
  const error = await t.throwsAsync(client.do(BookType.Add, book, { attributes: {} }), {
    instanceOf: NetlinkError,
  });
  t.is(error.errno, Errno.EINVAL);
  t.is(error.details.missing, 1);
  t.is(error.details.attribute, 'title');
});

test('dump gives every message, over many datagrams', async (t) => {
  const client = await open(new NetlinkDomain({ families: [Library] }));
  const titles = Array.from({ length: 5000 }, (_, i) => `book number ${i}`);
  for (const name of titles) await client.do(BookType.Add, book, title(name));
  const seen: string[] = [];
  for await (const { header, attributes } of client.dump(BookType.List, book)) {
    t.is(header.room, 3);
    seen.push(attributes.title ?? '');
  }
  t.deepEqual(seen, titles);
});

test('dump reports an interruption after its last message', async (t) => {
  const client = await open(new NetlinkDomain({ families: [Library] }));
  await client.do(BookType.Add, book, title('torn'));
  await client.do(BookType.Add, book, title('whole'));
  const seen: unknown[] = [];
  const error = await t.throwsAsync(async () => {
    for await (const { attributes } of client.dump(BookType.List, book)) seen.push(attributes.title);
  });
  t.is((error as NetlinkError).errno, Errno.EINTR);
  t.deepEqual(seen, ['torn', 'whole']);
});

test('an abandoned dump does not stand in the way of the next', async (t) => {
  const client = await open(new NetlinkDomain({ families: [Library] }));
  for (let i = 0; i < 2000; i++) await client.do(BookType.Add, book, title(`book ${i}`));
  for await (const _ of client.dump(BookType.List, book)) break;
  let count = 0;
  for await (const _ of client.dump(BookType.List, book)) count++;
  t.is(count, 2000);
});

test('subscribe gives notifications of other sockets with their originator', async (t) => {
  const domain = new NetlinkDomain({ families: [Library] });
  const watcher = await open(domain);
  const writer = await open(domain);
  const arrivals = await watcher.subscribe([40]);
  await writer.do(BookType.Add, book, title('new'));
  const { value } = await arrivals.next();
  t.deepEqual(value?.attributes, { title: 'new' });
  t.is(value?.portId, writer.socket.address.portId);
  t.is(value?.group, 40);
  await arrivals.return(undefined);
  watcher.close();
});

test('subscribers of one socket hear of their own groups only', async (t) => {
  const domain = new NetlinkDomain({ families: [Library] });
  const watcher = await open(domain);
  const writer = await open(domain);
  const others = await watcher.subscribe([1]);
  const arrivals = await watcher.subscribe([40]);
  await writer.do(BookType.Add, book, title('new'));
  t.is((await arrivals.next()).value?.group, 40);
  const rest = others.next();
  watcher.close();
  t.true((await rest).done);
});

test('subscribe throws ENOBUFS at the gap and then goes on', async (t) => {
  const domain = new NetlinkDomain({ families: [Library] });
  const watcher = await open(domain);
  const writer = await open(domain);
  const arrivals = await watcher.subscribe([40]);
  // The watcher takes 1024 itself; the rest stays in its socket until that overflows.
  for (let i = 0; i < 3000; i++) await writer.do(BookType.Add, book, title(`book ${i}`));
  let taken = 0;
  const error = await t.throwsAsync(async () => {
    for await (const _ of arrivals) taken++;
  });
  t.is((error as NetlinkError).errno, Errno.ENOBUFS);
  t.true(taken >= 1024 && taken < 3000);
  // What was in the socket when it overflowed is still there.
  let after = 0;
  while (arrivals.take() !== undefined) after++;
  t.true(after > 0 && taken + after < 3000);
  await writer.do(BookType.Add, book, title('the last'));
  t.deepEqual((await arrivals.next()).value?.attributes, { title: 'the last' });
});

test('who takes no notifications loses some, but not the answers to requests', async (t) => {
  const domain = new NetlinkDomain({ families: [Library] });
  const client = await open(domain);
  const writer = await open(domain);
  const arrivals = await client.subscribe([40]);
  for (let i = 0; i < 1500; i++) {
    await writer.do(BookType.Add, book, title(`book ${i}`));
    await client.do(BookType.Add, book, title(`own book ${i}`));
  }
  const taken: unknown[] = [];
  const error = await t.throwsAsync(async () => {
    for await (const { attributes } of arrivals) taken.push(attributes);
  });
  t.is((error as NetlinkError).errno, Errno.ENOBUFS);
  t.deepEqual(taken.at(-1), { title: 'own book 511' });
  t.is(taken.length, 1024);
});

test('a subscription hears of its own groups and leaves those that no other wants', async (t) => {
  const domain = new NetlinkDomain({ families: [Library] });
  const client = await open(domain);
  const writer = await open(domain);
  const near = await client.subscribe([1]);
  const both = await client.subscribe([1, 40]);
  await writer.do(BookType.Add, book, title('a'));
  t.is((await both.next()).value?.group, 40);
  t.is(near.take(), undefined);
  await both.return();
  t.deepEqual([...(await client.socket.memberships())], [1, 0]);
});

test('an aborted subscription rejects with the reason and leaves its groups', async (t) => {
  const client = await open(new NetlinkDomain({ families: [Library] }));
  const controller = new AbortController();
  const arrivals = await client.subscribe([40], { signal: controller.signal });
  const next = arrivals.next();
  controller.abort(new Error('enough'));
  await t.throwsAsync(next, { message: 'enough' });
  t.true((await arrivals.next()).done);
  t.deepEqual([...(await client.socket.memberships())], [0, 0]);
});

test('a dump that waits for another one can be aborted', async (t) => {
  const client = await open(new NetlinkDomain({ families: [Library] }));
  for (let i = 0; i < 500; i++) await client.do(BookType.Add, book, title(`book ${i}`));
  const first = client.dump(BookType.List, book);
  await first.next();
  const controller = new AbortController();
  const second = client.dump(BookType.List, book, undefined, { signal: controller.signal }).next();
  controller.abort(new Error('too long'));
  await t.throwsAsync(second, { message: 'too long' });
  let rest = 0;
  for await (const _ of first) rest++;
  t.is(rest, 499);
  let again = 0;
  for await (const _ of client.dump(BookType.List, book)) again++;
  t.is(again, 500);
});

test('close fails requests that wait and ends subscriptions', async (t) => {
  const domain = new NetlinkDomain({ families: [Library] });
  const client = await open(domain);
  const arrivals = await client.subscribe([1]);
  const next = arrivals.next();
  client.close();
  t.true((await next).done);
  await t.throwsAsync(client.do(BookType.Add, book, title('late')), { message: /EBADF/ });
});

test('an aborted dump stops with the reason', async (t) => {
  const client = await open(new NetlinkDomain({ families: [Library] }));
  await client.do(BookType.Add, book, title('a'));
  const aborted = AbortSignal.abort(new Error('enough'));
  await t.throwsAsync(
    async () => {
      for await (const _ of client.dump(BookType.List, book, undefined, { signal: aborted })) t.fail();
    },
    { message: 'enough' },
  );
});
