import {
  buildFamily,
  type Class,
  Errno,
  type FamilyHost,
  type FamilyLifecycle,
  GROUP_NOTIFIER,
  type Guest,
  type GuestDescription,
  HOST_GROUPS,
  type HostGroups,
  type IncomingRequest,
  inject,
  MessageFlag,
  NetlinkError,
  NetlinkFamily,
  NetlinkProtocol,
  type Operation,
} from '@nlspace/core';
import { type DependencyContainer, container as rootContainer } from 'tsyringe';
import { checkOptions } from './check-options.js';
import { ControlFamily, FAMILY_DIRECTORY, type FamilyDirectory } from './control/control-family.js';
import { genericFamilyOptionsOf } from './generic-family.js';
import { GenericGroupNotifier } from './generic-group-notifier.js';
import { genericHeader } from './generic-header.js';
import { CONTROL_ID } from './names.js';
import { NumberRegistry } from './number-registry.js';
import { type GenericNumbers, ServedGenericFamily } from './served-generic-family.js';

/** Nlctrl's ID, and the number of its group. */
const CONTROL_NUMBERS: GenericNumbers = { familyId: CONTROL_ID, firstGroup: CONTROL_ID };

/** What a request may say beside whether it dumps. */
const PLAIN_FLAGS = MessageFlag.Request | MessageFlag.Ack | MessageFlag.Echo;

/** NETLINK_GENERIC: takes in families at run time, gives them numbers, and finds who handles a request. */
@NetlinkFamily({
  protocol: NetlinkProtocol.Generic,
  name: 'generic',
  groups: { notify: CONTROL_NUMBERS.firstGroup },
  handlers: [],
  // Both bits, unlike rtnetlink.
  isDump: (_messageType, flags) => (flags & MessageFlag.Dump) === MessageFlag.Dump,
  replyType: (messageType) => messageType,
})
export class GenericNetlink implements FamilyHost, FamilyDirectory {
  readonly #numbers = new NumberRegistry();
  readonly #byId = new Map<number, ServedGenericFamily>();
  #control!: ControlFamily;

  constructor(@inject(HOST_GROUPS) private readonly groups: HostGroups) {}

  onLoad(): void {
    this.#growGroups();
    const scope = rootContainer.createChildContainer();
    this.#control = this.#build(ControlFamily, scope, CONTROL_NUMBERS).instance as ControlFamily;
  }

  byId(id: number): ServedGenericFamily | undefined {
    return this.#byId.get(id);
  }

  byName(name: string): ServedGenericFamily | undefined {
    return [...this.#byId.values()].find((family) => family.name === name);
  }

  all(): readonly ServedGenericFamily[] {
    return [...this.#byId.values()].sort((a, b) => a.familyId - b.familyId);
  }

  /** genl_rcv_msg: who, how long, which command, who may. */
  resolve(request: IncomingRequest, isDump: boolean): Operation {
    const { messageType, view, payloadStart, end, credentials } = request;
    const family = this.#byId.get(messageType);
    if (family === undefined) throw new NetlinkError(Errno.ENOENT);
    if (end - payloadStart < family.headerSize) throw new NetlinkError(Errno.EINVAL);
    const { command, reserved } = genericHeader.read(view, payloadStart);
    if (command >= (family.options.strictHeadersFrom ?? 0))
      refuseReserved(reserved, request.flagBits, isDump);
    const operation = family.find(isDump ? 'dump' : 'do', command);
    if (operation === undefined) throw new NetlinkError(Errno.EOPNOTSUPP);
    if (operation.options.privilege !== undefined && !credentials.netAdmin)
      throw new NetlinkError(Errno.EPERM);
    return operation;
  }

  /** @throws {Error} naming class, method, number and remedy where the family does not fit together. */
  admit(target: Class, scope: DependencyContainer): Guest {
    const options = genericFamilyOptionsOf(target);
    checkOptions(target, options);
    if (this.byName(options.name) !== undefined)
      throw new Error(`${target.name}: there is a generic family ${options.name}; dispose that first`);
    const groupCount = options.groups?.length ?? 0;
    const firstGroup = groupCount === 0 ? 0 : this.#numbers.allocateGroups(groupCount);
    const numbers = { familyId: this.#numbers.allocateFamily(), firstGroup };
    const release = () => {
      this.#byId.delete(numbers.familyId);
      this.#numbers.releaseFamily(numbers.familyId);
      this.#numbers.releaseGroups(firstGroup, groupCount);
    };
    try {
      const family = this.#build(target, scope, numbers);
      this.#growGroups();
      (family.instance as FamilyLifecycle).onLoad?.();
      this.#control.announceFamily(family);
      return {
        name: family.name,
        instance: family.instance,
        dispose: () => this.#withdraw(family, release),
      };
    } catch (error) {
      release();
      throw error;
    }
  }

  guests(): readonly GuestDescription[] {
    return this.all().map(({ name, familyId, version, groups, operations }) => ({
      name,
      number: familyId,
      version,
      groups: Object.fromEntries(groups.map((group) => [group.name, group.id])),
      operations,
    }));
  }

  async #withdraw(family: ServedGenericFamily, release: () => void): Promise<void> {
    this.#byId.delete(family.familyId);
    try {
      (family.instance as FamilyLifecycle).onUnload?.();
    } finally {
      for (const { id } of family.groups) this.groups.clear(id);
      this.#control.announceWithdrawal(family);
      release();
      await family.withdraw();
    }
  }

  #build(target: Class, scope: DependencyContainer, numbers: GenericNumbers): ServedGenericFamily {
    const notifier = new GenericGroupNotifier(this.groups);
    scope.register(GROUP_NOTIFIER, { useValue: notifier });
    scope.register(FAMILY_DIRECTORY, { useValue: this as FamilyDirectory });
    if (!scope.isRegistered(target)) scope.registerSingleton(target);
    const family = new ServedGenericFamily(
      genericFamilyOptionsOf(target),
      buildFamily(scope, target),
      numbers,
    );
    notifier.family = family;
    this.#byId.set(numbers.familyId, family);
    return family;
  }

  #growGroups(): void {
    this.groups.setCount(this.#numbers.groupCount);
  }
}

/** genl_header_check */
function refuseReserved(reserved: number, flags: number, isDump: boolean): void {
  if (reserved !== 0) throw new NetlinkError(Errno.EINVAL, 'genlmsghdr.reserved field is not 0');
  const others = isDump ? flags & ~MessageFlag.Dump : flags;
  if ((others & ~PLAIN_FLAGS) !== 0)
    throw new NetlinkError(Errno.EINVAL, 'ambiguous or reserved bits set in nlmsg_flags');
}
