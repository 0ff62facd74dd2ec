import test from 'ava';
import { compareWithKernel } from '../src/compare-with-kernel.js';
import { providePrograms } from '../src/index.js';

const programs = await providePrograms();

await compareWithKernel(test, 'program');

test.after.always(() => programs.remove());
