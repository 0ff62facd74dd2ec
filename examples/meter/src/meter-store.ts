import type { Meter } from './meter-family.js';

/** The meters by name. It knows no netlink. */
export class MeterStore {
  readonly #meters = new Map<string, Meter>();

  put(attributes: Meter['attributes']): Meter {
    const meter = { attributes: { ...attributes } };
    this.#meters.set(attributes.name ?? '', meter);
    return meter;
  }

  all(): Iterable<Meter> {
    return this.#meters.values();
  }
}
