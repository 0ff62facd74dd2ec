import type { ExecutionContext, TestFn } from 'ava';

/** Something outside this project that a test needs, or why it is not here. */
export type Missing = string | undefined;

type Body = (t: ExecutionContext) => Promise<void>;

/** `test.serial`, or `test` for those that may run while others do. */
type Declare = (title: string, body: (t: ExecutionContext) => void | Promise<void>) => void;

/**
 * Declares a test that needs a peer. Where the peer is missing the test is skipped and its title says why; with
 * NLSPACE_REQUIRE_PEERS=1 it fails instead, so that nobody takes silence for agreement.
 */
export function peerTest(
  test: TestFn,
  missing: Missing,
  title: string,
  body: Body,
  declare: Declare = test.serial,
): void {
  if (missing !== undefined && process.env['NLSPACE_REQUIRE_PEERS'] === '1') {
    declare(title, (t) => t.fail(`${missing}, and NLSPACE_REQUIRE_PEERS=1`));
  } else {
    conditionalTest(test, missing, title, body, declare);
  }
}

/** Declares a test for a condition that nobody can be asked to meet; where it is not met the title says so. */
export function conditionalTest(
  test: TestFn,
  unmet: Missing,
  title: string,
  body: Body,
  declare: Declare = test.serial,
): void {
  if (unmet === undefined) declare(title, body);
  else test.serial.skip(`${title} (skipped: ${unmet})`, body);
}
