import { SocketOption } from '@nlspace/core';
import type { Bytes } from './bytes.js';

/** One datagram and what the socket that sends it has switched on. */
export interface HostileCase {
  readonly name: string;
  readonly bytes: Bytes;
  readonly options: readonly SocketOption[];
}

/** Cases that begin together in one fresh network. */
export type HostileBatch = readonly HostileCase[];

export const EXTENDED = [SocketOption.ExtendedAck];
export const EXTENDED_CAPPED = [SocketOption.ExtendedAck, SocketOption.CapAck];
export const STRICT = [SocketOption.ExtendedAck, SocketOption.StrictChecking];
