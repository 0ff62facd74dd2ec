import { NO_CAUSE } from '@nlspace/core';
import { Link, type LinkTraits } from '../link.js';
import { LinkMode, LinkType } from '../link-flags.js';
import type { LinkBehaviour, LinkContext, LinkCreation, LinkParameters } from '../link-kind.js';
import type { LinkTable } from '../link-table.js';
import type { AdministrativeFlags } from './administrative-flags.js';
import { ALL_FLAGS, type LinkNews } from './link-news.js';
import type { LinkRegistry } from './link-registry.js';
import { traitsFor } from './link-traits.js';

/** How links are made: registered, which a kind may do itself, then set up and announced. */
export class NewLinks {
  /** @param macAddress the address of the next Ethernet-like link that asks for none. */
  constructor(
    private readonly registry: LinkRegistry,
    private readonly news: LinkNews,
    private readonly flags: AdministrativeFlags,
    private readonly macAddress: () => Uint8Array,
  ) {}

  /** Makes a link of a kind, companions included, and announces it. What fails leaves nothing. */
  create(kindName: string, behaviour: LinkBehaviour, creation: LinkCreation): Link {
    const { parameters, links, cause } = creation;
    behaviour.validate?.(parameters, creation.data);
    // Before companions are made.
    traitsFor(behaviour.traits, parameters);
    const link =
      behaviour.create?.(creation) ?? this.register(kindName, behaviour, parameters, behaviour.traits, links);
    try {
      this.configure(link, parameters, creation);
      if (parameters.master !== undefined) links.setMaster(link, parameters.master, cause);
    } catch (error) {
      links.remove([link], NO_CAUSE);
      throw error;
    }
    return link;
  }

  /** First half: it is there, but not announced. */
  register(
    kindName: string,
    behaviour: LinkBehaviour,
    parameters: LinkParameters,
    kindTraits: LinkTraits,
    home: LinkTable,
  ): Link {
    const traits = traitsFor(kindTraits, parameters);
    const name = this.registry.chooseName(parameters.name ?? `${kindName}%d`);
    const index = this.registry.chooseIndex(parameters.index);
    const link = new Link(index, home, name, kindName, behaviour, traits);
    if (parameters.address !== undefined) {
      link.address = parameters.address.slice(0, link.address.length);
      link.hasChosenAddress = true;
    } else if (traits.type === LinkType.Ethernet) link.address = this.macAddress();
    applyParameters(link, parameters);
    this.registry.add(link);
    this.news.tellObservers((observer) => observer.linkRegistered?.(link));
    return link;
  }

  /** Second half: flags that the request asked for, and the announcement. */
  configure(link: Link, { flags = 0, flagsMask = 0 }: LinkParameters, { links, cause }: LinkContext): void {
    const changed = flags === 0 && flagsMask === 0 ? 0 : this.flags.apply(link, flags, flagsMask, links);
    if (!link.isAnnounced) {
      link.isAnnounced = true;
      this.news.announce(link, ALL_FLAGS, cause);
    } else if (changed !== 0) this.news.announce(link, changed, cause);
    this.flags.spread(link, changed, cause);
  }
}

function applyParameters(link: Link, parameters: LinkParameters): void {
  if (parameters.broadcast !== undefined)
    link.broadcast = parameters.broadcast.slice(0, link.broadcast.length);
  link.group = parameters.group ?? 0;
  link.mode = parameters.mode ?? LinkMode.Default;
  link.gsoMaximumSize = parameters.gsoMaximumSize ?? link.gsoMaximumSize;
  link.gsoMaximumSegments = parameters.gsoMaximumSegments ?? link.gsoMaximumSegments;
  link.groMaximumSize = parameters.groMaximumSize ?? link.groMaximumSize;
  if (parameters.alias !== undefined && parameters.alias !== '') link.alias = parameters.alias;
}
