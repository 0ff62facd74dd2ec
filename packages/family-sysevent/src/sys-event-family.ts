import { type FamilySetup, GROUP_NOTIFIER, type GroupNotifier, inject } from '@nlspace/core';
import { GenericFamily } from '@nlspace/family-generic';
import { NETWORK, type Network } from '@nlspace/family-route';
import { SysEventCommand, sysEvent, sysEventAttributes } from './sys-event-message.js';
import { SYSTEMS, SystemEvents, type SystemName } from './system-events.js';

/** `nlsysevent`: what happens to the links and addresses of a network, to a group for each system. There is nothing to ask. */
@GenericFamily({
  name: 'nlsysevent',
  version: 2,
  commands: SysEventCommand,
  attributes: sysEventAttributes,
  groups: SYSTEMS,
  notifications: { [SysEventCommand.NewEvent]: sysEvent },
})
export class SysEventFamily {
  #unsubscribe: (() => void) | undefined;

  constructor(
    @inject(NETWORK) private readonly network: Network,
    @inject(GROUP_NOTIFIER) private readonly groups: GroupNotifier<SystemName>,
  ) {}

  onLoad(): void {
    const events = new SystemEvents(this.network, (event) =>
      this.groups.notify(event.system, SysEventCommand.NewEvent, { attributes: event }),
    );
    this.#unsubscribe = this.network.events.subscribe((event) => events.hear(event));
  }

  onUnload(): void {
    this.#unsubscribe?.();
  }
}

/** What to give to a domain with `GenericNetlink`: the family over the events of a network. */
export function sysEventFamily(network: Network): FamilySetup {
  return { family: SysEventFamily, providers: [{ token: NETWORK, value: network }] };
}
