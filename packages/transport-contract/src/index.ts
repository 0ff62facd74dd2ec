/** The suite that every transport runs, and what tests with real programs need. */
export * from './contract-case.js';
export * from './contract-family.js';
export * from './messages.js';
export * from './peer-tests.js';
export * from './transport-contract.js';
