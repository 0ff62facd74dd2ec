import { NetlinkDomain } from '@nlspace/core';
import { routeFamily } from '@nlspace/family-route';
import type { World } from '@nlspace/testkit';
import { run } from '@nlspace/transport-seccomp';

/** A domain with a network as the kernel makes one: `lo`, down, and nothing else. */
export function freshDomain(): NetlinkDomain {
  return new NetlinkDomain({ families: [routeFamily()] });
}

/** A fresh domain per run, in this process. */
export const nlspaceWorld: World = {
  name: 'nlspace',
  async run(argv) {
    await run(freshDomain(), argv, { stdio: 'ignore', untilAllExit: true });
  },
};
