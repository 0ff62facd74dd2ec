import { Errno } from '@nlspace/core';
import { refuse } from './tunnels.js';

/** GRE_* */
enum GreFlag {
  Checksum = 0x8000,
  Routing = 0x4000,
  Key = 0x2000,
  Sequence = 0x1000,
  Strict = 0x0800,
  Recursion = 0x0700,
  Version = 0x0007,
}
const OPTIONS = [GreFlag.Checksum, GreFlag.Key, GreFlag.Sequence];
const KEPT = GreFlag.Checksum | GreFlag.Key | GreFlag.Sequence | GreFlag.Strict;

/** A header of four bytes, and four for each option. */
export function greHeaderBytes(flags: number): number {
  return 4 + 4 * OPTIONS.filter((option) => (flags & option) !== 0).length;
}

/** What a tunnel keeps of the options that a request asks for. */
export function greOptions({ inputFlags = 0, outputFlags = 0, inputKey, outputKey }: GreRequest) {
  return {
    inputFlags: keptFlags(inputFlags),
    outputFlags: keptFlags(outputFlags),
    inputKey: inputKey?.slice() ?? new Uint8Array(4),
    outputKey: outputKey?.slice() ?? new Uint8Array(4),
  };
}

/** @throws {NetlinkError} EINVAL for source routes and other versions. */
export function refuseGreFlags({ inputFlags = 0, outputFlags = 0 }: GreRequest): void {
  if (((inputFlags | outputFlags) & (GreFlag.Version | GreFlag.Routing)) !== 0) refuse(Errno.EINVAL);
}

/** The kernel makes such a tunnel external; there is none here that becomes it. */
export function refuseNewlyExternal(): never {
  return refuse(Errno.EOPNOTSUPP, 'making a tunnel external that is not is not supported');
}

interface GreRequest {
  inputFlags?: number;
  outputFlags?: number;
  inputKey?: Uint8Array;
  outputKey?: Uint8Array;
}

function keptFlags(flags: number): number {
  return (flags & KEPT) | ((flags & GreFlag.Recursion) === 0 ? 0 : GreFlag.Recursion);
}
