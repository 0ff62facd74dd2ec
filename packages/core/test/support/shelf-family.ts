import {
  attr,
  Do,
  Dump,
  type DumpContext,
  type DumpRoom,
  defineAttributes,
  defineHeader,
  defineMessage,
  field,
  GROUP_NOTIFIER,
  type GroupNotifier,
  inject,
  type MessageOf,
  NetlinkError,
  NetlinkFamily,
  RawDump,
  type RequestOf,
} from '../../src/index.js';

export const SHELF_PROTOCOL = 5;

const header = defineHeader('shelf', { room: field.u8, padding: field.pad(3) });
const price = defineAttributes('price', {
  amount: attr.u32(1, { min: 1, max: 1000 }),
  currency: attr.string(2, { max: 3 }),
});
const attributes = defineAttributes('book', {
  title: attr.string(1, { max: 63 }),
  pages: attr.u32(2),
  price: attr.nested(3, price),
  errno: attr.u32(4),
});
export const book = defineMessage({ header, attributes });
export type Book = MessageOf<typeof book>;
type BookRequest = RequestOf<typeof book>;

/** What can be asked of the family, one exchange or misbehaviour each. */
export enum ShelfType {
  Give = 16,
  Add = 17,
  Refuse = 18,
  Break = 19,
  Wait = 20,
  Announce = 21,
  Strict = 22,
  List = 32,
  ListApart = 33,
  RefuseToList = 34,
  BreakWhileListing = 35,
  ListRaw = 36,
  Mark = 37,
}

/** A message of 60 bytes. */
export function bookOf60Bytes(pages: number): Book {
  return { header: { room: 1 }, attributes: { title: 'a title of 27 characters ..', pages } };
}

/** A family that does what tests ask of it. */
@NetlinkFamily({
  protocol: SHELF_PROTOCOL,
  name: 'shelf',
  groups: { near: 1, late: 31, far: 40 },
  handlers: [],
  isDump: (messageType, flags) => messageType >= 32 && (flags & 0x300) !== 0,
  replyType: (messageType) => messageType,
  isRead: (messageType) => messageType === ShelfType.Give,
  smallestPayload: 1,
})
export class ShelfFamily {
  books: Book[] = [];
  readonly log: string[] = [];
  /** Opens the gate at which `Wait` requests stand. */
  release: () => void = () => undefined;
  beforeEach: (index: number, context: DumpContext) => void = () => undefined;
  unloaded = false;

  constructor(@inject(GROUP_NOTIFIER) private readonly groups: GroupNotifier) {}

  onUnload(): void {
    this.unloaded = true;
  }

  /** Answers with as many copies of the request as it has pages. */
  @Do(ShelfType.Give, book)
  give({ header, attributes }: BookRequest): Book[] {
    this.log.push(`give ${attributes.title}`);
    return Array.from({ length: attributes.pages ?? 1 }, () => ({ header, attributes }));
  }

  @Do(ShelfType.Add, book, { privilege: 'admin', required: ['title', 'pages'] })
  add({ header, attributes }: RequestOf<typeof book, 'title' | 'pages'>): void {
    this.log.push(`add ${attributes.title}`);
    this.books.push({ header, attributes: { ...attributes } });
  }

  @Do(ShelfType.Refuse, book)
  refuse({ attributes }: BookRequest): void {
    throw new NetlinkError(attributes.errno ?? 1, attributes.title, { attribute: 'price.currency' });
  }

  @Do(ShelfType.Break, book)
  break(): void {
    throw new TypeError('broken');
  }

  @Do(ShelfType.Wait, book)
  async wait({ attributes: { title, errno } }: BookRequest): Promise<void> {
    this.log.push(`begin ${title}`);
    await new Promise<void>((resolve) => {
      this.release = resolve;
    });
    this.log.push(`end ${title}`);
    if (errno !== undefined) throw new NetlinkError(errno);
  }

  @Do(ShelfType.Announce, book)
  announce({ header, attributes, cause }: BookRequest): void {
    for (const group of ['near', 'far'])
      this.groups.notify(group, ShelfType.Add, { header, attributes }, { cause });
  }

  @Do(ShelfType.Strict, book, { validation: 'strict' })
  strict(): void {}

  @Dump(ShelfType.List, book)
  *list(_request: BookRequest, context: DumpContext): Iterable<Book> {
    for (let index = 0; index < this.books.length; index++) {
      this.beforeEach(index, context);
      yield this.books[index] as Book;
    }
  }

  @Dump(ShelfType.ListApart, book, { done: 'apart' })
  listApart(): Iterable<Book> {
    return this.books;
  }

  @Dump(ShelfType.RefuseToList, book)
  refuseToList({ attributes }: BookRequest): Iterable<Book> {
    throw new NetlinkError(attributes.errno ?? 2, 'no such shelf');
  }

  @Dump(ShelfType.BreakWhileListing, book)
  *breakWhileListing(): Iterable<Book> {
    yield bookOf60Bytes(1);
    throw new TypeError('broken');
  }

  @Dump(ShelfType.ListRaw, book)
  listRaw(): RawDump {
    return new RawBooks(this.books.length);
  }

  @Dump(ShelfType.Mark, book)
  *mark(_request: BookRequest, context: DumpContext): Iterable<Book> {
    context.markFiltered();
    context.markInterrupted();
    yield bookOf60Bytes(1);
    yield bookOf60Bytes(2);
  }
}

/** Messages without attributes, 20 bytes each; `room` counts. */
class RawBooks extends RawDump {
  #next = 0;

  constructor(private readonly count: number) {
    super();
  }

  fill(room: DumpRoom): boolean {
    while (this.#next < this.count && room.offset + 20 <= room.limit) {
      room.view.setUint32(room.offset, 20, true);
      room.view.setUint16(room.offset + 4, ShelfType.ListRaw, true);
      room.view.setUint16(room.offset + 6, room.flags, true);
      room.view.setUint32(room.offset + 8, room.sequence, true);
      room.view.setUint32(room.offset + 12, room.portId, true);
      room.view.setUint32(room.offset + 16, this.#next++ & 0xff, true);
      room.offset += 20;
    }
    return this.#next === this.count;
  }
}
