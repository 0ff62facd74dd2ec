export * from './compare.js';
export * from './masks.js';
export * from './scenario.js';
export * from './world.js';
