import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const NLSPACE = fileURLToPath(new URL('../../../nlspace/bin/nlspace.js', import.meta.url));
const LAMP = fileURLToPath(new URL('../../fixtures/lamp-kind.js', import.meta.url));

function nlspace(...argv: string[]): Promise<{ stdout: string; stderr: string; status: number }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [NLSPACE, ...argv], (error, stdout, stderr) => {
      resolve({ stdout, stderr, status: error === null ? 0 : Number(error.code) });
    });
  });
}

test('ip makes links of a kind from outside, beside the usual ones', async (t) => {
  const script =
    'ip link add l0 type lamp && ip link add v0 type veth && ip link set l0 up && ip -br link show type lamp && ip link del l0';
  const { stdout, stderr, status } = await nlspace('run', '--link-kind', LAMP, '--', 'sh', '-c', script);
  t.is(stderr, '');
  t.regex(stdout, /^l0 +DOWN +[0-9a-f:]{17} <NO-CARRIER,BROADCAST,MULTICAST,UP> \n$/);
  t.is(status, 0);
});

test('without it there is no such kind', async (t) => {
  const { stderr, status } = await nlspace('run', '--', 'ip', 'link', 'add', 'l0', 'type', 'lamp');
  t.is(stderr, 'Error: Unknown device type.\n');
  t.is(status, 2);
});

test('a file that is not there is said to be missing', async (t) => {
  const { stderr, status } = await nlspace('run', '--link-kind', './nowhere.js', '--', 'true');
  t.regex(stderr, /^nlspace: there is no file \.\/nowhere\.js\n/);
  t.is(status, 2);
});

test('a module without a kind, one that cannot be loaded and a kind given twice are refused', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'nlspace-kinds-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const [empty, broken] = [join(directory, 'empty.mjs'), join(directory, 'broken.mjs')];
  await writeFile(empty, 'export const kind = 5;\nexport class Plain {}\n');
  await writeFile(broken, 'this is no program\n');
  const refusal = async (...files: string[]) => {
    const options = files.flatMap((file) => ['--link-kind', file]);
    const { stderr, status } = await nlspace('run', ...options, '--', 'true');
    t.is(status, 2);
    return stderr.split('\n')[0];
  };
  t.is(await refusal(empty), `nlspace: ${empty} exports no class decorated with @LinkKind`);
  t.regex((await refusal(broken)) ?? '', /broken\.mjs cannot be loaded: /);
  t.is(await refusal(LAMP, LAMP), `nlspace: ${LAMP} exports the link kind lamp, which ${LAMP} has already`);
});
