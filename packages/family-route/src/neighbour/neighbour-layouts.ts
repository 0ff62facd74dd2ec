import { defineHeader, field } from '@nlspace/core';

/** `struct ndmsg`, whose padding nobody looks at. */
export const forwardingHeader = defineHeader('ndmsg', {
  addressFamily: field.u8,
  padding: field.pad(3),
  interfaceIndex: field.s32,
  state: field.u16,
  flags: field.u8,
  type: field.u8,
});

/** `struct nda_cacheinfo`; ages in hundredths of a second. */
export const neighbourAges = defineHeader('nda_cacheinfo', {
  confirmed: field.u32,
  used: field.u32,
  updated: field.u32,
  references: field.u32,
});

/** @param nowMs of the network's clock. */
export function agesOf(
  { usedAtMs, updatedAtMs }: { readonly usedAtMs: number; readonly updatedAtMs: number },
  nowMs: number,
): { confirmed: number; used: number; updated: number; references: number } {
  const age = (sinceMs: number) => Math.floor((nowMs - sinceMs) / 10);
  return { confirmed: 0, used: age(usedAtMs), updated: age(updatedAtMs), references: 0 };
}
