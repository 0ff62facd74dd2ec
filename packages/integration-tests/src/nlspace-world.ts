import type { NetlinkDomain } from '@nlspace/core';
import type { World } from '@nlspace/testkit';
import { run } from '@nlspace/transport-seccomp';
import { createNetlink } from 'nlspace';

/** A domain with a network as the kernel makes one: `lo`, down, and nothing else. */
export function freshDomain(): NetlinkDomain {
  return createNetlink();
}

/** A fresh domain per run, in this process. */
export const nlspaceWorld: World = {
  name: 'nlspace',
  async run(argv, cwd) {
    await run(freshDomain(), argv, { stdio: 'ignore', untilAllExit: true, cwd });
  },
};
