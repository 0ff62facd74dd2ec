import { type DecodedOf, readMessages } from '@nlspace/core';
import { ControlCommand, familyDescription, type GenericNetlink } from '@nlspace/family-generic';
import type { KnownFamilies, KnownFamily } from './generic-vocabulary.js';

/** GENL_ID_CTRL */
const CONTROL_ID = 16;
const GENERIC_HEADER_SIZE = 4;

interface ListedFamily {
  readonly name: string;
  readonly known: KnownFamily;
}

/**
 * The generic families of a back end that is not in this process, by name, as nlctrl tells of them in what goes by. Those that
 * come with nlspace are known by heart: their numbers differ from system to system, what they say does not.
 */
export class FamilyDirectory implements KnownFamilies {
  readonly #families = new Map<number, ListedFamily>();
  readonly #groups = new Map<number, string>();

  /** @param byHeart families with schemas. */
  constructor(private readonly byHeart: () => GenericNetlink) {}

  byId(familyId: number): KnownFamily | undefined {
    if (familyId === CONTROL_ID) return this.byHeart().byId(CONTROL_ID);
    return this.#families.get(familyId)?.known;
  }

  groupName(group: number): string | undefined {
    return this.#groups.get(group);
  }

  /** Reads what nlctrl says in a datagram of NETLINK_GENERIC, if it does. */
  learn(datagram: Uint8Array): void {
    for (const { header, payload } of readMessages(datagram)) {
      if (header.type !== CONTROL_ID || payload.length < GENERIC_HEADER_SIZE) continue;
      const [command] = payload;
      const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
      const attributes = familyDescription.attributes.decode(view, GENERIC_HEADER_SIZE, payload.length);
      if (command === ControlCommand.NewFamily || command === ControlCommand.NewGroup) this.#add(attributes);
      else if (command === ControlCommand.DeleteFamily) this.#families.delete(attributes.familyId ?? 0);
    }
  }

  #add({ familyId, familyName: name, groups = [] }: DecodedOf<typeof familyDescription>['attributes']): void {
    if (familyId === undefined || name === undefined) return;
    if (this.#families.get(familyId)?.name !== name)
      this.#families.set(familyId, { name, known: this.byHeart().byName(name) ?? nameOnly(name) });
    for (const { name: group, id } of groups)
      if (group !== undefined && id !== undefined) this.#groups.set(id, `${name}.${group}`);
  }
}

function nameOnly(name: string): KnownFamily {
  return {
    find: () => undefined,
    schemaOf: () => undefined,
    commandName: (command) => `${name}.${command}`,
  };
}
