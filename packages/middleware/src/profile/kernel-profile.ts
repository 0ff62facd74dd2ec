import { type Netlink, type NetlinkSocket, type OpenOptions, SocketOption } from '@nlspace/core';
import { NUMBERS_ONLY, type Vocabularies } from '../vocabulary.js';
import { LackingSocket, Lacks } from './lacking-socket.js';
import type { MissingFeature } from './missing-feature.js';

export interface KernelProfileOptions {
  /** What the kernel does not have. @default nothing */
  readonly lacks?: readonly MissingFeature[];
  /** Requests are checked as strictly as they can be, whether a program asks for that or not. @default false */
  readonly alwaysStrict?: boolean;
  /** @default numbers only */
  readonly vocabularies?: Vocabularies;
}

/** Middleware: lets a back end look like an older kernel, or a stricter one. */
export function kernelProfile(
  inner: Netlink,
  { lacks = [], alwaysStrict = false, vocabularies = () => NUMBERS_ONLY }: KernelProfileOptions,
): Netlink {
  return {
    async open(options: OpenOptions): Promise<NetlinkSocket> {
      const { protocol } = options;
      const socket = await inner.open(options);
      if (alwaysStrict) await socket.setOption(SocketOption.StrictChecking, 1);
      const own = new Lacks(lacks, protocol);
      return new LackingSocket(socket, own, vocabularies(protocol), alwaysStrict);
    },
  };
}
