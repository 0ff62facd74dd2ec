import type { Bond } from './bond.js';
import { describeAggregator, describePort } from './bond-aggregators.js';
import type { BondData, BondSlaveData } from './bond-message.js';
import { BondMode, hasActiveSlave } from './bond-settings.js';
import type { BondSlave } from './bond-slave.js';

/** IFLA_INFO_DATA */
export function describeBond({ settings, active, primary, aggregated }: Bond): BondData {
  const { primaryName: _name, arpTargets, neighbourTargets, actorSystem, ...numbers } = settings;
  const { actorSystemPriority, userPortKey, ...common } = numbers;
  const { mode, miimon, upDelay, downDelay, peerNotifyDelay } = settings;
  return {
    ...common,
    upDelay: upDelay * miimon,
    downDelay: downDelay * miimon,
    peerNotifyDelay: peerNotifyDelay * miimon,
    useCarrier: 1,
    ...(active === undefined || !hasActiveSlave(mode) ? {} : { activeSlave: active.link.index }),
    ...(arpTargets.length === 0 ? {} : { arpTargets }),
    ...(neighbourTargets.length === 0 ? {} : { neighbourTargets }),
    ...(primary === undefined ? {} : { primary: primary.link.index }),
    ...(mode === BondMode.Aggregation ? { actorSystemPriority, userPortKey, actorSystem } : {}),
    ...(mode === BondMode.Aggregation && aggregated !== undefined
      ? { aggregator: describeAggregator(aggregated) }
      : {}),
  };
}

/** IFLA_INFO_SLAVE_DATA */
export function describeSlave({ settings, aggregated }: Bond, slave: BondSlave): BondSlaveData {
  return {
    state: slave.isBackup ? 1 : 0,
    miiStatus: slave.state,
    failureCount: slave.failureCount,
    permanentAddress: slave.permanentAddress,
    queueId: slave.queueId,
    priority: slave.priority,
    ...(settings.mode === BondMode.Aggregation ? describePort(slave, slave === aggregated, settings) : {}),
  };
}
