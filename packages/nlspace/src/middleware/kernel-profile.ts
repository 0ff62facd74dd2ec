import type { Netlink } from '@nlspace/core';
import {
  type KernelProfileOptions,
  kernelProfile as kernelProfileWith,
  type Vocabularies,
} from '@nlspace/middleware';
import { vocabulariesOf } from '../vocabulary/vocabularies-of.js';
import { featuresAfter, KERNEL_FEATURES } from './kernel-features.js';

/** How a kernel differs from today's. */
export interface KernelAge {
  /** `4.19`: what came later is missing. */
  readonly version?: string;
  /** Names of `KERNEL_FEATURES` that are missing. */
  readonly without?: readonly string[];
  /** Requests are checked as strictly as they can be, whether a program asks for that or not. @default false */
  readonly alwaysStrict?: boolean;
  /** @default `vocabulariesOf` what is underneath */
  readonly vocabularies?: Vocabularies;
}

/**
 * Middleware: lets any back end look like an older kernel, or a stricter one.
 *
 * @throws {RangeError} for a version or a feature that there is not.
 * @example
 * const netlink = kernelProfile(createNetlink(), { version: '4.9' }); // no extended ACK, no strict checking, …
 */
export function kernelProfile(inner: Netlink, age: KernelAge): Netlink {
  const { version, without = [], alwaysStrict = false, vocabularies = vocabulariesOf(inner) } = age;
  const lacks = [...(version === undefined ? [] : featuresAfter(version)), ...without.map(featureNamed)];
  const options: KernelProfileOptions = {
    lacks: lacks.map(({ missing }) => missing),
    alwaysStrict,
    vocabularies,
  };
  return kernelProfileWith(inner, options);
}

function featureNamed(name: string) {
  const feature = KERNEL_FEATURES.find((candidate) => candidate.name === name);
  if (feature !== undefined) return feature;
  throw new RangeError(
    `there is no feature ${name}; there are ${KERNEL_FEATURES.map((one) => one.name).join(', ')}`,
  );
}

/**
 * Reads `4.19`, `no-extended-ack`, `always-strict`, or several with commas between them.
 *
 * @throws {RangeError} for what is none of them.
 */
export function parseKernelAge(text: string): KernelAge {
  const words = text.split(',');
  const version = words.find((word) => /^\d/.test(word));
  if (version !== undefined) featuresAfter(version);
  const others = words.filter((word) => word !== version);
  const without = others
    .filter((word) => word !== 'always-strict')
    .map((word) => {
      if (!word.startsWith('no-'))
        throw new RangeError(
          `${word} is no version (4.19), no missing feature (no-extended-ack), and not always-strict`,
        );
      return featureNamed(word.slice(3)).name;
    });
  return {
    ...(version === undefined ? {} : { version }),
    without,
    alwaysStrict: others.includes('always-strict'),
  };
}
