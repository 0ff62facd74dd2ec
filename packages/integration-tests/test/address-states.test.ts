import test from 'ava';
import { compareWithKernel } from '../src/compare-with-kernel.js';
import { providePrograms } from '../src/index.js';

const programs = await providePrograms(['RAW_REQUESTS']);

await compareWithKernel(test, 'state of address');

test.after.always(() => programs.remove());
