// run-probe.js PROGRAM ARGUMENT…: runs a program on the domain of the tests and ends as it did.
import { exitAs, run } from '../src/index.js';
import { createTestDomain } from './test-family.js';

exitAs(await run(createTestDomain(), process.argv.slice(2), { untilAllExit: true }));
