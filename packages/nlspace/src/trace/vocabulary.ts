import type { MessageCatalog, ValueTexts } from '@nlspace/core';

/** How the messages of a protocol read. */
export interface Vocabulary {
  readonly catalog: MessageCatalog;
  readonly texts: ValueTexts;
  /** `RTM_NEWROUTE` for 24. */
  nameOf(messageType: number): string;
  /** Names of the flags from 0x100 on, which mean different things in different messages; wider masks first. */
  modifiersOf(messageType: number): ReadonlyArray<readonly [bits: number, name: string]>;
  groupName(group: number): string;
}

/** Of protocols that nobody has words for. */
export const NUMBERS_ONLY: Vocabulary = {
  catalog: new Map(),
  texts: {},
  nameOf: (messageType) => `type ${messageType}`,
  modifiersOf: () => [],
  groupName: (group) => String(group),
};
