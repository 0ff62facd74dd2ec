import test from 'ava';
import { DecodeError, Errno, errnoName, NetlinkError } from '../../src/index.js';

test('error numbers are those of Linux', (t) => {
  t.deepEqual(
    [
      Errno.EPERM,
      Errno.EINVAL,
      Errno.ENODATA,
      Errno.EMSGSIZE,
      Errno.EPROTONOSUPPORT,
      Errno.EOPNOTSUPP,
      Errno.ENOBUFS,
      Errno.ECONNREFUSED,
    ],
    [1, 22, 61, 90, 93, 95, 105, 111],
  );
});

test('an error number has its name, or its number where it has none', (t) => {
  t.is(errnoName(2), 'ENOENT');
  t.is(errnoName(4095), 'errno 4095');
});

test('a refusal names operation, errno and text', (t) => {
  t.is(
    new NetlinkError(Errno.EEXIST, 'book a exists', { operation: 'add' }).message,
    'add: EEXIST: book a exists',
  );
  t.is(new NetlinkError(Errno.EPERM).message, 'EPERM');
});

test('malformed bytes name path and offset', (t) => {
  t.is(
    new DecodeError('too short', 12, 'neighbour.cacheInfo').message,
    'neighbour.cacheInfo at byte 12: too short',
  );
});
