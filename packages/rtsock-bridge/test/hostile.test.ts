import test from 'ava';
import fc from 'fast-check';
import {
  BsdErrno,
  decodeMessage,
  RtsockDecodeError,
  RtsockFlag,
  RtsockType,
  routeHeader,
  routeRequest,
} from '../src/index.js';
import { openWorld } from './support/world.js';

/** Requests that mean something, to begin with. */
const SEEDS = [
  routeRequest({ type: RtsockType.Add, destination: '10.8.0.0/16', gateway: '10.0.0.3' }),
  routeRequest({
    type: RtsockType.Add,
    destination: '10.8.0.0/16',
    gateway: '10.0.0.4',
    weight: 3,
    mtu: 1400,
  }),
  routeRequest({ type: RtsockType.Add, destination: '2001:db8:1::/48', gateway: 'fe80::5%2' }),
  routeRequest({ type: RtsockType.Change, destination: '10.8.0.0/16', gateway: '10.0.0.3' }),
  routeRequest({ type: RtsockType.Delete, destination: '10.8.0.0/16', gateway: '10.0.0.3' }),
  routeRequest({ type: RtsockType.Get, destination: '10.8.0.1', wantsInterface: true }),
  routeRequest({ type: RtsockType.Get, destination: 'default', isIpv6: true }),
  ...([RtsockType.Add, RtsockType.Delete] as const).map((type) =>
    routeRequest({ type, destination: '10.0.0.9', interfaceIndex: 2, flags: RtsockFlag.LinkLayer }),
  ),
];

/** Any length for an address, with as many bytes or fewer: they may overlap, or end behind the message. */
const address = fc
  .tuple(
    fc.oneof(fc.constantFrom(0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 28, 32, 54, 56, 255), fc.nat(255)),
    fc.constantFrom(0, 2, 18, 28, 99),
    fc.uint8Array({ minLength: 0, maxLength: 64 }),
  )
  .map(([length, family, rest]) => [length, family, ...rest]);

const composed = fc
  .tuple(
    fc.constantFrom(...SEEDS),
    fc.nat(255),
    fc.nat(0xff),
    fc.array(address, { maxLength: 9 }),
    fc.boolean(),
    fc.nat(0xffff),
  )
  .map(([seed, type, slots, addresses, isHonest, length]) => {
    const bytes = Uint8Array.from([...seed.subarray(0, routeHeader.size), ...addresses.flat()]);
    const view = new DataView(bytes.buffer);
    view.setUint8(3, type % 5 === 0 ? type : (type % 4) + 1);
    view.setUint32(12, slots, true);
    view.setUint16(0, isHonest ? bytes.length : length, true);
    return bytes;
  });

const mutated = fc
  .tuple(
    fc.constantFrom(...SEEDS),
    fc.array(fc.tuple(fc.nat(260), fc.nat(255)), { minLength: 1, maxLength: 12 }),
  )
  .map(([seed, changes]) => {
    const bytes = seed.slice();
    for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
    return bytes;
  });

const cut = fc.tuple(fc.constantFrom(...SEEDS), fc.nat(260), fc.boolean()).map(([seed, length, isHonest]) => {
  const bytes = new Uint8Array(length);
  bytes.set(seed.subarray(0, length));
  if (isHonest && length >= 2) new DataView(bytes.buffer).setUint16(0, length, true);
  return bytes;
});

test('whatever is written gives an errno that FreeBSD has, and an answer that can be read', async (t) => {
  const world = await openWorld();
  const socket = world.open();
  const errnos = new Set<BsdErrno>();
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 400 }), composed, mutated, cut), (bytes) => {
      const errno = socket.send(bytes);
      t.not(BsdErrno[errno], undefined);
      t.not(errno, BsdErrno.EIO);
      errnos.add(errno);
      for (let next = socket.receive(); next !== undefined; next = socket.receive()) {
        const view = new DataView(next.buffer);
        t.is(next.length, view.getUint16(0, true));
        t.is(next.length % 8, 0);
        t.is(view.getInt32(16, true), 77);
        if (errno !== BsdErrno.None) t.is(view.getInt32(24, true), errno);
        try {
          decodeMessage(next);
        } catch (error) {
          // The answer to a request of a type that has another header.
          if (!(error instanceof RtsockDecodeError)) throw error;
        }
      }
    }),
    { numRuns: 6_000 },
  );
  t.deepEqual(world.defects, []);
  // Also those that do not come from the first check.
  for (const errno of [
    BsdErrno.None,
    BsdErrno.EINVAL,
    BsdErrno.EAFNOSUPPORT,
    BsdErrno.EOPNOTSUPP,
    BsdErrno.ESRCH,
  ])
    t.true(errnos.has(errno), BsdErrno[errno]);
});

test('all combinations of addresses, each too short and each too long, are refused or done', async (t) => {
  const world = await openWorld();
  const socket = world.open();
  const seed = SEEDS[0] as Uint8Array;
  for (let slots = 0; slots < 256; slots++) {
    for (const length of [0, 1, 2, 3, 4, 6, 8, 16, 28, 54, 255]) {
      const bytes = new Uint8Array(routeHeader.size + 8 * 16);
      bytes.set(seed.subarray(0, routeHeader.size));
      const view = new DataView(bytes.buffer);
      view.setUint16(0, bytes.length, true);
      view.setUint32(12, slots, true);
      for (let slot = 0; slot < 8; slot++) bytes.set([length, 2, 0, 0, 10, 8], routeHeader.size + slot * 16);
      t.not(BsdErrno[socket.send(bytes)], undefined);
      while (socket.receive() !== undefined);
    }
  }
  t.deepEqual(world.defects, []);
});

test('no sysctl crashes', async (t) => {
  const { bridge } = await openWorld();
  fc.assert(
    fc.property(fc.integer(), fc.integer(), fc.integer(), fc.integer(), (kind, family, argument, fib) => {
      const small = (value: number) => value % 70;
      for (const query of [
        { kind, family, argument, fib },
        { kind: small(kind), family: small(family), argument, fib: small(fib) },
      ]) {
        try {
          bridge.dump(query);
        } catch (error) {
          t.is((error as Error).name, 'RtsockError');
        }
      }
    }),
    { numRuns: 2_000 },
  );
  t.pass();
});
