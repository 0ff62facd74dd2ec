import type { InjectionToken } from 'tsyringe';
import type { MulticastGroups } from '../multicast/multicast-groups.js';
import type { MessageBody } from '../schema/message.js';
import type { DomainSocket } from '../socket/domain-socket.js';
import type { NamespacePlace } from '../socket/namespace-world.js';
import type { Datagram } from '../socket/netlink.js';
import type { PortIds } from '../socket/port-ids.js';
import { ByteWriter } from '../wire/byte-writer.js';
import type { HostGroups } from './family-host.js';
import { appendMessage } from './reply-writer.js';
import { type Cause, NO_CAUSE } from './request.js';
import type { ServedFamily } from './served-family.js';

export interface NotifyOptions {
  /** `nlmsg_flags` of the notification. @default 0 */
  readonly flags?: number;
  /** Whose port ID and sequence number the header carries. @default NO_CAUSE */
  readonly cause?: Cause;
}

/**
 * Sends notifications to the groups of one family: encoded once, delivered to every member. A family that names its
 * groups, as in `GroupNotifier<'changes'>`, cannot misspell them.
 */
export interface GroupNotifier<Group extends string = string> {
  /** Whether anybody would read a notification: `cause` counts too, for it may have asked for an echo. */
  hasListeners(group: Group | number, cause?: Cause): boolean;
  notify(group: Group | number, messageType: number, body: MessageBody, options?: NotifyOptions): void;
  /** The same with a complete message; its port ID and sequence number are overwritten. The bytes are kept. */
  notifyRaw(group: Group | number, message: Uint8Array, cause?: Cause): void;
}

/** The notifier of the family that a handler belongs to. */
export const GROUP_NOTIFIER: InjectionToken<GroupNotifier> = Symbol('GROUP_NOTIFIER');

export class FamilyNotifier implements HostGroups {
  /** Set when the family has been built; handlers cannot notify before. */
  family: ServedFamily | undefined;
  readonly #writer = new ByteWriter(1024);

  constructor(
    private readonly groups: MulticastGroups<DomainSocket>,
    private readonly ports: PortIds<DomainSocket>,
    private readonly place: NamespacePlace | undefined,
  ) {}

  hasListeners(group: string | number, cause: Cause = NO_CAUSE): boolean {
    const groupId = typeof group === 'number' ? group : this.#family.groupId(group);
    return (
      cause.echo ||
      this.groups.hasMembers(groupId) ||
      this.place?.world.isHeard(this.#family.options.protocol, groupId) === true
    );
  }

  notify(group: string | number, messageType: number, body: MessageBody, options: NotifyOptions = {}): void {
    const groupId = this.#family.groupId(group);
    const cause = options.cause ?? NO_CAUSE;
    if (!this.hasListeners(groupId, cause)) return;
    const schema = this.#family.schemaOf(messageType);
    if (schema === undefined) {
      throw new RangeError(`${this.#family.options.name} has no message type ${messageType} to notify with`);
    }
    const writer = this.#writer;
    writer.reset();
    appendMessage(writer, schema, body, messageType, options.flags ?? 0, cause.sequence, cause.portId);
    this.#deliver(groupId, writer.slice(), cause);
  }

  notifyRaw(group: string | number, message: Uint8Array, cause: Cause = NO_CAUSE): void {
    const groupId = this.#family.groupId(group);
    if (!this.hasListeners(groupId, cause)) return;
    const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
    view.setUint32(8, cause.sequence, true);
    view.setUint32(12, cause.portId, true);
    this.#deliver(groupId, message, cause);
  }

  setCount(count: number): void {
    this.#family.highestGroup = count;
  }

  clear(group: number): void {
    for (const member of [...this.groups.members(group)]) member.dropGroup(group);
  }

  #deliver(group: number, bytes: Uint8Array, cause: Cause): void {
    const source = { portId: 0, groups: group <= 32 ? (1 << (group - 1)) >>> 0 : 0 };
    const datagram: Datagram = { bytes, source, group };
    for (const member of this.groups.members(group)) {
      if (!(cause.echo && member.portId === cause.portId)) member.deliverNotification(datagram);
    }
    this.place?.world.deliverElsewhere(datagram, this.#family.options.protocol, this.place.id);
    if (cause.echo) this.ports.get(cause.portId)?.deliverReply(bytes, source);
  }

  get #family(): ServedFamily {
    if (this.family === undefined) throw new Error('a handler notified while its family was being built');
    return this.family;
  }
}
