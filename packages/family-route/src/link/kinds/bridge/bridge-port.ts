import type { Clock } from '../../../network/clock.js';
import type { Link } from '../../link.js';
import { BridgeTimer } from './bridge-time.js';

/** BR_STATE_* */
export enum PortState {
  Disabled = 0,
  Listening = 1,
  Learning = 2,
  Forwarding = 3,
  Blocking = 4,
}

/** Bits of a port's number within its ID. */
const NUMBER_BITS = 10;
export const MAX_PORTS = 1 << NUMBER_BITS;
export const MAX_PORT_PRIORITY = 0xffff >> NUMBER_BITS;

/** Options of a port that are just on or off, and how they begin. */
export const PORT_SWITCHES = {
  hairpin: 0,
  guard: 0,
  fastLeave: 0,
  rootBlock: 0,
  learning: 1,
  flood: 1,
  multicastFlood: 1,
  multicastToUnicast: 0,
  broadcastFlood: 1,
  proxyArp: 0,
  proxyArpWifi: 0,
  vlanTunnel: 0,
  neighbourSuppression: 0,
  isolated: 0,
  locked: 0,
  authenticationBypass: 0,
  neighbourVlanSuppression: 0,
};
export type PortSwitch = keyof typeof PORT_SWITCHES;
export const PORT_SWITCH_NAMES = Object.keys(PORT_SWITCHES) as PortSwitch[];

/** A link as a port of a bridge. */
export class BridgePort {
  state = PortState.Disabled;
  priority = (MAX_PORT_PRIORITY + 1) >> 1;
  cost: number;
  /** A request chose the cost: it does not follow the link's speed. */
  hasChosenCost = false;
  readonly switches: Record<PortSwitch, number> = { ...PORT_SWITCHES };
  /** Who is best, as far as this port has heard: eight bytes each. */
  rootId: Uint8Array;
  bridgeId: Uint8Array;
  designatedPort: number;
  multicastRouter = 1;
  hostLimit = 512;
  maximumGroups = 0;
  /** Multicast groups that it is in. */
  groups = 0;
  groupForwardMask = 0;
  backupPort: BridgePort | undefined;
  backupNexthop = 0;
  readonly forwardDelayTimer: BridgeTimer;
  readonly holdTimer: BridgeTimer;

  constructor(
    readonly link: Link,
    readonly number: number,
    bridgeId: Uint8Array,
    { clock, delayExpired }: { clock: Clock; delayExpired: (port: BridgePort) => void },
  ) {
    this.cost = costOf(link);
    this.rootId = bridgeId;
    this.bridgeId = bridgeId;
    this.designatedPort = this.id;
    this.forwardDelayTimer = new BridgeTimer(clock, () => delayExpired(this));
    this.holdTimer = new BridgeTimer(clock);
  }

  get id(): number {
    return ((this.priority << NUMBER_BITS) | this.number) & 0xffff;
  }

  get canLearn(): boolean {
    return this.state === PortState.Learning || this.state === PortState.Forwarding;
  }

  /** The link can carry traffic. */
  get canForward(): boolean {
    return this.link.isUp && this.link.isOperational;
  }
}

/** What the 802.1D standard of 1998 asks for a link's speed in megabits. */
export function costOf(link: Link): number {
  const speedMbps = speedOf(link);
  if (speedMbps === undefined) return 100;
  if (speedMbps > 10_000) return 1;
  const costs: Record<number, number> = { 10000: 2, 5000: 3, 2500: 4, 1000: 5, 100: 19, 10: 100 };
  return costs[speedMbps] ?? 100;
}

/** In megabits; a link on top of others is as fast as the fastest of them. */
function speedOf({ lowers, traits }: Link): number | undefined {
  if (lowers.size === 0) return traits.speedMbps;
  const speeds = [...lowers].map(speedOf).filter((speed) => speed !== undefined);
  return speeds.length === 0 ? undefined : Math.max(...speeds);
}
