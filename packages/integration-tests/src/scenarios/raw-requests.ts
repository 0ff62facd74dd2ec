import { attribute, type Bytes } from '../hostile/bytes.js';

/** A command that sends requests byte by byte and shows the answers. */
export function raw(...requests: ReadonlyArray<readonly [type: number, flags: number, ...parts: readonly Bytes[]]>): string {
  return `python3 $RAW_REQUESTS ${requests.map(asWord).join(' ')}`;
}

/** The same by a socket that asks for strict checking. */
export function rawStrict(...requests: ReadonlyArray<readonly [type: number, flags: number, ...parts: readonly Bytes[]]>): string {
  return `python3 $RAW_REQUESTS strict ${requests.map(asWord).join(' ')}`;
}

function asWord([type, flags, ...parts]: readonly [type: number, flags: number, ...parts: readonly Bytes[]]): string {
  return `${type}:${flags}:${Buffer.from(parts.flat()).toString('hex')}`;
}

const NESTED = 0x8000;
const AF_SPEC = 26;

/** IFLA_AF_SPEC with one family's attributes. */
export function familySettings(family: number, ...attributes: readonly Bytes[]): Bytes {
  return attribute(AF_SPEC | NESTED, attribute(family | NESTED, attributes.flat()));
}
