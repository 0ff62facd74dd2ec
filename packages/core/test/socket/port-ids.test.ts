import test from 'ava';
import { PortIds } from '../../src/socket/port-ids.js';

test('the preferred port is taken if it is free, else one of the automatic range', (t) => {
  const numbers = [0, 0.999999999];
  const ports = new PortIds<string>(() => numbers.shift() ?? 0.5);
  t.is(ports.allocate(7, 'a'), 7);
  t.is(ports.allocate(7, 'b'), 0x8000_0000);
  t.true(ports.allocate(7, 'c') <= 0xffff_efff);
  t.is(ports.get(7), 'a');
  t.deepEqual([...ports.owners()], ['a', 'b', 'c']);
});

test('a number that is taken is drawn again', (t) => {
  const numbers = [0.25, 0.25, 0.75];
  const ports = new PortIds<string>(() => numbers.shift() ?? 0);
  const first = ports.allocate(0, 'a');
  t.not(ports.allocate(0, 'b'), first);
});

test('a claimed port is EADDRINUSE until it is released', (t) => {
  const ports = new PortIds<string>(() => 0);
  ports.claim(5, 'a');
  t.throws(() => ports.claim(5, 'b'), { message: /EADDRINUSE/ });
  ports.release(5);
  t.notThrows(() => ports.claim(5, 'b'));
});
