import { Errno, NetlinkError } from '@nlspace/core';
import { equalBytes, isZero } from '../../../network/ip-bytes.js';
import type { Bond } from './bond.js';
import type { BondData } from './bond-message.js';
import type { BondSlave } from './bond-slave.js';

/** BOND_MODE_* */
export enum BondMode {
  RoundRobin = 0,
  ActiveBackup = 1,
  Xor = 2,
  Broadcast = 3,
  Aggregation = 4,
  TransmitBalance = 5,
  AdaptiveBalance = 6,
}

/** BOND_FOM_* */
export enum FailOverMac {
  None = 0,
  /** The bond has the address of the active slave. */
  Active = 1,
  /** The active slave gets the address of the bond. */
  Follow = 2,
}

/** BOND_PRI_RESELECT_* */
export enum Reselect {
  Always = 0,
  Better = 1,
  OnFailure = 2,
}

/** AD_LACP_* */
export enum LacpRate {
  Slow = 0,
  Fast = 1,
}

/** The modes in which one slave is the active one. */
const WITH_ACTIVE: readonly BondMode[] = [
  BondMode.ActiveBackup,
  BondMode.TransmitBalance,
  BondMode.AdaptiveBalance,
];
const BALANCING: readonly BondMode[] = [BondMode.TransmitBalance, BondMode.AdaptiveBalance];
/** The modes whose slaves can be watched by ARP. */
const WITH_ARP: readonly BondMode[] = [
  BondMode.RoundRobin,
  BondMode.ActiveBackup,
  BondMode.Xor,
  BondMode.Broadcast,
];
const AGGREGATION: readonly BondMode[] = [BondMode.Aggregation];

export const hasActiveSlave = (mode: BondMode): boolean => WITH_ACTIVE.includes(mode);
export const isBalancing = (mode: BondMode): boolean => BALANCING.includes(mode);

/** What can be set on a bond, as it begins. The delays are multiples of `miimon`. */
export function bondSettings() {
  return {
    mode: BondMode.RoundRobin as BondMode,
    miimon: 0,
    upDelay: 0,
    downDelay: 0,
    peerNotifyDelay: 0,
    arpInterval: 0,
    arpTargets: [] as readonly Uint8Array[],
    neighbourTargets: [] as readonly Uint8Array[],
    arpValidate: 0,
    arpAllTargets: 0,
    /** Name of the slave to prefer, whether it is there or not. */
    primaryName: '',
    primaryReselect: Reselect.Always as Reselect,
    failOverMac: FailOverMac.None as FailOverMac,
    transmitHashPolicy: 0,
    resendIgmp: 1,
    peerNotifications: 1,
    allSlavesActive: 0,
    minimumLinks: 0,
    learningInterval: 1,
    packetsPerSlave: 1,
    lacpActive: 1,
    lacpRate: LacpRate.Slow as LacpRate,
    aggregatorSelection: 0,
    tlbDynamic: 1,
    missedMaximum: 2,
    coupledControl: 1,
    broadcastNeighbours: 0,
    actorSystemPriority: 0xffff,
    userPortKey: 0,
    actorSystem: new Uint8Array(6),
  };
}
export type BondSettings = ReturnType<typeof bondSettings>;

type NumberKey = {
  [K in keyof BondSettings & keyof BondData]: BondSettings[K] extends number ? K : never;
}[keyof BondSettings & keyof BondData];

/** What an option takes, and when. */
interface Option {
  readonly least?: number;
  readonly most?: number;
  /** @default all */
  readonly modes?: readonly BondMode[];
  readonly onlyWhileDown?: boolean;
  readonly onlyWithoutSlaves?: boolean;
}

/** BOND_DEFAULT_MIIMON */
const DEFAULT_MIIMON = 100;
/** BOND_MAX_ARP_TARGETS, BOND_MAX_NS_TARGETS */
const MAX_TARGETS = 16;
const MAX_INT = 0x7fffffff;

const OPTIONS = {
  mode: { most: BondMode.AdaptiveBalance, onlyWithoutSlaves: true, onlyWhileDown: true },
  activeSlave: { modes: WITH_ACTIVE },
  miimon: { most: MAX_INT },
  upDelay: { most: MAX_INT },
  downDelay: { most: MAX_INT },
  peerNotifyDelay: { most: MAX_INT },
  arpInterval: { most: MAX_INT, modes: WITH_ARP },
  arpTargets: {},
  neighbourTargets: {},
  arpValidate: { most: 6, modes: WITH_ARP },
  arpAllTargets: { most: 1 },
  primary: { modes: WITH_ACTIVE },
  primaryReselect: { most: Reselect.OnFailure },
  failOverMac: { most: FailOverMac.Follow, onlyWithoutSlaves: true },
  transmitHashPolicy: { most: 5 },
  resendIgmp: { most: 255 },
  peerNotifications: { most: 255 },
  allSlavesActive: { most: 1 },
  minimumLinks: { most: MAX_INT },
  learningInterval: { least: 1, most: MAX_INT },
  packetsPerSlave: { most: 0xffff, modes: [BondMode.RoundRobin] },
  lacpActive: { most: 1, modes: AGGREGATION, onlyWhileDown: true },
  lacpRate: { most: LacpRate.Fast, modes: AGGREGATION, onlyWhileDown: true },
  aggregatorSelection: { most: 3, onlyWhileDown: true },
  actorSystemPriority: { least: 1, most: 0xffff, modes: AGGREGATION },
  userPortKey: { most: 1023, modes: AGGREGATION, onlyWhileDown: true },
  actorSystem: { modes: AGGREGATION },
  tlbDynamic: { most: 1, modes: BALANCING, onlyWhileDown: true },
  missedMaximum: { least: 1, most: 255, modes: WITH_ARP },
  coupledControl: { most: 1, modes: AGGREGATION, onlyWhileDown: true },
  broadcastNeighbours: { most: 1, modes: AGGREGATION },
} as const satisfies Partial<Record<keyof BondData, Option>>;

/** Applies IFLA_INFO_DATA in the kernel's order (bond_changelink); what has been applied before an error stays. */
export function changeBond(bond: Bond, data: BondData): void {
  const { settings } = bond;
  const set = (...keys: NumberKey[]) => {
    for (const key of keys) {
      const value = data[key] as number | undefined;
      if (value === undefined) continue;
      check(bond, key, value);
      (settings as Record<NumberKey, number>)[key] = value;
    }
  };
  if (data.mode !== undefined) changeMode(bond, data.mode);
  if (data.activeSlave !== undefined) changeActiveSlave(bond, data.activeSlave);
  if (data.miimon !== undefined) changeMiimon(bond, data.miimon);
  for (const key of ['upDelay', 'downDelay', 'peerNotifyDelay'] as const)
    if (data[key] !== undefined) changeDelay(bond, key, data[key]);
  if (data.useCarrier !== undefined && data.useCarrier !== 1)
    throw refusal(Errno.EINVAL, 'useCarrier', 'option obsolete, use_carrier cannot be disabled');
  if (data.arpInterval !== undefined) changeArpInterval(bond, data.arpInterval, data.miimon);
  if (data.arpTargets !== undefined) changeArpTargets(bond, data.arpTargets);
  if (data.neighbourTargets !== undefined) changeNeighbourTargets(bond, data.neighbourTargets);
  if (isOn(data.arpValidate) && isOn(data.miimon))
    throw refusal(Errno.EINVAL, 'arpInterval', 'ARP validating cannot be used with MII monitoring');
  set('arpValidate', 'arpAllTargets');
  if (data.primary !== undefined) changePrimary(bond, data.primary);
  set('primaryReselect');
  if (data.primaryReselect !== undefined) bond.select();
  set('failOverMac', 'transmitHashPolicy', 'resendIgmp', 'peerNotifications', 'allSlavesActive');
  set('minimumLinks');
  if (data.minimumLinks !== undefined) bond.followSlaves();
  set('learningInterval', 'packetsPerSlave', 'lacpActive', 'lacpRate', 'aggregatorSelection');
  set('actorSystemPriority', 'userPortKey');
  if (data.actorSystem !== undefined) changeActorSystem(bond, data.actorSystem);
  set('tlbDynamic', 'missedMaximum', 'coupledControl', 'broadcastNeighbours');
}

/** Applies IFLA_INFO_SLAVE_DATA (bond_slave_changelink). */
export function changeSlave(
  bond: Bond,
  slave: BondSlave,
  { queueId, priority, portPriority }: { queueId?: number; priority?: number; portPriority?: number },
): void {
  if (queueId !== undefined) {
    const isTaken = bond.slaves.some((one) => one !== slave && queueId !== 0 && one.queueId === queueId);
    if (queueId > bond.link.traits.transmitQueues || isTaken) throw new NetlinkError(Errno.EPERM);
    slave.queueId = queueId;
  }
  if (priority !== undefined) {
    refuseMode(bond, WITH_ACTIVE, 'information.slaveData');
    slave.priority = priority;
    if (bond.primary === undefined) bond.select();
  }
  if (portPriority !== undefined) {
    refuseMode(bond, AGGREGATION, 'information.slaveData');
    slave.portPriority = portPriority;
    bond.followSlaves();
  }
}

function isOn(value: number | undefined): boolean {
  return value !== undefined && value !== 0;
}

function refusal(errno: Errno, key: keyof BondData, text: string): NetlinkError {
  return new NetlinkError(errno, text, { attribute: `information.data.${key}` });
}

function invalid(key: keyof BondData): NetlinkError {
  return refusal(Errno.EINVAL, key, 'invalid option value');
}

function refuseMode({ settings }: Bond, modes: readonly BondMode[] | undefined, attribute: string): void {
  if (modes?.includes(settings.mode) !== false) return;
  throw new NetlinkError(Errno.EACCES, 'option not supported in mode', { attribute });
}

/** @throws {NetlinkError} as __bond_opt_set. */
function check(bond: Bond, key: keyof typeof OPTIONS, value?: number): void {
  const { modes, onlyWithoutSlaves, onlyWhileDown, least = 0, most }: Option = OPTIONS[key];
  refuseMode(bond, modes, `information.data.${key}`);
  if (onlyWithoutSlaves && bond.slaves.length > 0)
    throw refusal(Errno.ENOTEMPTY, key, 'unable to set option because the bond device has slaves');
  if (onlyWhileDown && bond.link.isUp)
    throw refusal(Errno.EBUSY, key, 'unable to set option because the bond is up');
  if (value !== undefined && most !== undefined && (value < least || value > most)) throw invalid(key);
}

function changeMode(bond: Bond, mode: BondMode): void {
  check(bond, 'mode', mode);
  const { settings } = bond;
  if (!WITH_ARP.includes(mode)) {
    settings.arpInterval = 0;
    if (settings.miimon === 0) settings.miimon = DEFAULT_MIIMON;
  }
  if (mode === BondMode.AdaptiveBalance) settings.tlbDynamic = 1;
  settings.arpValidate = 0;
  settings.mode = mode;
  settings.broadcastNeighbours = 0;
}

function changeActiveSlave(bond: Bond, index: number): void {
  const wanted = index === 0 ? undefined : bond.links.byIndex(index);
  if (index !== 0 && wanted === undefined) throw new NetlinkError(Errno.ENODEV);
  check(bond, 'activeSlave');
  if (wanted === undefined) {
    bond.changeActive(undefined);
    bond.select();
    return;
  }
  const slave = bond.slaveOf(wanted);
  if (slave === undefined) throw invalid('activeSlave');
  if (slave === bond.active) return;
  if (bond.active === undefined || !bond.canBeActive(slave)) throw invalid('activeSlave');
  bond.changeActive(slave);
}

/** A bond is watched in one way or the other. */
function changeMiimon(bond: Bond, miimon: number): void {
  check(bond, 'miimon', miimon);
  const { settings } = bond;
  settings.miimon = miimon;
  if (miimon !== 0 && settings.arpInterval !== 0) {
    settings.arpInterval = 0;
    settings.arpValidate = 0;
  }
  bond.inspect();
}

function changeArpInterval(bond: Bond, interval: number, miimon: number | undefined): void {
  if (interval !== 0 && isOn(miimon))
    throw refusal(Errno.EINVAL, 'arpInterval', 'ARP monitoring cannot be used with MII monitoring');
  check(bond, 'arpInterval', interval);
  const { settings } = bond;
  settings.arpInterval = interval;
  if (interval !== 0) settings.miimon = 0;
  bond.inspect();
}

/** Rounded down to a multiple. */
function changeDelay(bond: Bond, key: 'upDelay' | 'downDelay' | 'peerNotifyDelay', value: number): void {
  check(bond, key, value);
  const { settings } = bond;
  if (settings.miimon === 0) throw new NetlinkError(Errno.EPERM);
  settings[key] = Math.floor(value / settings.miimon);
}

function changeArpTargets(bond: Bond, targets: readonly Uint8Array[]): void {
  const { settings } = bond;
  settings.arpTargets = [];
  for (const target of targets) {
    if (target.length < 4) throw new NetlinkError(Errno.EINVAL);
    const address = target.slice(0, 4);
    const isUsable = address[0] !== 0 && !address.every((byte) => byte === 0xff);
    settings.arpTargets = added(settings.arpTargets, address, isUsable, 'arpTargets');
  }
}

function changeNeighbourTargets(bond: Bond, targets: readonly Uint8Array[]): void {
  const { settings } = bond;
  settings.neighbourTargets = [];
  for (const target of targets) {
    if (target.length < 16) throw new NetlinkError(Errno.EINVAL, 'Invalid IPv6 address');
    const address = target.slice(0, 16);
    const isLoopback = isZero(address.subarray(0, 15)) && address[15] === 1;
    const isUsable = address[0] !== 0xff && !isZero(address) && !isLoopback;
    settings.neighbourTargets = added(settings.neighbourTargets, address, isUsable, 'neighbourTargets');
  }
}

function added(
  targets: readonly Uint8Array[],
  address: Uint8Array,
  isUsable: boolean,
  key: 'arpTargets' | 'neighbourTargets',
): readonly Uint8Array[] {
  const isThere = targets.some((one) => equalBytes(one, address));
  if (!isUsable || isThere || targets.length === MAX_TARGETS) throw invalid(key);
  return [...targets, address];
}

/** The name counts: a slave of that name that comes later is the primary. */
function changePrimary(bond: Bond, index: number): void {
  check(bond, 'primary');
  const { settings } = bond;
  const link = bond.links.byIndex(index);
  settings.primaryName = link?.name ?? '';
  const slave = link === undefined ? undefined : bond.slaveOf(link);
  if (slave !== undefined) bond.makePrimary(slave);
  else if (bond.primary !== undefined || link === undefined) {
    bond.primary = undefined;
    bond.select();
  }
}

function changeActorSystem(bond: Bond, address: Uint8Array): void {
  if (address.length !== 6) throw new NetlinkError(Errno.EINVAL);
  check(bond, 'actorSystem');
  if (((address[0] as number) & 1) !== 0) throw invalid('actorSystem');
  bond.settings.actorSystem = address.slice();
}
