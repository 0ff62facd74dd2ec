import type { InjectionToken } from '@nlspace/core';
import type { Network } from './network.js';

/** The network that handlers serve. */
export const NETWORK: InjectionToken<Network> = Symbol('NETWORK');
