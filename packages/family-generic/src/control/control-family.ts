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
import { CONTROL_NAME } from '../names.js';
import type { ServedGenericFamily } from '../served-generic-family.js';
import {
  ControlCommand,
  type FamilyDescription,
  familyDescription,
  familyRequest,
  policyRequest,
} from './control-message.js';
import { describeFamily, describeGroup } from './describe-family.js';
import { describePolicies } from './describe-policy.js';

/** The families that there are; the host keeps it. */
export interface FamilyDirectory {
  byId(id: number): ServedGenericFamily | undefined;
  byName(name: string): ServedGenericFamily | undefined;
  /** By ID, ascending. */
  all(): readonly ServedGenericFamily[];
}

export const FAMILY_DIRECTORY: InjectionToken<FamilyDirectory> = Symbol('FAMILY_DIRECTORY');

const NOTIFY = 'notify';

/** `nlctrl`: who is there, under which numbers, and who comes and goes. */
@GenericFamily({
  name: CONTROL_NAME,
  doc: 'The generic families that there are: their numbers, commands, groups and policies.',
  commands: ControlCommand,
  version: 2,
  groups: [NOTIFY],
  notifications: {
    [ControlCommand.DeleteFamily]: familyDescription,
    [ControlCommand.NewGroup]: familyDescription,
    [ControlCommand.DeleteGroup]: familyDescription,
  },
  strictHeadersFrom: ControlCommand.GetPolicy + 1,
})
export class ControlFamily {
  constructor(
    @inject(FAMILY_DIRECTORY) private readonly families: FamilyDirectory,
    @inject(GROUP_NOTIFIER) private readonly groups: GroupNotifier,
  ) {}

  @Do(ControlCommand.GetFamily, familyRequest, {
    reply: familyDescription,
    replyType: ControlCommand.NewFamily,
    validation: 'liberal',
    doc: 'One family, by name or number.',
  })
  get({ attributes: { familyId, familyName } }: RequestOf<typeof familyRequest>): FamilyDescription {
    if (familyId === undefined && familyName === undefined) throw new NetlinkError(Errno.EINVAL);
    // The name counts where both are given.
    const family =
      familyName === undefined ? this.families.byId(familyId ?? 0) : this.families.byName(familyName);
    if (family === undefined) throw new NetlinkError(Errno.ENOENT);
    return describeFamily(family);
  }

  @Dump(ControlCommand.GetFamily, familyRequest, {
    reply: familyDescription,
    replyType: ControlCommand.NewFamily,
    doc: 'All families.',
  })
  *list(): Iterable<FamilyDescription> {
    for (const family of this.families.all()) yield describeFamily(family);
  }

  @Dump(ControlCommand.GetPolicy, policyRequest, {
    reply: familyDescription,
    done: 'apart',
    doc: 'What requests of a family may hold.',
  })
  policies({ attributes }: RequestOf<typeof policyRequest>): Iterable<FamilyDescription> {
    const { familyId, familyName, operation } = attributes;
    if (familyId === undefined && familyName === undefined) throw new NetlinkError(Errno.EINVAL);
    // Here the number counts where both are given.
    const family =
      familyId === undefined ? this.families.byName(familyName ?? '') : this.families.byId(familyId);
    if (family === undefined) throw new NetlinkError(Errno.ENOENT);
    const commands = operation === undefined ? family.commands : [family.command(operation)];
    if (commands.some((one) => one.do === undefined && one.dump === undefined))
      throw new NetlinkError(Errno.ENOENT, undefined, { attribute: 'operation' });
    const policies = describePolicies(family, commands);
    if (policies === undefined) throw new NetlinkError(Errno.ENODATA);
    return policies;
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
