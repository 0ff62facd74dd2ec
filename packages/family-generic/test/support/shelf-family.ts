import {
  Do,
  Dump,
  defineHeader,
  defineMessage,
  Errno,
  field,
  GROUP_NOTIFIER,
  type GroupNotifier,
  inject,
  type MessageOf,
  NetlinkError,
  type RequestOf,
} from '@nlspace/core';
import { GenericFamily } from '../../src/index.js';
import { shelfAttributes } from './world.js';

export const shelf = defineMessage({ attributes: shelfAttributes });
export type Shelf = MessageOf<typeof shelf>;

export enum ShelfCommand {
  Put = 1,
  List = 2,
  /** Liberal, for everybody. */
  Peek = 3,
  /** Waits until the test lets it go on. */
  Wait = 4,
  Fail = 5,
  Own = 6,
}

/** A family with one of everything. */
@GenericFamily({ name: 'shelf', version: 3, attributes: shelfAttributes, groups: ['changes', 'alarms'] })
export class ShelfFamily {
  readonly entries: Shelf[] = [];
  readonly events: string[] = [];
  release: () => void = () => {};

  constructor(@inject(GROUP_NOTIFIER) private readonly groups: GroupNotifier<'changes' | 'alarms'>) {}

  onLoad(): void {
    this.events.push('loaded');
  }

  onUnload(): void {
    this.events.push('unloaded');
  }

  @Do(ShelfCommand.Put, shelf, { required: ['title', 'count'], privilege: 'admin' })
  put({ attributes, cause }: RequestOf<typeof shelf, 'title' | 'count'>): void {
    if (attributes.title === 'lead')
      throw new NetlinkError(Errno.EOVERFLOW, 'too heavy', { attribute: 'title' });
    this.entries.push({ attributes });
    this.groups.notify('changes', ShelfCommand.List, { attributes }, { cause });
  }

  @Dump(ShelfCommand.List, shelf)
  list(): Iterable<Shelf> {
    return this.entries;
  }

  @Do(ShelfCommand.List, shelf, { required: ['title'] })
  find({ attributes: { title } }: RequestOf<typeof shelf, 'title'>): Shelf {
    const found = this.entries.find((entry) => entry.attributes.title === title);
    if (found === undefined) throw new NetlinkError(Errno.ENOENT);
    return found;
  }

  @Do(ShelfCommand.Peek, shelf, { validation: 'liberal' })
  peek({ attributes }: RequestOf<typeof shelf>): Shelf {
    return { attributes };
  }

  @Do(ShelfCommand.Wait, shelf)
  async wait({ cause }: RequestOf<typeof shelf>): Promise<Shelf> {
    await new Promise<void>((resolve) => {
      this.release = resolve;
    });
    this.groups.notify('alarms', ShelfCommand.List, { attributes: { title: 'late' } }, { cause });
    return { attributes: { title: 'done' } };
  }

  @Do(ShelfCommand.Fail, shelf)
  fail(): void {
    throw new TypeError('a mistake');
  }

  @Do(ShelfCommand.Own, shelf, { privilege: 'uns-admin' })
  own(): void {}
}

const boxHeader = defineHeader('boxhdr', { size: field.u32, colour: field.u16, padding: field.pad(2) });
export const box = defineMessage({ name: 'box', header: boxHeader, attributes: shelfAttributes });

/** A family with a header of its own behind `struct genlmsghdr`. */
@GenericFamily({ name: 'box', attributes: shelfAttributes, header: box })
export class BoxFamily {
  @Do(1, box)
  echo({ header, attributes }: RequestOf<typeof box>): MessageOf<typeof box> {
    return { header: { size: header.size + 1, colour: header.colour }, attributes };
  }
}
