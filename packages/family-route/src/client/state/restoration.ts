import { NetlinkError } from '@nlspace/core';
import type { CallOptions } from '../object-client.js';
import type { RouteClient } from '../route-client.js';
import type { NetworkState } from './network-state.js';

/** One restore under way: into what, and what has become of it so far. */
export class Restoration {
  /** Of links, from the state to here. */
  readonly indexes = new Map<number, number>();
  /** Links that have been made or changed. */
  readonly touched = new Set<number>();
  /** What the last refusal said. */
  lastRefusal = '';

  constructor(
    readonly client: RouteClient,
    readonly state: NetworkState,
    /** Is told what is not as it was. */
    readonly report: (line: string) => void,
    readonly options: CallOptions,
  ) {}

  /** Does it, or says what is lost, and why. @returns whether it was done. */
  async attempt(lost: string, work: () => Promise<void>): Promise<boolean> {
    if (await this.isDone(work)) return true;
    this.report(`${lost}: ${this.lastRefusal}`);
    return false;
  }

  /** The same without a word; why not stands in `lastRefusal`. */
  async isDone(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      // A RangeError is about a value that no request can have: the file was not written by lists.
      if (!(error instanceof NetlinkError || error instanceof RangeError)) throw error;
      this.lastRefusal = error.message;
      return false;
    }
  }

  /** The same object with the indexes that links have here; undefined where its link is not here. */
  moved<T extends { readonly interfaceIndex?: number }>(object: T): T | undefined {
    if (object.interfaceIndex === undefined || object.interfaceIndex === 0) return object;
    const interfaceIndex = this.indexes.get(object.interfaceIndex);
    return interfaceIndex === undefined ? undefined : { ...object, interfaceIndex };
  }
}
