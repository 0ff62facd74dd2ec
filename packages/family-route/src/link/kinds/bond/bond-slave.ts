import type { Timer } from '../../../network/clock.js';
import type { Link } from '../../link.js';

/** BOND_LINK_*: how a bond sees the link of a slave. */
export enum SlaveLink {
  Up = 0,
  /** Gone, but not for long enough to count. */
  Fail = 1,
  Down = 2,
  /** There again, but not for long enough to count. */
  Back = 3,
}

const DEFAULT_PORT_PRIORITY = 255;
/** SPEED_UNKNOWN: counts as more than any other. */
const UNKNOWN_SPEED = 0xffffffff;

/** A link that is part of a bond. Plain state: the rules are the bond's. */
export class BondSlave {
  state = SlaveLink.Up;
  /** Carries nothing until another one fails (BOND_STATE_BACKUP). */
  isBackup = false;
  failureCount = 0;
  queueId = 0;
  priority = 0;
  /** 802.3ad: its port. */
  portPriority = DEFAULT_PORT_PRIORITY;
  /** 802.3ad: its port has found an aggregator. */
  isSelected = false;
  /** Runs while the link is failing or coming back. */
  delay: Timer | undefined;
  /** When it ends, by the network's clock. */
  delayedUntilMs = 0;

  constructor(
    readonly link: Link,
    /** What it gets back when it leaves. */
    readonly permanentAddress: Uint8Array,
    readonly originalMtu: number,
    /** 802.3ad: without a partner each port has an aggregator of its own. */
    readonly aggregator: number,
    /** 802.3ad: the upper bits of its port's key. */
    readonly userKey: number,
  ) {}

  /** Whether packets could go through it now. */
  get hasLink(): boolean {
    return this.link.isUp && this.link.hasCarrier;
  }

  get speed(): number {
    return this.link.traits.speedMbps ?? UNKNOWN_SPEED;
  }

  /** Links that claim a speed are full duplex. */
  get isFullDuplex(): boolean {
    return this.link.traits.speedMbps !== undefined;
  }
}
