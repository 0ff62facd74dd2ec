import { MessageFlag } from '@nlspace/core';
import type { GenericNetlink } from '@nlspace/family-generic';
import type { Vocabulary } from '@nlspace/middleware';

const MODIFIERS: ReadonlyArray<readonly [number, string]> = [
  [MessageFlag.Dump, 'DUMP'],
  [MessageFlag.Replace, 'REPLACE'],
  [MessageFlag.Exclusive, 'EXCL'],
  [MessageFlag.Create, 'CREATE'],
  [MessageFlag.Append, 'APPEND'],
];

/** NETLINK_GENERIC, by the families that are registered when a message goes by. */
export function genericVocabulary(generic: GenericNetlink): Vocabulary {
  return {
    texts: {},
    schemaOf({ header, payload }) {
      const family = generic.byId(header.type);
      const [command = 0] = payload;
      if ((header.flags & MessageFlag.Request) === 0) return family?.schemaOf(command);
      const isDump = (header.flags & MessageFlag.Dump) === MessageFlag.Dump;
      return family?.find(isDump ? 'dump' : 'do', command)?.message;
    },
    nameOf: ({ header, payload }) =>
      generic.byId(header.type)?.commandName(payload[0] ?? 0) ??
      `family ${header.type} command ${payload[0]}`,
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
