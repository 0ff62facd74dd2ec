import { LinkFlag } from '../link/link-flags.js';
import { AddressFamily } from '../network/ip-bytes.js';
import type { LinkNames } from './translation.js';
import type { Happening } from './watched.js';

interface Known {
  readonly name: string;
  /** Index of the link below, or at the other end; 0 while that is not there yet. */
  readonly lower: number | undefined;
  /** What addresses and routes depend on. */
  readonly state: string;
}

/** What matters of a link's message here. */
export interface LinkNews {
  readonly header: {
    readonly addressFamily: number;
    readonly interfaceIndex: number;
    readonly flags: number;
  };
  readonly attributes: { readonly name?: string; readonly master?: number; readonly link?: number };
}

const STATE_FLAGS = LinkFlag.Up | LinkFlag.LowerUp | LinkFlag.Running;

/** The links of a watch, as far as what is watched depends on them. */
export class LinkHistory implements LinkNames {
  readonly #known = new Map<number, Known>();
  /** Those that are at one end of something whose other end is still to come. */
  readonly #waiting = new Set<number>();

  nameOf(interfaceIndex: number): string | undefined {
    return this.#known.get(interfaceIndex)?.name;
  }

  clear(): void {
    this.#known.clear();
    this.#waiting.clear();
  }

  /** Takes in what a list or a notification says of a link. */
  learn({ header, attributes }: LinkNews): Happening[] {
    const { addressFamily, interfaceIndex, flags } = header;
    if (addressFamily !== AddressFamily.Unspecified) return [];
    const { name = '', master = 0, link: lower } = attributes;
    const before = this.#known.get(interfaceIndex);
    const state = `${flags & STATE_FLAGS} ${master}`;
    this.#known.set(interfaceIndex, { name, lower, state });
    const isPaired = before === undefined && this.#waiting.size > 0;
    if (lower === 0) this.#waiting.add(interfaceIndex);
    else this.#waiting.delete(interfaceIndex);
    if (before === undefined) return isPaired ? ['link-named', 'lower-changed'] : ['link-named'];
    return [
      ...(before.name === name ? [] : (['link-named'] as const)),
      ...(before.state === state ? [] : (['link-state'] as const)),
    ];
  }

  forget({ header }: LinkNews): Happening[] {
    if (header.addressFamily !== AddressFamily.Unspecified) return [];
    const { interfaceIndex } = header;
    this.#known.delete(interfaceIndex);
    this.#waiting.delete(interfaceIndex);
    for (const { lower } of this.#known.values())
      if (lower === interfaceIndex) return ['link-gone', 'lower-changed'];
    return ['link-gone'];
  }
}
