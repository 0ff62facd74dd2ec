import { seededRandom } from '@nlspace/core';

/** What a random command is made of. Few values, so that they meet again and again. */
export class Choices {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  one<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }

  /** A whole number from 0 on. */
  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  /** One of commands, each as likely as its weight says. */
  weighted(commands: WeightedCommands): Command {
    const total = commands.reduce((sum, [weight]) => sum + weight, 0);
    let left = this.#random() * total;
    for (const [weight, command] of commands) {
      left -= weight;
      if (left < 0) return command;
    }
    throw new Error('there is nothing to choose from');
  }

  /** The text in so many of a hundred cases, else nothing. */
  maybe(percent: number, text: () => string): string {
    return this.#random() * 100 < percent ? ` ${text()}` : '';
  }

  /** The second list in so many of a hundred cases: values that are refused, or that few programs ever use. */
  oneOrOdd<T>(values: readonly T[], percent: number, odd: readonly T[]): T {
    return this.one(this.#random() * 100 < percent ? odd : values);
  }
}

export type Command = (c: Choices) => string;
export type WeightedCommands = ReadonlyArray<readonly [weight: number, command: Command]>;

/** The links that every world of random commands begins with. */
export const LINKS = ['v0', 'v1', 'w0', 'w1'];
export const link: Command = (c) => c.oneOrOdd(LINKS, 2, ['lo', 'nobody']);
