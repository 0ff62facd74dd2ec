export { conditionalTest, type Missing, peerTest } from '@nlspace/transport-contract';
export * from './known-differences.js';
export * from './nlspace-world.js';
export * from './programs.js';
export * from './scenarios/index.js';
