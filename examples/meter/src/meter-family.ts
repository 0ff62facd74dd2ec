import {
  attr,
  Do,
  Dump,
  defineAttributes,
  defineMessage,
  Errno,
  GenericFamily,
  GROUP_NOTIFIER,
  type GroupNotifier,
  inject,
  type MessageOf,
  NetlinkError,
  type RequestOf,
} from 'nlspace';
import { MeterStore } from './meter-store.js';

/** The numbers are the wire format: append, never renumber or reuse. */
const attributes = defineAttributes('meter', {
  name: attr.string(1, { max: 15 }),
  rate: attr.u32(2, { min: 1, doc: 'Packets per second.' }),
  burst: attr.u32(3),
  paused: attr.flag(4),
});
export const meter = defineMessage({ attributes });
export type Meter = MessageOf<typeof meter>;

export enum MeterCommand {
  Set = 1,
  Get = 2,
}

@GenericFamily({ name: 'meter', attributes, commands: MeterCommand, groups: ['changes'] })
export class MeterFamily {
  constructor(
    @inject(MeterStore) private readonly meters: MeterStore,
    @inject(GROUP_NOTIFIER) private readonly groups: GroupNotifier<'changes'>,
  ) {}

  @Do(MeterCommand.Set, meter, { required: ['name', 'rate'], privilege: 'admin' })
  set({ attributes, cause }: RequestOf<typeof meter, 'name' | 'rate'>): void {
    const { rate, burst = rate } = attributes;
    if (burst < rate) throw new NetlinkError(Errno.EINVAL, 'burst is below rate', { attribute: 'burst' });
    this.groups.notify('changes', MeterCommand.Get, this.meters.put(attributes), { cause });
  }

  @Dump(MeterCommand.Get, meter)
  list(): Iterable<Meter> {
    return this.meters.all();
  }
}
