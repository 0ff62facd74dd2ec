import { type LinkBehaviour, type LinkKindClass, linkKindName } from './link-kind.js';
import { OperationalStates } from './table/operational-states.js';

/** What the tables of all namespaces share: a link keeps its kind where it goes, and an operation may change links of several. */
export class LinkWorld {
  readonly #kinds = new Map<string, LinkBehaviour>();
  readonly states = new OperationalStates();

  constructor(kinds: readonly LinkKindClass[]) {
    for (const kind of kinds) this.#kinds.set(linkKindName(kind), new kind());
  }

  /** One more kind. Where there is one of that name, that stays. */
  add(kind: LinkKindClass): void {
    const name = linkKindName(kind);
    if (!this.#kinds.has(name)) this.#kinds.set(name, new kind());
  }

  /** A kind by IFLA_INFO_KIND. */
  kind(name: string): LinkBehaviour | undefined {
    return this.#kinds.get(name);
  }
}
