import type { RemoteNetlink } from '@nlspace/core';
import { connect, defaultAddress } from '@nlspace/transport-unix';
import { UsageError } from './usage-error.js';

/** `kernel` or `kernel:NAMESPACE`. */
const KERNEL = /^kernel(?::(.+))?$/;

/** What `--to` says when it names the real kernel, and maybe one of its network namespaces. */
export function kernelNamed(to: string): { readonly namespace?: string } | undefined {
  const match = KERNEL.exec(to);
  if (match === null) return undefined;
  return match[1] === undefined ? {} : { namespace: match[1] };
}

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
 * @throws {UsageError} when it is the kernel.
 */
export function openBackDoor(to: string | undefined): Promise<RemoteNetlink> {
  if (to !== undefined && kernelNamed(to) !== undefined)
    throw new UsageError(
      'the kernel is no daemon: it does not say what it serves (genl ctrl list shows a part)',
    );
  return connect(addressOf(to, 'connect'));
}
