import test, { type TestFn } from 'ava';

/** A suite more than once in a file: each of its titles begins with a name. */
export function namedTest(name: string): TestFn {
  const declare = (title: string, ...rest: unknown[]) =>
    (test as unknown as (...args: unknown[]) => void)(`${name}: ${title}`, ...rest);
  return Object.assign(declare, { skip: test.skip }) as unknown as TestFn;
}
