import type { Timer } from '../../network/clock.js';
import type { Link } from '../link.js';
import {
  type Destination,
  NOARP,
  PERMANENT,
  REACHABLE,
  SELF,
  VxlanForwarding,
  type VxlanForwardingProperties,
} from './vxlan-forwarding.js';

/** How a link looks at its entries: those that have aged, at least this often. */
const COLLECTION_INTERVAL_MS = 10_000;
/** Of the entry that stands for all addresses that are not known. */
const ALL_OTHERS = new Uint8Array(6);

export interface VxlanProperties extends VxlanForwardingProperties {
  readonly port: number;
  readonly isIpv6: boolean;
  /** 0 for ever. */
  readonly ageingMs: number;
}

/** The forwarding database of a VXLAN link, with its default destination and its ageing. */
export class VxlanDatabase {
  readonly forwarding: VxlanForwarding;
  #timer: Timer | undefined;
  #ageingMs: number;

  constructor(
    private readonly link: Link,
    readonly properties: () => VxlanProperties,
  ) {
    this.forwarding = new VxlanForwarding(
      properties,
      {
        changed: (entry, destination) =>
          link.home.emit({ type: 'vxlan-entry-changed', link, entry, destination }),
        removed: (entry, destination) =>
          link.home.emit({ type: 'vxlan-entry-removed', link, entry, destination }),
      },
      () => link.home.clock.now(),
      (nexthop) => link.home.isNexthop(nexthop),
    );
    this.#ageingMs = properties().ageingMs;
  }

  addDefault(destination: Destination | undefined): void {
    if (destination === undefined) return;
    this.forwarding.put({
      address: ALL_OTHERS,
      sourceVni: destination.vni,
      state: REACHABLE | PERMANENT,
      flags: SELF,
      destination,
      create: true,
      exclusive: false,
      replace: false,
      append: true,
    });
  }

  /** The link has been changed, and with it perhaps the default destination: the new one comes before the old one goes. */
  changed(before: Destination | undefined, after: Destination | undefined): void {
    if (String(before?.address) !== String(after?.address)) {
      this.addDefault(after);
      if (before !== undefined && this.forwarding.find(ALL_OTHERS, before.vni) !== undefined)
        this.forwarding.delete(ALL_OTHERS, before.vni, before);
    }
    const { ageingMs } = this.properties();
    if (ageingMs === this.#ageingMs) return;
    this.#ageingMs = ageingMs;
    if (this.link.isUp) this.#expire();
  }

  /** From now on entries age. */
  collect(): void {
    if (this.properties().ageingMs > 0) this.#schedule(COLLECTION_INTERVAL_MS);
  }

  /** What is not there for good is forgotten. */
  down(): void {
    this.#timer?.cancel();
    this.forwarding.flush({ state: 0, stateMask: PERMANENT | NOARP, flags: 0, flagsMask: 0 });
  }

  dismantle(): void {
    this.#timer?.cancel();
    this.forwarding.flush({ state: 0, stateMask: 0, flags: 0, flagsMask: 0 });
  }

  #schedule(delayMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.link.home.clock.after(delayMs, () => this.#expire());
  }

  #expire(): void {
    const { ageingMs } = this.properties();
    const due = this.forwarding.expire(ageingMs);
    const nowMs = this.link.home.clock.now();
    this.#schedule(Math.min(COLLECTION_INTERVAL_MS, (due ?? Number.POSITIVE_INFINITY) - nowMs));
  }
}
