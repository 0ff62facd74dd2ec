import { inFreshNamespace, type World } from '@nlspace/testkit';
import { kernel } from '@nlspace/transport-kernel';
import { run } from '@nlspace/transport-seccomp';

/** The real kernel once more, through nlspace, as `nlspace run --to kernel` runs programs. */
export const proxyWorld: World = {
  name: 'kernel, through nlspace',
  async run(argv, cwd) {
    await run(kernel({ keepsAlive: false }), inFreshNamespace(argv), {
      stdio: 'ignore',
      untilAllExit: true,
      cwd,
      sideChannels: 'host',
    });
  },
};
