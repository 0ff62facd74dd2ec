import { MessageFlag, type RawMessage } from '@nlspace/core';
import type { GenericNetlink } from '@nlspace/family-generic';
import { hasDumpFlags, type Vocabulary } from '@nlspace/middleware';

const MODIFIERS: ReadonlyArray<readonly [number, string]> = [
  [MessageFlag.Dump, 'DUMP'],
  [MessageFlag.Replace, 'REPLACE'],
  [MessageFlag.Exclusive, 'EXCL'],
  [MessageFlag.Create, 'CREATE'],
  [MessageFlag.Append, 'APPEND'],
];

/** NETLINK_GENERIC, by the families that are registered when a message goes by. */
export function genericVocabulary(generic: GenericNetlink): Vocabulary {
  const operationOf = (message: RawMessage) =>
    generic.byId(message.header.type)?.find(hasDumpFlags(message) ? 'dump' : 'do', message.payload[0] ?? 0);
  return {
    texts: {},
    schemaOf(message) {
      const { header, payload } = message;
      if ((header.flags & MessageFlag.Request) !== 0) return operationOf(message)?.message;
      return generic.byId(header.type)?.schemaOf(payload[0] ?? 0);
    },
    nameOf: ({ header, payload }) =>
      generic.byId(header.type)?.commandName(payload[0] ?? 0) ??
      `family ${header.type} command ${payload[0]}`,
    isDump: hasDumpFlags,
    // What needs no privilege: an ordinary user may do it.
    isRead(message) {
      const operation = operationOf(message);
      return operation !== undefined && operation.options.privilege === undefined;
    },
    modifiersOf: () => MODIFIERS,
    groupName(group) {
      for (const { name, groups } of generic.all()) {
        const known = groups.find(({ id }) => id === group);
        if (known !== undefined) return `${name}.${known.name}`;
      }
      return String(group);
    },
  };
}
