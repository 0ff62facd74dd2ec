import type { MessageSchema, RawMessage, ValueTexts } from '@nlspace/core';

/** How the messages of a protocol read. Families have the words; middleware is given them. */
export interface Vocabulary {
  readonly texts: ValueTexts;
  /** What a message is decoded by; undefined where nobody knows. */
  schemaOf(message: RawMessage): MessageSchema | undefined;
  /** `RTM_NEWROUTE`, or `meter.Set` */
  nameOf(message: RawMessage): string;
  /** Names of the flags from 0x100 on, which mean different things in different messages; wider masks first. */
  modifiersOf(messageType: number): ReadonlyArray<readonly [bits: number, name: string]>;
  groupName(group: number): string;
}

/** The words of each protocol, by its number; `NUMBERS_ONLY` where there are none. */
export type Vocabularies = (protocol: number) => Vocabulary;

/** Of protocols that nobody has words for. */
export const NUMBERS_ONLY: Vocabulary = {
  texts: {},
  schemaOf: () => undefined,
  nameOf: ({ header }) => `type ${header.type}`,
  modifiersOf: () => [],
  groupName: (group) => String(group),
};
