import test from 'ava';
import { compareWithKernel } from '../src/compare-with-kernel.js';
import { providePrograms } from '../src/index.js';

const programs = await providePrograms(['BIRD']);

await compareWithKernel(test, 'BIRD');

test.after.always(() => programs.remove());
