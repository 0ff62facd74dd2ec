import { Errno, NetlinkError } from '@nlspace/core';
import type { LinkData } from '../../link-kind.js';
import type { Bridge } from './bridge.js';
import type { bridgePortData } from './bridge-message.js';
import { type BridgePort, MAX_PORT_PRIORITY, PORT_SWITCH_NAMES, PortState } from './bridge-port.js';

const MAX_COST = 65_535;
/** Frames that pause a link are never forwarded. */
const PAUSE_GROUP = 0b10;

type Data = Parameters<typeof bridgePortData.encode>[1];

/** Applies IFLA_BRPORT_* in the kernel's order; what has been applied before an error stays. */
export function changePort(bridge: Bridge, port: BridgePort, data: Data): void {
  const { tree } = bridge;
  changeSwitches(port, data);
  if (data.cost !== undefined) {
    if (data.cost < 1 || data.cost > MAX_COST) throw new NetlinkError(Errno.ERANGE);
    tree.changePortCost(port, data.cost);
  }
  if (data.priority !== undefined) {
    if (data.priority > MAX_PORT_PRIORITY) throw new NetlinkError(Errno.ERANGE);
    tree.changePortPriority(port, data.priority);
  }
  if (data.state !== undefined) changePortState(bridge, port, data.state);
  if (data.flush !== undefined) bridge.forget(port.link);
  if (data.multicastRouter !== undefined) {
    if (data.multicastRouter > 3) throw new NetlinkError(Errno.EINVAL);
    port.multicastRouter = data.multicastRouter;
  }
  if (data.hostLimit !== undefined) {
    if (data.hostLimit === 0) throw new NetlinkError(Errno.EINVAL);
    port.hostLimit = data.hostLimit;
  }
  port.maximumGroups = data.maximumGroups ?? port.maximumGroups;
  if (data.groupForwardMask !== undefined) {
    if ((data.groupForwardMask & PAUSE_GROUP) !== 0) throw new NetlinkError(Errno.EINVAL);
    port.groupForwardMask = data.groupForwardMask;
  }
  if (data.backupPort !== undefined) {
    const backup = data.backupPort === 0 ? undefined : bridge.links.byIndex(data.backupPort);
    if (backup === undefined && data.backupPort !== 0) throw new NetlinkError(Errno.ENOENT);
    bridge.setBackup(port, backup);
  }
  port.backupNexthop = data.backupNexthop ?? port.backupNexthop;
}

/** A program that runs the spanning tree itself sets the state of a port. */
export function changePortState({ tree }: Bridge, port: BridgePort, state: number): void {
  if (state > PortState.Blocking) throw new NetlinkError(Errno.EINVAL);
  if (tree.isEnabled) throw new NetlinkError(Errno.EBUSY);
  if (!port.link.isUp || (!port.link.isOperational && state !== PortState.Disabled))
    throw new NetlinkError(Errno.ENETDOWN);
  tree.setState(port, state);
}

/** IFLA_BRPORT_* of a port. */
export function describePort(port: BridgePort): LinkData {
  const values: Data = {
    ...port.switches,
    state: port.state,
    priority: port.priority,
    cost: port.cost,
    rootId: port.rootId,
    bridgeId: port.bridgeId,
    designatedPort: port.designatedPort,
    designatedCost: 0,
    id: port.id,
    number: port.number,
    topologyChangeAcknowledged: 0,
    configurationPending: 0,
    groupForwardMask: port.groupForwardMask,
    ringOpen: 0,
    interconnectOpen: 0,
    messageAgeTimer: 0n,
    forwardDelayTimer: port.forwardDelayTimer.remaining,
    holdTimer: port.holdTimer.remaining,
    multicastRouter: port.multicastRouter,
    hostLimit: port.hostLimit,
    hosts: 0,
    groups: port.groups,
    maximumGroups: port.maximumGroups,
    ...(port.backupPort === undefined ? {} : { backupPort: port.backupPort.link.index }),
    ...(port.backupNexthop === 0 ? {} : { backupNexthop: port.backupNexthop }),
  };
  return values;
}

function changeSwitches(port: BridgePort, data: Data): void {
  const switches = { ...port.switches };
  for (const name of PORT_SWITCH_NAMES) {
    const value = data[name];
    if (value !== undefined) switches[name] = value === 0 ? 0 : 1;
  }
  if (switches.authenticationBypass === 1 && (switches.locked === 0 || switches.learning === 0)) {
    const text = 'Bridge port must be locked and have learning enabled when MAB is enabled';
    throw new NetlinkError(Errno.EINVAL, text);
  }
  Object.assign(port.switches, switches);
}
