import { NetlinkProtocol } from '@nlspace/core';
import type { CapturedEvent, Vocabularies } from '@nlspace/middleware';
import { emptyDirectory, vocabulariesBy } from './named.js';

/** Words for what is in a capture: families are called what nlctrl has called them anywhere in it. */
export function learnFamilies(events: Iterable<CapturedEvent>): Vocabularies {
  const directory = emptyDirectory();
  for (const event of events) {
    if (event.kind === 'received' && event.socket.protocol === NetlinkProtocol.Generic)
      directory.learn(event.bytes);
  }
  return vocabulariesBy(directory);
}
