import type { NetlinkDomain } from '@nlspace/core';
import type { World } from '@nlspace/testkit';
import { run } from '@nlspace/transport-seccomp';
import { createNetlink, Network, tunDevices } from 'nlspace';

/** A domain with a network as the kernel makes one: `lo`, down, and nothing else. */
export function freshDomain(): NetlinkDomain {
  return createNetlink();
}

/** A fresh domain per run, in this process. */
export const nlspaceWorld: World = {
  name: 'nlspace',
  async run(argv, cwd) {
    const network = new Network();
    const devices = tunDevices(network);
    await run(createNetlink({ network }), argv, {
      stdio: 'ignore',
      untilAllExit: true,
      cwd,
      tunDevices: devices,
    });
  },
};
