import { Errno, NetlinkError, NO_CAUSE } from '@nlspace/core';
import type { Clock } from '../../../network/clock.js';
import { equalBytes } from '../../../network/ip-bytes.js';
import type { Link } from '../../link.js';
import type { LowerChange } from '../../link-kind.js';
import type { LinkTable } from '../../link-table.js';
import { BridgePort, costOf, MAX_PORTS } from './bridge-port.js';
import { bridgeSettings } from './bridge-settings.js';
import { BridgeTimer, seconds, ticksToMs } from './bridge-time.js';
import { ForwardingTable } from './forwarding-table.js';
import { MulticastGroups } from './multicast-groups.js';
import { SpanningTree } from './spanning-tree.js';

/** Without ports a bridge is like plain Ethernet. */
const DEFAULT_MTU = 1500;
/** The most that segments may hold where no port limits it. */
const UNLIMITED_SEGMENTS = 524_280;

/** How many offloads ports of a kind have: each kind has those of the kinds that have fewer. */
const OFFLOADS: Readonly<Record<string, number>> = { vxlan: 0, macvlan: 2 };
const COMMON_OFFLOADS = 1;
const OFFLOADS_WITHOUT_PORTS = 3;

/** A bridge: its ports, its settings, its spanning tree and its forwarding database. */
export class Bridge {
  readonly settings = bridgeSettings();
  readonly forwarding: ForwardingTable;
  readonly multicast: MulticastGroups;
  readonly tree: SpanningTree;
  /** When entries are looked at next for those that have aged. */
  readonly collection: BridgeTimer;
  /** The youngest first. */
  ports: readonly BridgePort[] = [];
  /** A request chose the MTU: it does not follow the ports. */
  hasChosenMtu = false;
  /** Also ports that are about to come or to go. */
  readonly #byLink = new Map<Link, BridgePort>();
  #offloads = OFFLOADS_WITHOUT_PORTS;

  constructor(
    readonly link: Link,
    readonly links: LinkTable,
    readonly clock: Clock,
  ) {
    this.forwarding = new ForwardingTable(
      {
        changed: (entry) => links.emit({ type: 'forwarding-changed', bridge: link, entry }),
        removed: (entry) => links.emit({ type: 'forwarding-removed', bridge: link, entry }),
      },
      () => clock.now(),
    );
    this.multicast = new MulticastGroups(this);
    this.tree = new SpanningTree(this);
    this.collection = new BridgeTimer(clock, () => this.#collect());
    this.forwarding.addOwn(link.address, undefined);
  }

  portOf(link: Link): BridgePort | undefined {
    return this.#byLink.get(link);
  }

  up(): void {
    this.collection.start(seconds(0.1));
    this.tree.enable();
    if (this.settings.multicastSnooping !== 0) this.multicast.listen();
  }

  down(): void {
    this.tree.disable();
    this.collection.stop();
    if (this.settings.multicastSnooping !== 0) this.multicast.stopListening();
  }

  add(link: Link): void {
    const used = new Set(this.ports.map(({ number }) => number));
    let number = 1;
    while (used.has(number)) number++;
    if (number >= MAX_PORTS) throw new NetlinkError(Errno.EXFULL);
    const port = new BridgePort(link, number, this.tree.id, {
      clock: this.clock,
      delayExpired: (expired) => this.tree.delayExpired(expired),
    });
    this.#byLink.set(link, port);
    link.allMulticast++;
    this.links.join(link, this.link);
    this.ports = [port, ...this.ports];
    this.links.changePromiscuity(link, 1);
    this.#followFeatures();
    this.#followHeadroom();
    this.forwarding.addOwn(link.address, link);
    const hasNewAddress = this.#followAddress();
    if (port.canForward && this.link.isUp) this.tree.enablePort(port);
    this.announcePort(port);
    if (hasNewAddress) this.links.announceAddress(this.link, NO_CAUSE);
    this.#followMtu();
    this.#followSegments();
  }

  remove(link: Link): void {
    const port = this.portOf(link);
    if (port === undefined) throw new NetlinkError(Errno.EINVAL);
    this.#detach(port);
    this.#followMtu();
    if (this.#followAddress()) this.links.announceAddress(this.link, NO_CAUSE);
    this.#followSegments();
    this.#followFeatures();
  }

  /** On the way out: nobody will look at what becomes of the bridge. */
  dismantle(): void {
    for (const port of this.ports) this.#detach(port);
    this.forwarding.flush(({ port }) => port === undefined);
    this.collection.stop();
    this.tree.stop();
    this.multicast.dismantle();
  }

  /** The bridge gets another address: its ID and its own entry follow. */
  changeAddress(address: Uint8Array): void {
    const { forwarding, link } = this;
    const own = forwarding.find(link.address);
    if (own?.isLocal && own.port === undefined && !own.isRequested)
      forwarding.removeOwn(own, link, this.#portLinks());
    forwarding.addOwn(address, undefined);
    link.address = address;
    this.tree.changeAddress(address);
  }

  portChanged(link: Link, change: LowerChange): void {
    const port = this.portOf(link);
    if (port === undefined) return;
    switch (change) {
      case 'removed':
        this.remove(link);
        return;
      case 'mtu':
        this.#followMtu();
        return;
      case 'address':
        this.#portAddressChanged(port);
        this.announcePort(port);
        return;
      case 'up':
        if (this.link.isUp && port.canForward) this.tree.enablePort(port);
        else this.announcePort(port);
        return;
      case 'down':
        if (this.link.isUp) this.tree.disablePort(port);
        else this.announcePort(port);
        return;
      case 'state':
        if (!this.#checkCarrier(port)) this.announcePort(port);
    }
  }

  announcePort(port: BridgePort): void {
    this.links.emit({ type: 'bridge-port-changed', bridge: this.link, link: port.link });
  }

  /** Dynamic entries of a port that can learn no more, or all of them. */
  forget(link: Link, { everything = false } = {}): void {
    for (const entry of this.forwarding.all()) {
      if (entry.port !== link || (!everything && (entry.isStatic || entry.isExternal))) continue;
      if (entry.isLocal) this.forwarding.removeOwn(entry, this.link, this.#portLinks());
      else this.forwarding.flush((other) => other === entry);
    }
  }

  /** @throws {NetlinkError} ENOENT for a link that is no port, EINVAL for one of another bridge or the port itself. */
  setBackup(port: BridgePort, backup: Link | undefined): void {
    if (backup === undefined) port.backupPort = undefined;
    else {
      if (backup.master === undefined || backup.master.kind !== this.link.kind)
        throw new NetlinkError(Errno.ENOENT);
      const found = this.portOf(backup);
      if (found === undefined || found === port) throw new NetlinkError(Errno.EINVAL);
      port.backupPort = found;
    }
  }

  #detach(port: BridgePort): void {
    const { link } = port;
    link.allMulticast--;
    this.links.changePromiscuity(link, -1);
    this.tree.disablePort(port);
    this.links.emit({ type: 'bridge-port-removed', bridge: this.link, link });
    this.ports = this.ports.filter((other) => other !== port);
    this.forget(link, { everything: true });
    for (const other of this.ports) if (other.backupPort === port) other.backupPort = undefined;
    this.#followHeadroom();
    link.behaviour.provideRoom?.(link, 0);
    this.links.leave(link, this.link);
    this.multicast.forget(port, { everything: true });
    this.#byLink.delete(link);
  }

  /** @returns whether listeners have been told of the port. */
  #checkCarrier(port: BridgePort): boolean {
    if (!port.hasChosenCost && port.canForward) port.cost = costOf(port.link);
    if (!this.link.isUp) return false;
    const isEnabled = port.state !== 0;
    if (port.canForward === isEnabled) return false;
    if (port.canForward) this.tree.enablePort(port);
    else this.tree.disablePort(port);
    return true;
  }

  #portAddressChanged({ link }: BridgePort): void {
    const { forwarding } = this;
    const own = forwarding.all().find((one) => one.port === link && one.isLocal && !one.isRequested);
    if (own !== undefined) forwarding.removeOwn(own, this.link, this.#portLinks());
    forwarding.addOwn(link.address, link);
    if (this.#followAddress()) this.links.announceAddress(this.link, NO_CAUSE);
  }

  /** A bridge whose address nobody chose takes the lowest of its ports. */
  #followAddress(): boolean {
    if (this.link.hasChosenAddress) return false;
    let lowest = new Uint8Array(6);
    for (const [n, { link }] of this.ports.entries())
      if (n === 0 || compareBytes(link.address, lowest) < 0) lowest = link.address.slice();
    if (equalBytes(this.tree.id.subarray(2), lowest)) return false;
    this.changeAddress(lowest);
    return true;
  }

  #followMtu(): void {
    if (this.hasChosenMtu) return;
    const mtu = this.ports.length === 0 ? DEFAULT_MTU : Math.min(...this.ports.map(({ link }) => link.mtu));
    const { minimumMtu, maximumMtu } = this.link.traits;
    if (mtu < minimumMtu || mtu > maximumMtu) return;
    this.links.changeMtu(this.link, mtu, NO_CAUSE);
    this.hasChosenMtu = false;
  }

  #followSegments(): void {
    this.link.tsoMaximumSize = Math.min(
      UNLIMITED_SEGMENTS,
      ...this.ports.map(({ link }) => link.tsoMaximumSize),
    );
  }

  /** Packets that come by one port may leave by any other: they need room for the largest header. */
  #followHeadroom(): void {
    this.link.headroom = Math.max(
      0,
      ...this.ports.map(({ link }) => (link.behaviour.provideRoom === undefined ? link.headroom : 0)),
    );
    for (const { link } of this.ports) link.behaviour.provideRoom?.(link, this.link.headroom);
  }

  /** A bridge has the offloads that any of its ports has; everybody hears when they change. */
  #followFeatures(): void {
    const offloads =
      this.ports.length === 0
        ? OFFLOADS_WITHOUT_PORTS
        : Math.max(...this.ports.map(({ link }) => OFFLOADS[link.kind] ?? COMMON_OFFLOADS));
    if (offloads === this.#offloads) return;
    this.#offloads = offloads;
    this.links.announceFeatures(this.link);
  }

  #collect(): void {
    const { settings, clock, forwarding } = this;
    const oldestMs = clock.now() - ticksToMs(this.tree.holdTime);
    forwarding.flush(
      ({ isStatic, isExternal, updatedAtMs }) => !isStatic && !isExternal && updatedAtMs <= oldestMs,
    );
    this.collection.start(Math.max(this.tree.holdTime, 1) || settings.ageingTime);
  }

  #portLinks(): Link[] {
    return this.ports.map(({ link }) => link);
  }
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
