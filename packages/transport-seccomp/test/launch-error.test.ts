import { fileURLToPath } from 'node:url';
import { Errno } from '@nlspace/core';
import { peerTest } from '@nlspace/transport-contract';
import test from 'ava';
import { checkKernel, LaunchError } from '../src/launch-error.js';
import { buildProbes, probe, probeWithout } from './probe.js';
import { createTestDomain } from './test-family.js';

const RUN_PROBE = fileURLToPath(new URL('./run-probe.js', import.meta.url));

const probes = await buildProbes();
test.after.always(() => probes.remove());

/** Where it does not work, what fails how, and what is said. */
const OBSTACLES: readonly (readonly [title: string, call: string, errno: Errno, said: string])[] = [
  [
    'a kernel or a container without seccomp(2)',
    'seccomp',
    Errno.ENOSYS,
    'cannot trap system calls (ENOSYS): this kernel has no seccomp filters (CONFIG_SECCOMP_FILTER), or the container forbids seccomp(2); allow it, or run outside',
  ],
  [
    'a container that forbids seccomp(2)',
    'seccomp',
    Errno.EPERM,
    'cannot trap system calls (EPERM): the container forbids seccomp(2); for Docker or Podman use `--security-opt seccomp=unconfined`',
  ],
  [
    'a kernel without user notification',
    'seccomp',
    Errno.EINVAL,
    'cannot trap system calls (EINVAL): this kernel has no seccomp user notification; Linux 5.14 or newer is needed',
  ],
  [
    'a container that forbids pidfd_getfd(2)',
    'pidfd_getfd',
    Errno.EPERM,
    'cannot take over trapped system calls (EPERM): looking into child processes is forbidden (pidfd_getfd); for Docker or Podman use `--cap-add SYS_PTRACE` or `--security-opt seccomp=unconfined`',
  ],
];

for (const [title, call, errno, said] of OBSTACLES)
  peerTest(test, probes.missing, `${title}: the message says what to do`, async (t) => {
    t.is(await probeWithout(probes.forbid, call, errno, ['true']), `${said}(ended with 125)`);
  });

test('a run within a run: the message says that they cannot be nested', async (t) => {
  t.is(
    await probe(createTestDomain(), [process.execPath, RUN_PROBE, 'true']),
    'cannot trap system calls (EBUSY): the process is already supervised through seccomp, perhaps by another `nlspace run`; they cannot be nested(ended with 125)',
  );
});

test('a program that is not there, or is none, is told as a shell does', async (t) => {
  t.like(await t.throwsAsync(probe(createTestDomain(), ['/nonexistent'])), {
    message: '/nonexistent: not found',
    exitCode: 127,
  });
  t.like(await t.throwsAsync(probe(createTestDomain(), ['/etc/passwd'])), {
    message: '/etc/passwd: cannot be executed (EACCES)',
    exitCode: 126,
  });
});

test('an old kernel and another system are told what is needed', (t) => {
  t.notThrows(() => checkKernel('linux', '5.14.0-70-generic'));
  t.notThrows(() => checkKernel('linux', '6.0'));
  t.throws(() => checkKernel('linux', '5.13.19'), {
    instanceOf: LaunchError,
    message: 'Linux 5.14 or newer is needed (seccomp ADDFD), this is 5.13.19',
  });
  t.throws(() => checkKernel('linux', '4.19.0'), { message: /^Linux 5\.14 or newer is needed/ });
  t.throws(() => checkKernel('darwin', '25.0.0'), {
    message: 'unmodified programs can be run on Linux only, this is darwin',
  });
});
