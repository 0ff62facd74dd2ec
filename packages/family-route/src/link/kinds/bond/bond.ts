import { type Errno, NetlinkError, NO_CAUSE } from '@nlspace/core';
import { equalBytes } from '../../../network/ip-bytes.js';
import type { Link } from '../../link.js';
import { LinkEvent, LinkFlag } from '../../link-flags.js';
import type { LowerChange } from '../../link-kind.js';
import type { LinkTable } from '../../link-table.js';
import { selectAggregator } from './bond-aggregators.js';
import { electActive } from './bond-election.js';
import { BondMode, bondSettings, FailOverMac, hasActiveSlave, isBalancing } from './bond-settings.js';
import { BondSlave, SlaveLink } from './bond-slave.js';

/** The most that segments may hold where no slave limits it. */
const UNLIMITED_SEGMENTS = 524_280;

/** A bond: its slaves, which of them carry packets, and its settings. */
export class Bond {
  readonly settings = bondSettings();
  /** In the order in which they came. */
  slaves: readonly BondSlave[] = [];
  /** The slave that carries all packets, or those that come in; of modes that have one. */
  active: BondSlave | undefined;
  /** The slave that is to be active whenever it can. */
  primary: BondSlave | undefined;
  /** 802.3ad: whose aggregator is used. */
  aggregated: BondSlave | undefined;
  /** Nobody has chosen the address: the first slave's is taken. */
  hasRandomAddress: boolean;
  /** The primary has just been named: the next election takes it although another one is active. */
  prefersPrimary = false;
  /** Nothing is carried, so the next slave whose link is there need not wait. */
  #isUrgent = false;
  #aggregators = 0;

  constructor(
    readonly link: Link,
    readonly links: LinkTable,
  ) {
    this.hasRandomAddress = !link.hasChosenAddress;
  }

  slaveOf(link: Link): BondSlave | undefined {
    return this.slaves.find((slave) => slave.link === link);
  }

  canBeActive(slave: BondSlave): boolean {
    return slave.state === SlaveLink.Up && slave.hasLink;
  }

  /** Who was left behind takes up its work again; nobody looked while the bond was down. */
  up(): void {
    const { mode } = this.settings;
    for (const slave of this.slaves) {
      if (hasActiveSlave(mode) && slave !== this.active) this.#rest(slave);
      else if (mode !== BondMode.Aggregation) this.#setBackup(slave, false);
    }
    this.inspect();
    this.followSlaves();
  }

  down(): void {
    for (const slave of this.slaves) cancelDelay(slave);
  }

  /** Makes a link a slave: its MTU and, where the slaves share one, its address become those of the bond, and it goes up. */
  add(port: Link): void {
    const { link, links, settings } = this;
    const isFirst = this.slaves.length === 0;
    if (isFirst && this.hasRandomAddress) {
      this.#takeAddress(port);
      this.hasRandomAddress = false;
    }
    if (isFirst) this.#aggregators = 0;
    const slave = new BondSlave(
      port,
      port.address.slice(),
      port.mtu,
      ++this.#aggregators,
      settings.userPortKey,
    );
    try {
      links.changeMtu(port, link.mtu, NO_CAUSE);
      this.#giveAddress(port);
      port.isPassive = true;
      links.setUp(port, true);
      slave.state = this.#firstState(slave);
      slave.isBackup = settings.mode === BondMode.ActiveBackup || settings.mode === BondMode.Aggregation;
      this.slaves = [...this.slaves, slave];
      links.join(port, link);
    } catch (error) {
      this.slaves = this.slaves.filter((one) => one !== slave);
      this.#restore(slave);
      if (isFirst && equalBytes(link.address, slave.permanentAddress)) this.#drawAddress();
      throw error instanceof NetlinkError ? new NetlinkError(error.errno as Errno) : error;
    }
    port.administrativeFlags |= LinkFlag.Slave;
    if (hasActiveSlave(settings.mode) && settings.primaryName === port.name) {
      this.primary = slave;
      this.prefersPrimary = true;
    }
    this.#followSegments();
    this.followSlaves();
    this.select();
    this.inspect();
  }

  /** Lets a slave go; it gets back what was its own, unless it is on its way out itself. */
  remove(port: Link): void {
    const slave = this.slaveOf(port);
    if (slave === undefined) return;
    const { links, link } = this;
    cancelDelay(slave);
    this.#rest(slave);
    this.slaves = this.slaves.filter((one) => one !== slave);
    links.leave(port, link);
    port.administrativeFlags &= ~LinkFlag.Slave;
    if (this.primary === slave) this.primary = undefined;
    if (this.aggregated === slave) this.aggregated = undefined;
    if (this.active === slave) {
      this.changeActive(undefined);
      this.#handBack(slave);
      this.select();
    } else this.#handBack(slave);
    this.followSlaves();
    if (this.slaves.length === 0) {
      this.#drawAddress();
      links.announceAddress(link, NO_CAUSE);
    }
    this.#followSegments();
    this.#restore(slave);
  }

  /** The bond goes: so do its slaves from it, and nobody takes their places. */
  dismantle(): void {
    for (const slave of this.slaves) {
      cancelDelay(slave);
      this.slaves = this.slaves.filter((one) => one !== slave);
      this.links.leave(slave.link, this.link);
      slave.link.administrativeFlags &= ~LinkFlag.Slave;
      this.#restore(slave);
    }
    this.active = undefined;
    this.primary = undefined;
    this.aggregated = undefined;
  }

  slaveChanged(link: Link, change: LowerChange): void {
    const slave = this.slaveOf(link);
    if (slave === undefined) return;
    switch (change) {
      case 'removed':
        this.remove(link);
        return;
      case 'up':
      case 'down':
      case 'state':
        this.inspect();
        return;
      case 'renamed':
        this.#slaveRenamed(slave);
    }
  }

  makePrimary(slave: BondSlave): void {
    this.primary = slave;
    this.prefersPrimary = true;
    this.select();
  }

  /** Looks at the links of the slaves, as the monitor does; without one, or while the bond is down, nobody does. */
  inspect(): void {
    const { miimon, arpInterval } = this.settings;
    if (!this.link.isUp || (miimon === 0 && arpInterval === 0)) return;
    this.#isUrgent = this.#carriesNothing();
    let needsOther = false;
    let hasChanged = false;
    for (const slave of this.slaves) {
      const before = slave.state;
      if (this.#inspect(slave)) needsOther = true;
      hasChanged ||= before !== slave.state;
    }
    if (needsOther) this.select();
    if (hasChanged) this.followSlaves();
  }

  /** Chooses the active slave anew, where there is one (bond_select_active_slave). */
  select(): void {
    if (!hasActiveSlave(this.settings.mode)) return;
    const best = electActive(this);
    if (best === this.active) return;
    this.changeActive(best);
    this.#followCarrier();
  }

  changeActive(next: BondSlave | undefined): void {
    const { active: before, settings } = this;
    if (before === next) return;
    if (next?.state === SlaveLink.Back) {
      cancelDelay(next);
      this.#setState(next, SlaveLink.Up);
    }
    this.active = next;
    if (settings.mode === BondMode.AdaptiveBalance && next !== undefined) this.#swapAddresses(before, next);
    if (settings.mode !== BondMode.ActiveBackup) return;
    if (before !== undefined) this.#setBackup(before, true);
    if (next === undefined) return;
    this.#setBackup(next, false);
    if (settings.failOverMac === FailOverMac.Active) this.#takeAddress(next.link);
    else if (settings.failOverMac === FailOverMac.Follow) this.#swapAddresses(before, next);
    this.links.announce(this.link, 0, NO_CAUSE, LinkEvent.BondingFailover);
    if (this.link.isUp && this.link.hasCarrier && settings.peerNotifications > 0)
      this.links.announce(this.link, 0, NO_CAUSE, LinkEvent.NotifyPeers);
  }

  /** What the slaves are together: the aggregator that is used, and the carrier. */
  followSlaves(): void {
    if (this.settings.mode === BondMode.Aggregation && this.link.isUp) this.#followAggregators();
    this.#followCarrier();
  }

  /** All slaves get the address, unless each has its own. @returns whether the bond has it now. */
  changeAddress(address: Uint8Array): boolean {
    const { mode, failOverMac } = this.settings;
    if (mode === BondMode.ActiveBackup && failOverMac !== FailOverMac.None) {
      // But the first slave's address is not taken any more.
      this.hasRandomAddress = false;
      return false;
    }
    if (mode === BondMode.AdaptiveBalance) {
      if (this.active !== undefined) this.links.changeAddress(this.active.link, address, NO_CAUSE);
    } else if (mode !== BondMode.TransmitBalance) {
      this.#forAll(
        ({ link }) => this.links.changeAddress(link, address, NO_CAUSE),
        ({ link }) => this.links.changeAddress(link, this.link.address.slice(), NO_CAUSE),
      );
    }
    this.hasRandomAddress = false;
    return true;
  }

  changeMtu(mtu: number): void {
    this.#forAll(
      ({ link }) => this.links.changeMtu(link, mtu, NO_CAUSE),
      ({ link }) => this.links.changeMtu(link, this.link.mtu, NO_CAUSE),
    );
  }

  /** Changes all slaves, or none. */
  #forAll(change: (slave: BondSlave) => void, undo: (slave: BondSlave) => void): void {
    const changed: BondSlave[] = [];
    try {
      for (const slave of this.slaves) {
        change(slave);
        changed.push(slave);
      }
    } catch (error) {
      for (const slave of changed) undo(slave);
      throw error;
    }
  }

  #firstState(slave: BondSlave): SlaveLink {
    const { miimon, arpInterval, upDelay } = this.settings;
    if (miimon === 0 && arpInterval === 0) return SlaveLink.Up;
    if (!slave.hasLink) return SlaveLink.Down;
    return miimon !== 0 && upDelay !== 0 ? SlaveLink.Back : SlaveLink.Up;
  }

  /** @returns whether another slave may have to be active now. */
  #inspect(slave: BondSlave): boolean {
    const { miimon, upDelay, downDelay } = this.settings;
    const { hasLink } = slave;
    switch (slave.state) {
      case SlaveLink.Up:
        if (hasLink) return false;
        if (downDelay === 0) return this.#lose(slave);
        slave.state = SlaveLink.Fail;
        this.#delay(slave, downDelay * miimon);
        return false;
      case SlaveLink.Fail:
        if (!hasLink) this.#delay(slave, downDelay * miimon);
        return hasLink && this.#regain(slave);
      case SlaveLink.Down:
        if (!hasLink) return false;
        if (upDelay === 0 || this.#isUrgent) return this.#regain(slave);
        slave.state = SlaveLink.Back;
        this.#delay(slave, upDelay * miimon);
        return false;
      case SlaveLink.Back:
        if (!hasLink) return this.#lose(slave);
        if (this.#isUrgent) return this.#regain(slave);
        this.#delay(slave, upDelay * miimon);
        return false;
    }
  }

  #carriesNothing(): boolean {
    const { mode } = this.settings;
    if (mode === BondMode.ActiveBackup) return this.active === undefined;
    const canHash = mode !== BondMode.RoundRobin && mode !== BondMode.Broadcast;
    return canHash && !this.slaves.some(({ state }) => state === SlaveLink.Up);
  }

  #delay(slave: BondSlave, milliseconds: number): void {
    if (slave.delay !== undefined) return;
    const { clock } = this.links;
    slave.delayedUntilMs = clock.now() + milliseconds;
    slave.delay = clock.after(milliseconds, () => {
      slave.delay = undefined;
      const needsOther = slave.state === SlaveLink.Fail ? this.#lose(slave) : this.#regain(slave);
      if (needsOther) this.select();
      this.followSlaves();
      this.links.settle();
    });
  }

  #lose(slave: BondSlave): boolean {
    cancelDelay(slave);
    slave.failureCount++;
    this.#setState(slave, SlaveLink.Down);
    const { mode } = this.settings;
    if (mode === BondMode.ActiveBackup || mode === BondMode.Aggregation) this.#setBackup(slave, true);
    return slave === this.active;
  }

  #regain(slave: BondSlave): boolean {
    this.#isUrgent = false;
    cancelDelay(slave);
    this.#setState(slave, SlaveLink.Up);
    const { mode } = this.settings;
    if (mode === BondMode.Aggregation) this.#setBackup(slave, slave !== this.aggregated);
    else if (mode !== BondMode.ActiveBackup) this.#setBackup(slave, false);
    const { active, primary } = this;
    return active === undefined || slave === primary || slave.priority > active.priority;
  }

  #followAggregators(): void {
    for (const slave of this.slaves) slave.isSelected = true;
    const { aggregated: before } = this;
    const next = selectAggregator(this.slaves, before, this.settings);
    this.aggregated = next;
    if (next === before) return;
    if (before !== undefined && this.slaves.includes(before)) this.#setBackup(before, true);
    if (next !== undefined) this.#setBackup(next, false);
  }

  #followCarrier(): void {
    const { mode, minimumLinks } = this.settings;
    const hasCarrier =
      mode === BondMode.Aggregation
        ? this.aggregated !== undefined && minimumLinks <= 1
        : this.slaves.some(({ state }) => state === SlaveLink.Up);
    this.links.setCarrier(this.link, hasCarrier);
  }

  #followSegments(): void {
    const limits = this.slaves.map(({ link }) => link.tsoMaximumSize);
    this.link.tsoMaximumSize = Math.min(UNLIMITED_SEGMENTS, ...limits);
  }

  #slaveRenamed(slave: BondSlave): void {
    const { primaryName, mode } = this.settings;
    if (!hasActiveSlave(mode) || primaryName === '') return;
    if (slave === this.primary) this.primary = undefined;
    else if (slave.link.name === primaryName) this.primary = slave;
    else return;
    this.select();
  }

  #setState(slave: BondSlave, state: SlaveLink): void {
    slave.state = state;
    this.links.announce(slave.link, 0, NO_CAUSE);
  }

  #setBackup(slave: BondSlave, isBackup: boolean): void {
    if (slave.isBackup === isBackup) return;
    slave.isBackup = isBackup;
    this.links.announce(slave.link, 0, NO_CAUSE);
  }

  /** Where all slaves carry packets, none of them ever rests. */
  #rest(slave: BondSlave): void {
    if (!isBalancing(this.settings.mode)) this.#setBackup(slave, true);
  }

  #takeAddress(from: Link): void {
    this.link.address = from.address.slice();
    this.links.announceAddress(this.link, NO_CAUSE);
  }

  #drawAddress(): void {
    this.link.address = this.links.randomAddress();
    this.link.hasChosenAddress = false;
    this.hasRandomAddress = true;
  }

  /** What a slave is to have that comes. */
  #giveAddress(port: Link): void {
    const { links, link, settings } = this;
    const { mode, failOverMac } = settings;
    if (isBalancing(mode)) return;
    if (mode !== BondMode.ActiveBackup || failOverMac === FailOverMac.None)
      links.changeAddress(port, link.address.slice(), NO_CAUSE);
    else if (failOverMac === FailOverMac.Follow && equalBytes(port.address, link.address))
      links.changeAddress(port, links.randomAddress(), NO_CAUSE);
  }

  /** The new active slave gets the address of the bond, and who had it gets that of the new one. */
  #swapAddresses(before: BondSlave | undefined, next: BondSlave): void {
    const { links, link } = this;
    const holder =
      before !== undefined && this.slaves.includes(before)
        ? before
        : this.slaves.find((one) => one !== next && equalBytes(one.link.address, link.address));
    const own = next.link.address.slice();
    links.changeAddress(next.link, (holder?.link ?? link).address.slice(), NO_CAUSE);
    if (holder !== undefined) links.changeAddress(holder.link, own, NO_CAUSE);
  }

  /** A slave that leaves has another one's address, who has its own: they are exchanged. */
  #handBack(slave: BondSlave): void {
    if (this.settings.mode !== BondMode.AdaptiveBalance) return;
    const { permanentAddress, link } = slave;
    if ([link, this.link].some(({ address }) => equalBytes(address, permanentAddress))) return;
    const holder = this.slaves.find((one) => equalBytes(one.link.address, permanentAddress));
    if (holder !== undefined) this.links.changeAddress(holder.link, link.address.slice(), NO_CAUSE);
  }

  #restore({ link: port, permanentAddress, originalMtu }: BondSlave): void {
    if (port.isDying) return;
    const { links, settings } = this;
    links.setUp(port, false);
    port.isPassive = false;
    const keeps = settings.mode === BondMode.ActiveBackup && settings.failOverMac === FailOverMac.Active;
    if (!keeps && !equalBytes(port.address, permanentAddress))
      links.changeAddress(port, permanentAddress, NO_CAUSE);
    links.changeMtu(port, originalMtu, NO_CAUSE);
  }
}

function cancelDelay(slave: BondSlave): void {
  slave.delay?.cancel();
  slave.delay = undefined;
}
