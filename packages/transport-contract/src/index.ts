/** The suite that every transport runs. */
export * from './contract-case.js';
export * from './contract-family.js';
export * from './messages.js';
export * from './transport-contract.js';
