// run-probe.js PROGRAM ARGUMENT…: runs a program on the domain of the tests and ends as it did.
import { exitAs, LaunchError, run } from '../src/index.js';
import { createTestDomain } from './test-family.js';

try {
  exitAs(await run(createTestDomain(), process.argv.slice(2), { untilAllExit: true }));
} catch (error) {
  if (!(error instanceof LaunchError)) throw error;
  process.stderr.write(error.message);
  process.exitCode = error.exitCode;
}
