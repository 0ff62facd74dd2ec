import { type DomainDescription, Errno, type Netlink, NetlinkError } from '@nlspace/core';
import { GenericClient } from '@nlspace/family-generic';
import { DAEMON_FAMILY, DaemonCommand, type DaemonMessage, daemonMessage } from './daemon-message.js';
import type { ListedFamily } from './loaded-families.js';

/** What a daemon can be asked, from the other end. */
export class DaemonClient {
  private constructor(private readonly client: GenericClient<typeof daemonMessage>) {}

  /** @throws {NetlinkError} EOPNOTSUPP where `netlink` is not a daemon's. */
  static async open(netlink: Netlink): Promise<DaemonClient> {
    try {
      return new DaemonClient(await GenericClient.open(netlink, DAEMON_FAMILY, { message: daemonMessage }));
    } catch (error) {
      if (!(error instanceof NetlinkError) || error.errno !== Errno.ENOENT) throw error;
      throw new NetlinkError(
        Errno.EOPNOTSUPP,
        'what is served there cannot be managed',
        {},
        { cause: error },
      );
    }
  }

  async list(): Promise<ListedFamily[]> {
    const families: ListedFamily[] = [];
    for await (const message of this.client.dump(DaemonCommand.List)) families.push(familyOf(message));
    return families;
  }

  /** @param file as the daemon finds it. */
  async load(file: string): Promise<ListedFamily[]> {
    return (await this.client.do(DaemonCommand.Load, { attributes: { file } })).map(familyOf);
  }

  async unload(name: string): Promise<void> {
    await this.client.do(DaemonCommand.Unload, { attributes: { name } });
  }

  async describe(): Promise<DomainDescription> {
    let json = '';
    for await (const { attributes } of this.client.dump(DaemonCommand.Describe))
      json += attributes.text ?? '';
    return JSON.parse(json) as DomainDescription;
  }

  close(): void {
    this.client.close();
  }
}

function familyOf({ attributes }: DaemonMessage): ListedFamily {
  const { name = '', protocol = 0, groups = [], text: _, ...others } = attributes;
  const numbers = groups.map(({ name = '', number = 0 }) => [name, number]);
  return { name, protocol, ...others, groups: Object.fromEntries(numbers) } as ListedFamily;
}
