/** The clock of core, under the name that the network's files know. */
export { type Clock, ManualClock, systemClock, type Timer } from '@nlspace/core';
