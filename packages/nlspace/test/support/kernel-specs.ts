import { spawn } from 'node:child_process';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Debian's kernel sources, packed. They have no specification of wireguard yet. */
const SOURCES = '/usr/src/linux-source-6.12.tar.xz';
const SPECS = 'Documentation/netlink/specs';

/**
 * Where the kernel's own specifications are: a folder that NLSPACE_YNL_SPECS names (Documentation/netlink/specs of kernel
 * sources), or those of Debian's package linux-source-6.12. They are the kernel's, so they are no files of this project.
 */
export class KernelSpecs {
  private constructor(
    private readonly folder: string | undefined,
    private readonly isTemporary: boolean,
  ) {}

  static async find(names: readonly string[]): Promise<KernelSpecs> {
    const named = process.env['NLSPACE_YNL_SPECS'];
    if (named !== undefined) return new KernelSpecs(named, false);
    if (!(await isThere(SOURCES))) return new KernelSpecs(undefined, false);
    const folder = await mkdtemp(join(tmpdir(), 'nlspace-ynl-'));
    const files = names.map((name) => `linux-source-6.12/${SPECS}/${name}.yaml`);
    // With --occurrence tar stops when it has found them all, which is long before the end. A name that is not there
    // makes it read everything.
    await tar(['-xJf', SOURCES, '--occurrence=1', '--strip-components=4', '-C', folder, ...files]);
    return new KernelSpecs(folder, true);
  }

  /** Undefined where it is not to be had. */
  async file(name: string): Promise<string | undefined> {
    if (this.folder === undefined) return undefined;
    const file = join(this.folder, `${name}.yaml`);
    return (await isThere(file)) ? file : undefined;
  }

  async remove(): Promise<void> {
    if (this.isTemporary && this.folder !== undefined) await rm(this.folder, { recursive: true });
  }
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

async function tar(argv: readonly string[]): Promise<void> {
  const child = spawn('tar', argv, { stdio: ['ignore', 'ignore', 'inherit'], timeout: 60_000 });
  await new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`tar ended with ${code}`))));
  });
}
