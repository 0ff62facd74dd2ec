import {
  FIRST_NAMESPACE,
  type NamespaceId,
  type NamespacePlace,
  type NamespaceView,
  NamespaceWorld,
  type NetlinkDomain,
} from '@nlspace/core';
import type { Network, NetworkNamespaces } from '@nlspace/family-route';

/** The kernel, too, takes a namespace down some time after its last user has gone. */
const LOOK_AFTER_MS = 50;

/** A domain for each network namespace that somebody has opened a socket in. */
export class NamespaceDomains {
  readonly #others = new Map<NamespaceId, NetlinkDomain>();
  readonly #world: NamespaceWorld;
  #lookedAtMs = 0;

  constructor(
    private readonly networks: NetworkNamespaces,
    private readonly make: (network: Network, place: NamespacePlace) => NetlinkDomain,
  ) {
    this.#world = new NamespaceWorld((id, within) => networks.numberOf(id, within));
  }

  get firstPlace(): NamespacePlace {
    return this.#placeOf(FIRST_NAMESPACE);
  }

  /**
   * The domain of a namespace, undefined for the first. Whoever asks also has those taken down that are no more.
   */
  domain(view: NamespaceView): NetlinkDomain | undefined {
    this.#sweep(view);
    if (view.current === FIRST_NAMESPACE) return undefined;
    let domain = this.#others.get(view.current);
    if (domain === undefined) {
      domain = this.make(this.networks.get(view.current, view), this.#placeOf(view.current));
      this.#others.set(view.current, domain);
    }
    return domain;
  }

  #placeOf(id: NamespaceId): NamespacePlace {
    return { id, world: this.#world };
  }

  /** Also those that only links have been moved to. */
  #sweep(view: NamespaceView): void {
    const now = performance.now();
    if (this.networks.count === 1 || now - this.#lookedAtMs < LOOK_AFTER_MS) return;
    this.#lookedAtMs = now;
    for (const [id] of [...this.networks.all()]) {
      const isInUse = this.#others.get(id)?.hasOpenSockets === true;
      if (id === FIRST_NAMESPACE || id === view.current || isInUse || view.exists(id)) continue;
      this.#others.delete(id);
      this.networks.remove(id);
    }
  }
}
