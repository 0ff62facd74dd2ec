import { Errno, type NamespaceId, NetlinkError } from '@nlspace/core';

/** What one network calls the others: its own numbers, from 0 on (nsid). */
export class NamespaceIds {
  readonly #numbers = new Map<NamespaceId, number>();

  numberOf(id: NamespaceId): number | undefined {
    return this.#numbers.get(id);
  }

  byNumber(number: number): NamespaceId | undefined {
    for (const [id, taken] of this.#numbers) if (taken === number) return id;
    return undefined;
  }

  /** By number, ascending. */
  entries(): (readonly [number, NamespaceId])[] {
    return [...this.#numbers].map(([id, number]) => [number, id] as const).sort(([a], [b]) => a - b);
  }

  /**
   * Gives a namespace a number: the wanted one, or the lowest free one.
   *
   * @throws {NetlinkError} EEXIST when the namespace has a number or the number a namespace.
   */
  assign(id: NamespaceId, wanted?: number): number {
    if (this.#numbers.has(id)) throw new NetlinkError(Errno.EEXIST, 'Peer netns already has a nsid assigned');
    if (wanted !== undefined && this.byNumber(wanted) !== undefined) {
      throw new NetlinkError(Errno.EEXIST, 'The specified nsid is already used', { attribute: 'number' });
    }
    let number = wanted ?? 0;
    while (wanted === undefined && this.byNumber(number) !== undefined) number++;
    this.#numbers.set(id, number);
    return number;
  }

  /** @returns the number that it had. */
  withdraw(id: NamespaceId): number | undefined {
    const number = this.#numbers.get(id);
    this.#numbers.delete(id);
    return number;
  }
}
