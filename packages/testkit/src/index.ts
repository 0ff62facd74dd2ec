export { ManualClock } from '@nlspace/core';
export * from './arbitrary-message.js';
export * from './differential/index.js';
export * from './open-test-domain.js';
