import type { MessageSchema } from '@nlspace/core';
import { address, link } from '@nlspace/family-route';
import { arbitraryDamagedPayload, arbitraryPayload } from '@nlspace/testkit';
import fc from 'fast-check';
import { type Bytes, message } from './bytes.js';
import { HAND_MADE } from './hand-made.js';
import { WELL_FORMED } from './seeds.js';

const SCHEMAS: ReadonlyArray<readonly [MessageSchema, readonly number[]]> = [
  [link as unknown as MessageSchema, [16, 17, 18, 19, 108, 109]],
  [address as unknown as MessageSchema, [20, 21, 22, 24, 25, 26]],
];
const FLAGS = [0x5, 0x305, 0x605, 0x405, 0x105, 0xd, 0x705];
const PER_SCHEMA = 500;

/** Requests to begin with: written by hand, and made from schemas by fast-check, sound ones and damaged ones. */
export function corpus(seed: number): readonly Bytes[] {
  const fromSchemas = SCHEMAS.flatMap(([schema, types]) => {
    const payloads = fc.oneof(arbitraryPayload(schema), arbitraryDamagedPayload(schema));
    const requests = fc
      .tuple(payloads, fc.constantFrom(...types), fc.constantFrom(...FLAGS))
      .map(([payload, type, flags]) => message({ type, flags, payload: [...payload] }));
    return fc.sample(requests, { seed, numRuns: PER_SCHEMA });
  });
  return [...WELL_FORMED, ...WELL_FORMED, ...WELL_FORMED]
    .map(([, bytes]) => bytes)
    .concat(
      HAND_MADE.map(({ bytes }) => bytes),
      fromSchemas,
    );
}
