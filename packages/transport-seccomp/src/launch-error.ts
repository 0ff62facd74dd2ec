import { Errno, errnoName } from '@nlspace/core';
import { LaunchStep } from '@nlspace/native';

/** A program could not be started, or not with its netlink sockets served. The message says what to do. */
export class LaunchError extends Error {
  override readonly name = 'LaunchError';

  constructor(
    message: string,
    /** What a shell would exit with: 127 not found, 126 not executable, 125 not supervised. */
    readonly exitCode = 125,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const FILTER_REMEDIES: Readonly<Partial<Record<number, string>>> = {
  [Errno.ENOSYS]:
    'this kernel has no seccomp filters (CONFIG_SECCOMP_FILTER), or the container forbids seccomp(2); allow it, or run outside',
  [Errno.EINVAL]: 'this kernel has no seccomp user notification; Linux 5.14 or newer is needed',
  [Errno.EBUSY]:
    'the process is already supervised through seccomp, perhaps by another `nlspace run`; they cannot be nested',
  [Errno.EPERM]:
    'the container forbids seccomp(2); for Docker or Podman use `--security-opt seccomp=unconfined`',
  [Errno.EACCES]: 'no_new_privs could not be set',
};

const LISTENER_REMEDY =
  'looking into child processes is forbidden (pidfd_getfd); for Docker or Podman use `--cap-add SYS_PTRACE` or `--security-opt seccomp=unconfined`';

/** Explains what the launcher reports as failed. */
export function explainFailure(program: string, step: LaunchStep, errno: number): LaunchError {
  const name = errnoName(errno);
  switch (step) {
    case LaunchStep.Execute:
      return errno === Errno.ENOENT
        ? new LaunchError(`${program}: not found`, 127)
        : new LaunchError(`${program}: cannot be executed (${name})`, 126);
    case LaunchStep.Filter:
      return new LaunchError(
        `cannot trap system calls (${name}): ${FILTER_REMEDIES[errno] ?? 'seccomp(2) failed'}`,
      );
    case LaunchStep.Listener:
      return new LaunchError(`cannot take over trapped system calls (${name}): ${LISTENER_REMEDY}`);
    default:
      return new LaunchError(`the launcher failed at step ${LaunchStep[step] ?? step} (${name})`);
  }
}

/** SECCOMP_ADDFD_FLAG_SEND, which puts a socket into a program in one step, came with this release. */
const OLDEST_KERNEL = [5, 14] as const;

/** @throws {LaunchError} when the kernel is older than what is needed. */
export function checkKernel(platform: string, release: string): void {
  if (platform !== 'linux')
    throw new LaunchError(`unmodified programs can be run on Linux only, this is ${platform}`);
  const [major = 0, minor = 0] = release.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_KERNEL;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new LaunchError(
    `Linux ${oldestMajor}.${oldestMinor} or newer is needed (seccomp ADDFD), this is ${release}`,
  );
}
