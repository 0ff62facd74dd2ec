import type { ExecutionContext, TestFn } from 'ava';

/** Something outside this project that a test needs, or why it is not here. */
export type Missing = string | undefined;

/**
 * Declares a test that needs a peer. Where the peer is missing the test is skipped and its title says why; with
 * NLSPACE_REQUIRE_PEERS=1 it fails instead, so that nobody takes silence for agreement.
 */
export function peerTest(test: TestFn, missing: Missing, title: string, body: (t: ExecutionContext) => Promise<void>): void {
  if (missing === undefined) {
    test.serial(title, body);
  } else if (process.env['NLSPACE_REQUIRE_PEERS'] === '1') {
    test.serial(title, (t) => t.fail(`${missing}, and NLSPACE_REQUIRE_PEERS=1`));
  } else {
    test.serial.skip(`${title} (skipped: ${missing})`, body);
  }
}
