export { ManualClock } from '@nlspace/family-route';
export * from './arbitrary-message.js';
export * from './differential/index.js';
export * from './open-test-domain.js';
