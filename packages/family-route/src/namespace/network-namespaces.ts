import { FIRST_NAMESPACE, type NamespaceId, type NamespaceView } from '@nlspace/core';
import type { LinkTable } from '../link/link-table.js';
import type { Network } from '../network/network.js';

/** The network namespaces of one world. Each has a network of its own, made when it is first asked for. */
export class NetworkNamespaces {
  readonly #networks = new Map<NamespaceId, Network>();

  constructor(
    first: Network,
    private readonly make: (id: NamespaceId) => Network,
  ) {
    this.#networks.set(FIRST_NAMESPACE, first);
  }

  /** @param view who named it just now. */
  get(id: NamespaceId, view?: NamespaceView): Network {
    let network = this.#networks.get(id);
    if (network === undefined) {
      network = this.make(id);
      this.#networks.set(id, network);
      view?.keep(id);
    }
    return network;
  }

  /** What one namespace calls another; undefined when it has no number for it, or is not there. */
  numberOf(id: NamespaceId, within: NamespaceId): number | undefined {
    return this.#networks.get(within)?.namespaceIds.numberOf(id);
  }

  /** Takes a namespace out that nobody can name any more; its links end with it, those with an end elsewhere too. */
  remove(id: NamespaceId): void {
    const network = this.#networks.get(id);
    if (network === undefined) return;
    this.#networks.delete(id);
    for (const other of this.#networks.values()) other.forgetNamespace(id);
    network.dismantle();
  }

  /** The namespace that a table of links belongs to; undefined for one that is on its way out. */
  ofLinks(links: LinkTable): NamespaceId | undefined {
    for (const [id, network] of this.#networks) if (network.links === links) return id;
    return undefined;
  }

  /** How many there are; the first always is. */
  get count(): number {
    return this.#networks.size;
  }

  all(): Iterable<[NamespaceId, Network]> {
    return this.#networks;
  }
}
