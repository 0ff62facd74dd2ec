import type { BsdFamily } from '../wire/numbers.js';
import { isScoped } from '../wire/socket-address.js';
import type { Path } from './way.js';

export type RibFamily = BsdFamily.Inet | BsdFamily.Inet6;

/** Which packets a route is for. */
export interface Prefix {
  readonly fib: number;
  readonly family: RibFamily;
  readonly destination: Uint8Array;
  readonly length: number;
}

/**
 * The paths of a prefix, by the index of their ways. Those of a link-local prefix are several routes, one for each link, since
 * the link is part of what FreeBSD compares.
 */
export interface RibEntry extends Prefix {
  readonly paths: readonly Path[];
}

/** A path of a prefix has come, gone, or taken the place of the only one that there was. */
export interface RibChange {
  readonly command: 'add' | 'delete' | 'change';
  readonly prefix: Prefix;
  readonly path: Path;
  /** The route is no more, not just a path of it. */
  readonly isLast: boolean;
}

export function isHost({ destination, length }: Pick<Prefix, 'destination' | 'length'>): boolean {
  return length === destination.length * 8;
}

/** Whether a prefix means nothing without a link. */
export function hasScope({ destination, length }: Pick<Prefix, 'destination' | 'length'>): boolean {
  return destination.length === 16 && length >= 10 && isScoped(destination);
}

/** The link of a link-local prefix, seen from one of its paths; 0 for all others. */
export function scopeOf(prefix: Pick<Prefix, 'destination' | 'length'>, path: Path): number {
  return hasScope(prefix) ? path.way.addressInterfaceIndex : 0;
}
