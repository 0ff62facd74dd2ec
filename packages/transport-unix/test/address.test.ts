import { chmodSync, mkdirSync, statSync } from 'node:fs';
import test from 'ava';
import { defaultAddress, pathOf } from '../src/index.js';
import { temporaryFolder } from './support/temporary-folder.js';

const folder = temporaryFolder(test);

test('addresses are unix: and a path, which is made absolute', (t) => {
  t.is(pathOf('unix:/run/x', 'connect'), '/run/x');
  t.is(pathOf('unix:x', 'connect'), `${process.cwd()}/x`);
});

test('addresses that cannot be are refused, with the reason', (t) => {
  for (const [address, code, message] of [
    ['/run/x', 'EINVAL', /is not unix:PATH/],
    ['unix:', 'EINVAL', /is not unix:PATH/],
    ['unix:@name', 'EINVAL', /without a file/],
    [`unix:/${'x'.repeat(107)}`, 'ENAMETOOLONG', /has 108 bytes/],
  ] as const)
    t.throws(() => pathOf(address, 'listen'), { code, message });
});

test.serial('the default is in the runtime folder, else in a folder of the user alone', (t) => {
  t.is(defaultAddress('listen', { XDG_RUNTIME_DIR: '/run/user/7' }), 'unix:/run/user/7/nlspace.sock');
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  try {
    const place = `${folder}/nlspace-${process.geteuid?.()}`;
    t.is(defaultAddress('connect', {}), `unix:${place}/nlspace.sock`);
    t.is(defaultAddress('listen', {}), `unix:${place}/nlspace.sock`);
    t.is(statSync(place).mode & 0o777, 0o700);
    mkdirSync(place, { recursive: true });
    chmodSync(place, 0o755);
    for (const purpose of ['listen', 'connect'] as const)
      t.throws(() => defaultAddress(purpose, {}), { code: 'EACCES' });
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
});
