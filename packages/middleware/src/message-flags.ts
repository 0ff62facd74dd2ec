import { MessageFlag } from '@nlspace/core';

const COMMON_FLAGS: ReadonlyArray<readonly [number, string]> = [
  [MessageFlag.Request, 'REQUEST'],
  [MessageFlag.Multi, 'MULTI'],
  [MessageFlag.Ack, 'ACK'],
  [MessageFlag.Echo, 'ECHO'],
  [MessageFlag.DumpInterrupted, 'DUMP_INTR'],
  [MessageFlag.DumpFiltered, 'DUMP_FILTERED'],
];

/** The flags that are set, by name; what is left over as a number. */
export function flagNames(flags: number, modifiers: ReadonlyArray<readonly [number, string]>): string[] {
  const names: string[] = [];
  let rest = flags;
  for (const [bits, name] of [...COMMON_FLAGS, ...modifiers]) {
    if ((rest & bits) !== bits) continue;
    names.push(name);
    rest &= ~bits;
  }
  if (rest !== 0) names.push(`0x${rest.toString(16)}`);
  return names;
}

/** `REQUEST|ACK|CREATE` */
export function flagText(flags: number, modifiers: ReadonlyArray<readonly [number, string]>): string {
  return flagNames(flags, modifiers).join('|');
}
