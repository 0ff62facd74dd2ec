import type { Clock, Timer } from '../network/clock.js';
import { AddressFamily } from '../network/ip-bytes.js';
import { AddressFlag } from './address-flags.js';
import type { InterfaceAddress } from './interface-address.js';

/** Lifetimes that do not end (INFINITY_LIFE_TIME). */
export const FOREVER_SECONDS = 0xffffffff;

export interface Lifetime {
  readonly preferredSeconds: number;
  readonly validSeconds: number;
}

export const FOREVER: Lifetime = { preferredSeconds: FOREVER_SECONDS, validSeconds: FOREVER_SECONDS };

/** What is left of a lifetime, in whole seconds. An IPv4 address that is valid for ever does not tell how long it is preferred. */
export function remainingLifetime(
  { addressFamily, lifetime, changedAtMs, flags }: InterfaceAddress,
  nowMs: number,
): Lifetime {
  const isPermanent = (flags & AddressFlag.Permanent) !== 0;
  if (isPermanent && (addressFamily === AddressFamily.Inet || lifetime.preferredSeconds === FOREVER_SECONDS))
    return FOREVER;
  const passed = Math.floor((nowMs - changedAtMs) / 1000);
  const left = (seconds: number) => (seconds === FOREVER_SECONDS ? seconds : Math.max(0, seconds - passed));
  return { preferredSeconds: left(lifetime.preferredSeconds), validSeconds: left(lifetime.validSeconds) };
}

export interface LifetimeActions {
  readonly deprecated: (address: InterfaceAddress) => void;
  readonly expired: (address: InterfaceAddress) => void;
}

/** Watches over lifetimes that end. */
export class LifetimeWatch {
  readonly #timers = new Map<InterfaceAddress, Timer>();

  constructor(
    private readonly clock: Clock,
    private readonly actions: LifetimeActions,
  ) {}

  /** Begins a lifetime: sets the flags that tell how it stands, and the stamp. */
  begin(address: InterfaceAddress, lifetime: Lifetime): void {
    address.lifetime = lifetime;
    address.changedAtMs = this.clock.now();
    address.flags &= ~(AddressFlag.Permanent | AddressFlag.Deprecated);
    if (lifetime.validSeconds === FOREVER_SECONDS) address.flags |= AddressFlag.Permanent;
    if (lifetime.preferredSeconds === 0) address.flags |= AddressFlag.Deprecated;
    this.#schedule(address);
  }

  end(address: InterfaceAddress): void {
    this.#timers.get(address)?.cancel();
    this.#timers.delete(address);
  }

  #schedule(address: InterfaceAddress): void {
    this.end(address);
    const { preferredSeconds, validSeconds } = address.lifetime;
    const isDeprecated = (address.flags & AddressFlag.Deprecated) !== 0;
    const nextSeconds = isDeprecated ? validSeconds : Math.min(preferredSeconds, validSeconds);
    if (nextSeconds === FOREVER_SECONDS) return;
    const delayMs = address.changedAtMs + nextSeconds * 1000 - this.clock.now();
    // Node's timers hold 31 bits; a longer wait is taken in steps.
    const stepMs = Math.min(Math.max(0, delayMs), 0x7fffffff);
    this.#timers.set(
      address,
      this.clock.after(stepMs, () => this.#due(address)),
    );
  }

  #due(address: InterfaceAddress): void {
    const { preferredSeconds, validSeconds } = address.lifetime;
    const ageMs = this.clock.now() - address.changedAtMs;
    if (validSeconds !== FOREVER_SECONDS && ageMs >= validSeconds * 1000) {
      this.end(address);
      this.actions.expired(address);
      return;
    }
    if (
      preferredSeconds !== FOREVER_SECONDS &&
      ageMs >= preferredSeconds * 1000 &&
      (address.flags & AddressFlag.Deprecated) === 0
    ) {
      address.flags |= AddressFlag.Deprecated;
      this.actions.deprecated(address);
    }
    this.#schedule(address);
  }
}
