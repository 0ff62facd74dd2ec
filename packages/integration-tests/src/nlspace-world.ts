import type { World } from '@nlspace/testkit';
import { run } from '@nlspace/transport-seccomp';
import { createNetlink } from 'nlspace';

/** A fresh domain per run, in this process. */
export const nlspaceWorld: World = {
  name: 'nlspace',
  async run(argv) {
    await run(createNetlink(), argv, { stdio: 'ignore', untilAllExit: true });
  },
};
