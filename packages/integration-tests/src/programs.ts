import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const FIXTURES = fileURLToPath(new URL('../../fixtures/', import.meta.url));

/** Programs that are built for the tests, each named by the environment variable with its path. */
const BUILDS: Readonly<Record<string, (directory: string) => Promise<string>>> = {
  RAW_NETLINK: async (directory) => {
    const program = join(directory, 'raw-netlink');
    await promisify(execFile)('gcc', ['-static', '-O1', '-o', program, join(FIXTURES, 'raw-netlink.c')]);
    return program;
  },
  GO_NETLINK: (directory) => buildGo('go-netlink', directory),
  GO_VISHVANANDA: (directory) => buildGo('go-vishvananda', directory),
  GO_GENETLINK: (directory) => buildGo('go-genetlink', directory),
  RAW_REQUESTS: async () => {
    await promisify(execFile)('/usr/bin/python3', ['-V']);
    return join(FIXTURES, 'raw-requests.py');
  },
  KERNEL_CALLER: async () => {
    await promisify(execFile)('/usr/bin/python3', ['-V']);
    return join(FIXTURES, 'kernel-caller.py');
  },
  ETHTOOL_REQUESTS: async () => {
    await promisify(execFile)('/usr/bin/python3', ['-V']);
    return join(FIXTURES, 'ethtool-requests.py');
  },
  BUSYBOX: async () => firstOf('/bin/busybox', '/usr/bin/busybox'),
  LIBNL_TOOLS: async () => firstOf('/usr/bin/nl-route-list'),
  ETHTOOL: async () => firstOf('/usr/sbin/ethtool', '/sbin/ethtool'),
  PYROUTE2: async () => {
    await promisify(execFile)('/usr/bin/python3', ['-c', 'import pyroute2']);
    return join(FIXTURES, 'pyroute2-tour.py');
  },
  PYROUTE2_METER: async () => {
    await promisify(execFile)('/usr/bin/python3', ['-c', 'import pyroute2']);
    return join(FIXTURES, 'pyroute2-meter.py');
  },
  PYROUTE2_SYSEVENT: async () => {
    await promisify(execFile)('/usr/bin/python3', ['-c', 'import pyroute2']);
    return join(FIXTURES, 'pyroute2-sysevent.py');
  },
  PYROUTE2_FAMILIES: async () => {
    await promisify(execFile)('/usr/bin/python3', ['-c', 'import pyroute2']);
    return join(FIXTURES, 'pyroute2-families.py');
  },
  FRR: async () => dirname(firstOf('/usr/lib/frr/zebra')),
  BIRD: async () => firstOf('/usr/sbin/bird'),
  TSHARK: async () => firstOf('/usr/bin/tshark'),
  WG: async () => firstOf('/usr/bin/wg'),
  WG_QUICK: async () => firstOf('/usr/bin/wg-quick'),
};

/** Statically linked, and with the libraries that Debian packages: nothing is downloaded. */
async function buildGo(name: string, directory: string): Promise<string> {
  const program = join(directory, name);
  const env = {
    ...process.env,
    CGO_ENABLED: '0',
    GO111MODULE: 'off',
    GOCACHE: join(directory, `${name}-cache`),
    GOPATH: '/usr/share/gocode',
  };
  await promisify(execFile)('go', ['build', '-o', program, '.'], { cwd: join(FIXTURES, name), env });
  return program;
}

function firstOf(...paths: readonly string[]): string {
  const program = paths.find((path) => existsSync(path));
  if (program === undefined) throw new Error(`there is no ${paths[0]}`);
  return program;
}

/** Builds or finds the programs and names them in the environment; those that cannot be had are not named. */
export async function providePrograms(
  names: readonly string[] = Object.keys(BUILDS),
): Promise<{ remove(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'nlspace-programs-'));
  await Promise.all(
    names.map(async (name) => {
      try {
        process.env[name] ??= await BUILDS[name]?.(directory);
      } catch {
        // Without a compiler there is no program, and the tests that need it are skipped by name.
        delete process.env[name];
      }
    }),
  );
  return { remove: () => rm(directory, { recursive: true, force: true }) };
}
