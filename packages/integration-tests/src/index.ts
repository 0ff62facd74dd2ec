export * from './known-differences.js';
export * from './nlspace-world.js';
export * from './peer-tests.js';
export * from './programs.js';
export * from './scenarios/index.js';
