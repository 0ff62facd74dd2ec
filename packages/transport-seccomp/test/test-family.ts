import {
  attr,
  Do,
  Dump,
  defineAttributes,
  defineMessage,
  GROUP_NOTIFIER,
  type GroupNotifier,
  inject,
  type MessageOf,
  NetlinkDomain,
  NetlinkFamily,
  type RequestOf,
} from '@nlspace/core';

const item = defineMessage({
  name: 'item',
  attributes: defineAttributes('item', { number: attr.u32(1), padding: attr.bytes(2) }),
});
type Item = MessageOf<typeof item>;

/** The numbers that programs/probe.c uses. */
enum TestMessage {
  /** Announces its number to group 1, then is acknowledged. */
  Announce = 20,
  /** Lists as many items as its number says. */
  List = 22,
  /** As Announce, but later: the handler awaits. */
  AnnounceLater = 24,
  /** Announces as many times as its number says, to group 34. */
  Flood = 28,
}

const groups = { items: 1, late: 34 };
const DUMP_FLAGS = 0x300;

@NetlinkFamily({
  name: 'test',
  protocol: 0,
  groups,
  handlers: [],
  isDump: (messageType, flags) => messageType === TestMessage.List && (flags & DUMP_FLAGS) !== 0,
  replyType: () => TestMessage.Announce,
})
class TestFamily {
  constructor(@inject(GROUP_NOTIFIER) private readonly notifier: GroupNotifier) {}

  @Do(TestMessage.Announce, item, { privilege: 'admin', required: ['number'] })
  announce({ attributes, cause }: RequestOf<typeof item, 'number'>): void {
    this.notifier.notify('items', TestMessage.Announce, { attributes }, { cause });
  }

  @Do(TestMessage.AnnounceLater, item, { required: ['number'] })
  async announceLater({ attributes, cause }: RequestOf<typeof item, 'number'>): Promise<void> {
    await new Promise(setImmediate);
    this.notifier.notify('items', TestMessage.Announce, { attributes }, { cause });
  }

  @Do(TestMessage.Flood, item, { required: ['number'] })
  flood({ attributes }: RequestOf<typeof item, 'number'>): void {
    for (let number = 0; number < attributes.number; number++) {
      this.notifier.notify('late', TestMessage.Announce, { attributes: { number } });
    }
  }

  @Dump(TestMessage.List, item)
  *list({ attributes }: RequestOf<typeof item>): Iterable<Item> {
    for (let number = 0; number < (attributes.number ?? 0); number++) {
      yield { attributes: { number, padding: new Uint8Array(96) } } as Item;
    }
  }
}

export function createTestDomain(): NetlinkDomain {
  return new NetlinkDomain({ families: [TestFamily] });
}
