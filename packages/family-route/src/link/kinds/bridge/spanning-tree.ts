import { equalBytes } from '../../../network/ip-bytes.js';
import type { Bridge } from './bridge.js';
import { type BridgePort, PortState } from './bridge-port.js';
import { BridgeTimer, seconds } from './bridge-time.js';

const DEFAULT_PRIORITY = 0x8000;
/** A port does not send twice within this time. */
const HOLD_TIME = seconds(1);

/**
 * The spanning tree (802.1D-1998) of a bridge that never hears another: it is the root, every port is designated, and
 * ports wait before they forward while the protocol is on.
 */
export class SpanningTree {
  isEnabled = false;
  /** Priority, then address: eight bytes. A new array for every change. */
  id: Uint8Array = Uint8Array.of(DEFAULT_PRIORITY >> 8, DEFAULT_PRIORITY & 0xff, 0, 0, 0, 0, 0, 0);
  isChanging = false;
  hasDetectedChange = false;
  readonly helloTimer: BridgeTimer;
  readonly changeTimer: BridgeTimer;
  readonly #bridge: Bridge;

  constructor(bridge: Bridge) {
    this.#bridge = bridge;
    this.helloTimer = new BridgeTimer(bridge.clock, () => this.#hello());
    this.changeTimer = new BridgeTimer(bridge.clock, () => {
      this.hasDetectedChange = false;
      this.isChanging = false;
    });
  }

  get priority(): number {
    return ((this.id[0] ?? 0) << 8) | (this.id[1] ?? 0);
  }

  /** Entries age faster while the topology changes. */
  get holdTime(): number {
    const { settings } = this.#bridge;
    return this.isChanging ? settings.forwardDelay : settings.ageingTime;
  }

  get shownAgeingTime(): number {
    const { settings } = this.#bridge;
    return this.isChanging ? 2 * settings.forwardDelay : settings.ageingTime;
  }

  /** The bridge goes up. */
  enable(): void {
    const { settings, ports } = this.#bridge;
    if (this.isEnabled) this.helloTimer.start(settings.helloTime);
    for (const port of ports) if (port.canForward) this.enablePort(port);
  }

  /** The bridge goes down. */
  disable(): void {
    for (const port of this.#bridge.ports) if (port.state !== PortState.Disabled) this.disablePort(port);
    this.isChanging = false;
    this.hasDetectedChange = false;
    this.stop();
  }

  stop(): void {
    this.helloTimer.stop();
    this.changeTimer.stop();
  }

  /** Turns the protocol on or off; ports stay as they are. */
  switch(isEnabled: boolean): void {
    if (isEnabled === this.isEnabled) return;
    this.isEnabled = isEnabled;
    if (!isEnabled) return;
    if (this.#bridge.link.isUp) this.helloTimer.start(this.#bridge.settings.helloTime);
    this.selectStates();
  }

  enablePort(port: BridgePort): void {
    this.#designate(port);
    port.state = PortState.Blocking;
    this.selectStates();
    this.#bridge.announcePort(port);
  }

  disablePort(port: BridgePort): void {
    this.#designate(port);
    port.state = PortState.Disabled;
    this.#bridge.announcePort(port);
    port.forwardDelayTimer.stop();
    port.holdTimer.stop();
    this.#bridge.multicast.forget(port, { everything: false });
    if (port.backupPort === undefined) this.#bridge.forget(port.link);
    this.#update();
    this.selectStates();
  }

  changeAddress(address: Uint8Array): void {
    const before = this.id;
    this.id = Uint8Array.of(...before.subarray(0, 2), ...address);
    for (const port of this.#bridge.ports) {
      port.bridgeId = withAddress(port.bridgeId, before, address);
      port.rootId = withAddress(port.rootId, before, address);
    }
    this.#update();
    this.selectStates();
  }

  changePriority(priority: number): void {
    const before = this.id;
    this.id = Uint8Array.of(priority >> 8, priority & 0xff, ...before.subarray(2));
    for (const port of this.#bridge.ports) {
      if (port.state !== PortState.Disabled && this.#isDesignated(port, before)) port.bridgeId = this.id;
    }
    this.#update();
    this.selectStates();
  }

  changePortPriority(port: BridgePort, priority: number): void {
    const wasDesignated = this.#isDesignated(port, this.id);
    port.priority = priority;
    if (wasDesignated) port.designatedPort = port.id;
    if (equalBytes(port.bridgeId, this.id) && port.id < port.designatedPort) {
      this.#designate(port);
      this.selectStates();
    }
  }

  changePortCost(port: BridgePort, cost: number): void {
    port.hasChosenCost = true;
    port.cost = cost;
    this.#update();
    this.selectStates();
  }

  /** What a request asks of a port while the protocol is off. */
  setState(port: BridgePort, state: PortState): void {
    port.state = state;
    this.selectStates();
  }

  delayExpired(port: BridgePort): void {
    if (port.state === PortState.Listening) {
      port.state = PortState.Learning;
      port.forwardDelayTimer.start(this.#bridge.settings.forwardDelay);
    } else if (port.state === PortState.Learning) {
      port.state = PortState.Forwarding;
      this.#detectChange();
      this.#bridge.links.setCarrier(this.#bridge.link, true);
    }
    this.#bridge.announcePort(port);
    this.#bridge.links.settle();
  }

  /** Lets ports forward that are to, and the bridge's carrier follow them. */
  selectStates(): void {
    let live = 0;
    for (const port of this.#bridge.ports) {
      if (port.state === PortState.Disabled) continue;
      this.#makeForwarding(port);
      if (port.state === PortState.Forwarding) live++;
    }
    this.#bridge.links.setCarrier(this.#bridge.link, live > 0);
  }

  #makeForwarding(port: BridgePort): void {
    if (port.state !== PortState.Blocking) return;
    const { forwardDelay } = this.#bridge.settings;
    if (!this.isEnabled || forwardDelay === 0) {
      port.state = PortState.Forwarding;
      this.#detectChange();
      port.forwardDelayTimer.stop();
    } else port.state = PortState.Listening;
    this.#bridge.announcePort(port);
    if (forwardDelay !== 0) port.forwardDelayTimer.start(forwardDelay);
  }

  #detectChange(): void {
    if (!this.isEnabled) return;
    const { forwardDelay, maximumAge } = this.#bridge.settings;
    this.isChanging = true;
    this.hasDetectedChange = true;
    this.changeTimer.start(forwardDelay + maximumAge);
  }

  #hello(): void {
    const { link, ports, settings } = this.#bridge;
    if (!link.isUp) return;
    for (const port of ports) if (port.state !== PortState.Disabled) port.holdTimer.start(HOLD_TIME);
    if (this.isEnabled) this.helloTimer.start(settings.helloTime);
  }

  #update(): void {
    for (const port of this.#bridge.ports) if (port.state !== PortState.Disabled) this.#designate(port);
  }

  #designate(port: BridgePort): void {
    port.rootId = this.id;
    port.bridgeId = this.id;
    port.designatedPort = port.id;
  }

  #isDesignated(port: BridgePort, id: Uint8Array): boolean {
    return equalBytes(port.bridgeId, id) && port.designatedPort === port.id;
  }
}

function withAddress(id: Uint8Array, before: Uint8Array, address: Uint8Array): Uint8Array {
  return equalBytes(id.subarray(2), before.subarray(2))
    ? Uint8Array.of(...id.subarray(0, 2), ...address)
    : id;
}
