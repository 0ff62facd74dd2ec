import test from 'ava';
import { createMemoryLink } from '../src/index.js';

/** A link whose deliveries happen when the test says so. */
function steppedLink() {
  const steps: Array<() => void> = [];
  const [one, other] = createMemoryLink({ schedule: (deliver) => steps.push(deliver) });
  return { one, other, step: () => steps.shift()?.() };
}

test('frames arrive one delivery at a time, in order, never within the send', (t) => {
  const { one, other, step } = steppedLink();
  const arrived: number[] = [];
  other.onFrame = ([byte]) => arrived.push(byte ?? -1);
  one.send(Uint8Array.of(1));
  one.send(Uint8Array.of(2));
  t.deepEqual(arrived, []);
  t.is(one.bufferedBytes, 2);
  step();
  t.deepEqual(arrived, [1]);
  t.is(one.bufferedBytes, 1);
  step();
  t.deepEqual(arrived, [1, 2]);
});

test('onDrain is called when nothing is on its way any more', (t) => {
  const { one, step } = steppedLink();
  let drained = 0;
  one.onDrain = () => drained++;
  one.send(Uint8Array.of(1));
  one.send(Uint8Array.of(2));
  step();
  t.is(drained, 0);
  step();
  t.is(drained, 1);
});

test('frames that arrive before anybody listens are kept', (t) => {
  const { one, other, step } = steppedLink();
  one.send(Uint8Array.of(7));
  step();
  const arrived: number[] = [];
  other.onFrame = ([byte]) => arrived.push(byte ?? -1);
  t.deepEqual(arrived, [7]);
});

test('closing lets out what was sent before, and tells each end once', (t) => {
  const { one, other, step } = steppedLink();
  const seen: unknown[] = [];
  other.onFrame = ([byte]) => seen.push(byte);
  other.onClose = (reason) => seen.push(reason);
  one.onClose = (reason) => seen.push(`own ${reason}`);
  one.send(Uint8Array.of(1));
  one.close('done');
  one.close('again');
  one.send(Uint8Array.of(2));
  step();
  step();
  step();
  t.deepEqual(seen, [1, 'done', 'own done']);
  t.false(other.isOpen);
});
