import { MessageFlag, type MessageSchema, type RawMessage, type ValueTexts } from '@nlspace/core';

/** How the messages of a protocol read. Families have the words; middleware is given them. */
export interface Vocabulary {
  readonly texts: ValueTexts;
  /** What a message is decoded by; undefined where nobody knows. */
  schemaOf(message: RawMessage): MessageSchema | undefined;
  /** `RTM_NEWROUTE`, or `meter.Set` */
  nameOf(message: RawMessage): string;
  /** Every name that there is, where that is known. */
  names?(): readonly string[];
  /** Whether a request asks for a dump. */
  isDump(message: RawMessage): boolean;
  /** Whether a request only asks: false where nobody knows. */
  isRead(message: RawMessage): boolean;
  /** Names of the flags from 0x100 on, which mean different things in different messages; wider masks first. */
  modifiersOf(messageType: number): ReadonlyArray<readonly [bits: number, name: string]>;
  groupName(group: number): string;
}

/** The words of each protocol, by its number; `NUMBERS_ONLY` where there are none. */
export type Vocabularies = (protocol: number) => Vocabulary;

/** Both bits of NLM_F_DUMP. */
export function hasDumpFlags({ header: { flags } }: RawMessage): boolean {
  return (flags & MessageFlag.Dump) === MessageFlag.Dump;
}

/** Of protocols that nobody has words for. */
export const NUMBERS_ONLY: Vocabulary = {
  texts: {},
  schemaOf: () => undefined,
  nameOf: ({ header }) => `type ${header.type}`,
  isDump: hasDumpFlags,
  isRead: () => false,
  modifiersOf: () => [],
  groupName: (group) => String(group),
};
