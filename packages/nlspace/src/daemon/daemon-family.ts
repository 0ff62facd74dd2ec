import { Do, Dump, inject, type NetlinkDomain, type RequestOf } from '@nlspace/core';
import { GenericFamily } from '@nlspace/family-generic';
import {
  DAEMON_FAMILY,
  DaemonCommand,
  type DaemonMessage,
  daemonAttributes,
  daemonMessage,
} from './daemon-message.js';
import { type ListedFamily, LoadedFamilies } from './loaded-families.js';

export const SERVED_DOMAIN = Symbol('nlspace:served-domain');

/** Small enough for any reader's first buffer. */
const PIECE = 2_000;

/**
 * What a daemon can be asked, over the netlink that it serves: to list, load and unload families and to describe itself.
 * Loading runs a file's code in the daemon, so it needs netAdmin, which over a socket only root and the owner have.
 */
@GenericFamily({ name: DAEMON_FAMILY, attributes: daemonAttributes, commands: DaemonCommand })
export class DaemonFamily {
  constructor(
    @inject(LoadedFamilies) private readonly families: LoadedFamilies,
    @inject(SERVED_DOMAIN) private readonly domain: NetlinkDomain,
  ) {}

  @Dump(DaemonCommand.List, daemonMessage)
  list(): DaemonMessage[] {
    return this.families.list().map(messageOf);
  }

  @Do(DaemonCommand.Load, daemonMessage, { required: ['file'], privilege: 'admin' })
  async load({ attributes: { file } }: RequestOf<typeof daemonMessage, 'file'>): Promise<DaemonMessage[]> {
    return (await this.families.load(file)).map(messageOf);
  }

  @Do(DaemonCommand.Unload, daemonMessage, { required: ['name'], privilege: 'admin' })
  unload({ attributes: { name } }: RequestOf<typeof daemonMessage, 'name'>): Promise<void> {
    return this.families.unload(name);
  }

  /** The domain's description as JSON, in pieces. */
  @Dump(DaemonCommand.Describe, daemonMessage)
  *describe(): Iterable<DaemonMessage> {
    const text = asciiJson(this.domain.describe());
    for (let start = 0; start < text.length; start += PIECE)
      yield { attributes: { text: text.slice(start, start + PIECE) } };
  }
}

function messageOf({ groups, ...family }: ListedFamily): DaemonMessage {
  const named = Object.entries(groups).map(([name, number]) => ({ name, number }));
  return { attributes: { ...family, ...(named.length === 0 ? {} : { groups: named }) } };
}

/** Can be cut anywhere. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
