import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';

/**
 * Whether anything that can be seen from here keeps a network namespace alive: a thread that is in it, a mount of it in
 * the thread's view, or a descriptor. What may not be looked at keeps nothing alive.
 */
export function isReferenced(namespace: string, thread: number): boolean {
  return isMounted(namespace, thread) || isEntered(namespace) || isOpen(namespace);
}

/** By a line of proc_pid_mountinfo(5) whose root is the namespace. */
function isMounted(namespace: string, thread: number): boolean {
  return [`/proc/${thread}/mountinfo`, '/proc/self/mountinfo'].some((file) =>
    orElse('', () => readFileSync(file, 'utf8')).includes(` ${namespace} `),
  );
}

function isEntered(namespace: string): boolean {
  return someThread((task) => orElse('', () => readlinkSync(`${task}/ns/net`)) === namespace);
}

/** Descriptors of mounted namespaces do not read as such, so their inodes are compared. */
function isOpen(namespace: string): boolean {
  const inode = Number(/\d+/.exec(namespace)?.[0]);
  const { dev } = statSync('/proc/self/ns/net');
  return someProcess(
    (path) =>
      // What we keep ourselves does not count.
      path !== `/proc/${process.pid}` &&
      orElse<string[]>([], () => readdirSync(`${path}/fd`)).some((descriptor) => {
        const found = orElse(undefined, () => statSync(`${path}/fd/${descriptor}`));
        return found?.ino === inode && found.dev === dev;
      }),
  );
}

function someProcess(test: (path: string) => boolean): boolean {
  return readdirSync('/proc').some((name) => /^\d+$/.test(name) && test(`/proc/${name}`));
}

function someThread(test: (path: string) => boolean): boolean {
  return someProcess((process) =>
    orElse<string[]>([], () => readdirSync(`${process}/task`)).some((name) =>
      test(`${process}/task/${name}`),
    ),
  );
}

/** Processes come and go while one looks, and some are none of our business. */
function orElse<T>(otherwise: T, look: () => T): T {
  try {
    return look();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM', 'EINVAL'].includes(code)) return otherwise;
    throw error;
  }
}
