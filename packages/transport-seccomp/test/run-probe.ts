// run-probe.js PROGRAM ARGUMENT…: runs a program on the domain of the tests and ends as it did. PROBE_BASE is the lowest
// trapped descriptor.
import { exitAs, LaunchError, run } from '../src/index.js';
import { createTestDomain } from './test-family.js';

try {
  const { PROBE_BASE = '512' } = process.env;
  exitAs(
    await run(createTestDomain(), process.argv.slice(2), { untilAllExit: true, base: Number(PROBE_BASE) }),
  );
} catch (error) {
  if (!(error instanceof LaunchError)) throw error;
  process.stderr.write(error.message);
  process.exitCode = error.exitCode;
}
