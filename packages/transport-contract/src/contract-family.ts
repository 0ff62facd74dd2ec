import {
  attr,
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
  NetlinkError,
  NetlinkFamily,
  type RequestOf,
} from '@nlspace/core';

export const CONTRACT_PROTOCOL = 21;
/** The last group, beyond those that have a bit in an address. */
export const FAR_GROUP = 40;
export const NEAR_GROUP = 3;

const header = defineHeader('order', { count: field.u32, size: field.u32 });
const attributes = defineAttributes('parcel', {
  name: attr.string(1, { max: 63 }),
  index: attr.u32(2),
  content: attr.bytes(3),
});
export const parcel = defineMessage({ header, attributes });
export type Parcel = MessageOf<typeof parcel>;

export enum ContractType {
  /** Does nothing. */
  Touch = 16,
  /** Replies with `count` parcels. */
  Fetch = 17,
  /** Lists `count` parcels with contents of `size` bytes. */
  List = 18,
  /** Announces `count` parcels with contents of `size` bytes in both groups. */
  Announce = 19,
  /** Is refused, naming the attribute. */
  Refuse = 20,
  /** Is not done before `release` is called. */
  Wait = 21,
  /** Needs netAdmin. */
  Guarded = 22,
}

/** A family that does what the suite asks of it. */
@NetlinkFamily({
  protocol: CONTRACT_PROTOCOL,
  name: 'contract',
  groups: { near: NEAR_GROUP, far: FAR_GROUP },
  handlers: [],
  isDump: (type) => type === ContractType.List,
  replyType: (type) => type,
})
export class ContractFamily {
  /** Requests that have been handled. */
  handled = 0;
  readonly #waiting: Array<() => void> = [];

  constructor(@inject(GROUP_NOTIFIER) private readonly groups: GroupNotifier) {}

  /** Lets the handlers that wait go on. */
  release(): void {
    for (const goOn of this.#waiting.splice(0)) goOn();
  }

  get waitingCount(): number {
    return this.#waiting.length;
  }

  isHeard(group: 'near' | 'far'): boolean {
    return this.groups.hasListeners(group);
  }

  @Do(ContractType.Touch, parcel)
  touch(): void {
    this.handled++;
  }

  @Do(ContractType.Fetch, parcel)
  fetch({ header: { count, size } }: RequestOf<typeof parcel>): Parcel[] {
    this.handled++;
    return Array.from({ length: count }, (_, index) => makeParcel(index, size));
  }

  @Dump(ContractType.List, parcel)
  *list({ header: { count, size } }: RequestOf<typeof parcel>): Iterable<Parcel> {
    for (let index = 0; index < count; index++) yield makeParcel(index, size);
  }

  @Do(ContractType.Announce, parcel)
  announce({ header: { count, size }, cause }: RequestOf<typeof parcel>): void {
    for (let index = 0; index < count; index++) {
      const made = makeParcel(index, size);
      this.groups.notify('near', ContractType.Announce, made, { cause });
      this.groups.notify('far', ContractType.Announce, made, { cause });
    }
  }

  @Do(ContractType.Refuse, parcel, { required: ['name'] })
  refuse({ attributes: { name } }: RequestOf<typeof parcel, 'name'>): void {
    throw new NetlinkError(Errno.EEXIST, `parcel ${name} exists`, { attribute: 'name' });
  }

  @Do(ContractType.Wait, parcel)
  async wait(): Promise<void> {
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.handled++;
  }

  @Do(ContractType.Guarded, parcel, { privilege: 'admin' })
  guarded(): void {
    this.handled++;
  }
}

function makeParcel(index: number, size: number): Parcel {
  return { header: { count: 0, size }, attributes: { index, content: new Uint8Array(size) } };
}
