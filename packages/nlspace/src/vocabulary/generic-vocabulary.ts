import {
  defineMessage,
  MessageFlag,
  type MessageSchema,
  type Operation,
  type RawMessage,
} from '@nlspace/core';
import { type GenericNetlink, withVisibleHeader } from '@nlspace/family-generic';
import { hasDumpFlags, type Vocabulary } from '@nlspace/middleware';

const MODIFIERS: ReadonlyArray<readonly [number, string]> = [
  [MessageFlag.Dump, 'DUMP'],
  [MessageFlag.Replace, 'REPLACE'],
  [MessageFlag.Exclusive, 'EXCL'],
  [MessageFlag.Create, 'CREATE'],
  [MessageFlag.Append, 'APPEND'],
];

/** What is known of a generic family. */
export interface KnownFamily {
  find(exchange: 'do' | 'dump', command: number): Operation | undefined;
  /** What messages of a command are written by. */
  schemaOf(command: number): MessageSchema | undefined;
  /** `meter.Set`, or `meter.1` */
  commandName(command: number): string;
}

/** The generic families that there are, by the numbers that they have there. */
export interface KnownFamilies {
  byId(familyId: number): KnownFamily | undefined;
  /** `meter.changes` */
  groupName(group: number): string | undefined;
}

/** Those that a domain in this process has registered. */
export function familiesOf(generic: GenericNetlink): KnownFamilies {
  return {
    byId: (familyId) => generic.byId(familyId),
    groupName(group) {
      for (const { name, groups } of generic.all()) {
        const known = groups.find(({ id }) => id === group);
        if (known !== undefined) return `${name}.${known.name}`;
      }
      return undefined;
    },
  };
}

/** The command and the version, and attributes that nobody knows. */
export const UNKNOWN_GENERIC_MESSAGE: { readonly firstType: number; readonly schema: MessageSchema } = {
  /** GENL_MIN_ID */
  firstType: 16,
  schema: withVisibleHeader(defineMessage({ name: 'genlmsghdr' }) as unknown as MessageSchema),
};

/** NETLINK_GENERIC, by the families that are there when a message goes by. */
export function genericVocabulary(families: KnownFamilies): Vocabulary {
  const operationOf = (message: RawMessage) =>
    families.byId(message.header.type)?.find(hasDumpFlags(message) ? 'dump' : 'do', message.payload[0] ?? 0);
  return {
    texts: {},
    schemaOf(message) {
      const { header, payload } = message;
      if ((header.flags & MessageFlag.Request) !== 0) return operationOf(message)?.message;
      return families.byId(header.type)?.schemaOf(payload[0] ?? 0);
    },
    nameOf: ({ header, payload }) =>
      families.byId(header.type)?.commandName(payload[0] ?? 0) ??
      `family ${header.type} command ${payload[0]}`,
    isDump: hasDumpFlags,
    // What needs no privilege: an ordinary user may do it.
    isRead(message) {
      const operation = operationOf(message);
      return operation !== undefined && operation.options.privilege === undefined;
    },
    modifiersOf: () => MODIFIERS,
    groupName: (group) => families.groupName(group) ?? String(group),
  };
}
