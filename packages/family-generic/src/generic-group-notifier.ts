import {
  appendMessage,
  ByteWriter,
  type Cause,
  type GroupNotifier,
  type HostGroups,
  type MessageBody,
  NO_CAUSE,
  type NotifyOptions,
} from '@nlspace/core';
import type { ServedGenericFamily } from './served-generic-family.js';

/** Notifies the groups of one generic family, by their names; messages go by command. */
export class GenericGroupNotifier implements GroupNotifier {
  /** Set when the family has been built; it cannot notify before. */
  family: ServedGenericFamily | undefined;
  readonly #writer = new ByteWriter(1024);

  constructor(private readonly groups: HostGroups) {}

  hasListeners(group: string | number, cause?: Cause): boolean {
    return !this.#family.isWithdrawn && this.groups.hasListeners(this.#idOf(group), cause);
  }

  /** @throws {RangeError} naming the groups or commands there are. */
  notify(group: string | number, command: number, body: MessageBody, options: NotifyOptions = {}): void {
    const { flags = 0, cause = NO_CAUSE } = options;
    const id = this.#idOf(group);
    const family = this.#family;
    // The numbers of its groups may be another's by now.
    if (family.isWithdrawn || !this.groups.hasListeners(id, cause)) return;
    const schema = family.schemaOf(command);
    if (schema === undefined)
      throw new RangeError(
        `${family.name} says nothing of command ${command}, so nothing can be told with it; name it in the notifications of the family`,
      );
    const writer = this.#writer;
    writer.reset();
    appendMessage(writer, schema, body, family.familyId, flags, cause.sequence, cause.portId);
    this.groups.notifyRaw(id, writer.slice(), cause);
  }

  notifyRaw(group: string | number, message: Uint8Array, cause?: Cause): void {
    const id = this.#idOf(group);
    if (!this.#family.isWithdrawn) this.groups.notifyRaw(id, message, cause);
  }

  #idOf(group: string | number): number {
    const { groups, name } = this.#family;
    const known = groups.find((one) => one.name === group || one.id === group);
    if (known !== undefined) return known.id;
    const names = groups.map((one) => one.name).join(', ') || 'none';
    throw new RangeError(`${name} has no group ${group}; its groups: ${names}`);
  }

  get #family(): ServedGenericFamily {
    if (this.family === undefined) throw new Error('a family notified while it was being built');
    return this.family;
  }
}
