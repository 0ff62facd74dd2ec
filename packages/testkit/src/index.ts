export * from './differential/index.js';
