import {
  Do,
  Dump,
  Errno,
  GROUP_NOTIFIER,
  type GroupNotifier,
  type InjectionToken,
  inject,
  NetlinkError,
  type RequestOf,
} from '@nlspace/core';
import { GenericFamily } from '../generic-family.js';
import type { ServedGenericFamily } from '../served-generic-family.js';
import { ControlCommand, type FamilyDescription, familyDescription } from './control-message.js';
import { describeFamily, describeGroup } from './describe-family.js';

/** The families that there are; the host keeps it. */
export interface FamilyDirectory {
  byId(id: number): ServedGenericFamily | undefined;
  byName(name: string): ServedGenericFamily | undefined;
  /** By ID, ascending. */
  all(): readonly ServedGenericFamily[];
}

export const FAMILY_DIRECTORY: InjectionToken<FamilyDirectory> = Symbol('FAMILY_DIRECTORY');

type Request = RequestOf<typeof familyDescription>;

const NOTIFY = 'notify';

/** `nlctrl`: who is there, under which numbers, and who comes and goes. */
@GenericFamily({
  name: 'nlctrl',
  version: 2,
  groups: [NOTIFY],
  strictHeadersFrom: ControlCommand.GetPolicy + 1,
})
export class ControlFamily {
  constructor(
    @inject(FAMILY_DIRECTORY) private readonly families: FamilyDirectory,
    @inject(GROUP_NOTIFIER) private readonly groups: GroupNotifier,
  ) {}

  @Do(ControlCommand.GetFamily, familyDescription, {
    replyType: ControlCommand.NewFamily,
    validation: 'liberal',
  })
  get({ attributes: { familyId, familyName } }: Request): FamilyDescription {
    if (familyId === undefined && familyName === undefined) throw new NetlinkError(Errno.EINVAL);
    // The name counts where both are given.
    const family =
      familyName === undefined ? this.families.byId(familyId ?? 0) : this.families.byName(familyName);
    if (family === undefined) throw new NetlinkError(Errno.ENOENT);
    return describeFamily(family);
  }

  @Dump(ControlCommand.GetFamily, familyDescription, {
    replyType: ControlCommand.NewFamily,
    validation: 'liberal',
  })
  *list(): Iterable<FamilyDescription> {
    for (const family of this.families.all()) yield describeFamily(family);
  }

  announceFamily(family: ServedGenericFamily): void {
    this.groups.notify(NOTIFY, ControlCommand.NewFamily, describeFamily(family));
    for (const group of family.groups)
      this.groups.notify(NOTIFY, ControlCommand.NewGroup, describeGroup(family, group));
  }

  announceWithdrawal(family: ServedGenericFamily): void {
    for (const group of family.groups)
      this.groups.notify(NOTIFY, ControlCommand.DeleteGroup, describeGroup(family, group));
    this.groups.notify(NOTIFY, ControlCommand.DeleteFamily, describeFamily(family));
  }
}
