import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { conditionalTest, peerTest, providePrograms } from '../src/index.js';

const NLSPACE = fileURLToPath(new URL('../../../nlspace/bin/nlspace.js', import.meta.url));
const ROUTER = fileURLToPath(new URL('../../fixtures/bgp-router.sh', import.meta.url));

/**
 * The routers' TCP connection is the machine's: a network namespace of it whose loopback has the addresses of both. All
 * that they know of links, addresses and routes is from the two nlspaces.
 */
const BOTH = `
ip link set lo up
ip addr add 10.0.0.1/32 dev lo
ip addr add 10.0.0.2/32 dev lo
"$NODE" "$NLSPACE" run -- sh "$ROUTER" 1 2 >"$SCRATCH/one" 2>&1 &
"$NODE" "$NLSPACE" run -- sh "$ROUTER" 2 1 >"$SCRATCH/two" 2>&1
wait
cat "$SCRATCH/one"
echo --
cat "$SCRATCH/two"
`;

const programs = await providePrograms(['FRR']);
test.after.always(() => programs.remove());

const isRoot = process.getuid?.() === 0;
const missing = process.env['FRR'] === undefined ? 'FRR is not installed' : undefined;
const declare = isRoot ? peerTest : conditionalTest;

declare(
  test,
  isRoot ? missing : 'only root may',
  "two bgpds on two nlspaces learn each other's routes, and lose them",
  async (t) => {
    const scratch = await mkdtemp(join(tmpdir(), 'nlspace-bgp-'));
    t.teardown(() => rm(scratch, { recursive: true, force: true }));
    await chmod(scratch, 0o755);
    const env = { ...process.env, NODE: process.execPath, NLSPACE, ROUTER, SCRATCH: scratch };
    const { stdout } = await promisify(execFile)('unshare', ['-n', 'sh', '-c', BOTH], { env });
    t.is(
      stdout,
      `192.0.2.0/24 via 10.0.0.2 dev v0 metric 20 
198.51.2.0/24 via 10.0.0.2 dev v0 metric 20 
B>* 192.0.2.0/24 [20/0] via 10.0.0.2, v0, weight 1
B>* 198.51.2.0/24 [20/0] via 10.0.0.2, v0, weight 1
10.0.0.0/24 dev v0 proto kernel scope link src 10.0.0.1 
--
192.0.1.0/24 via 10.0.0.1 dev v0 metric 20 
198.51.1.0/24 via 10.0.0.1 dev v0 metric 20 
B>* 192.0.1.0/24 [20/0] via 10.0.0.1, v0, weight 1
B>* 198.51.1.0/24 [20/0] via 10.0.0.1, v0, weight 1
`,
    );
  },
);
