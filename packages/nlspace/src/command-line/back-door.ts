import type { RemoteNetlink } from '@nlspace/core';
import { connect, defaultAddress } from '@nlspace/transport-unix';

/** The user's own daemon. */
const DEFAULT = 'unix:';

/** Where `--to` and `--listen` point to when they say no more than `unix:`, or nothing. */
export function addressOf(given: string | undefined, purpose: 'listen' | 'connect'): string {
  return given === undefined || given === DEFAULT ? defaultAddress(purpose) : given;
}

/**
 * Opens what `--to` names, by default the user's own daemon.
 *
 * @throws {Error} the system's, when nobody listens there.
 */
export function openBackDoor(to: string | undefined): Promise<RemoteNetlink> {
  return connect(addressOf(to, 'connect'));
}
