import test from 'ava';
import { compareWithKernel } from '../src/compare-with-kernel.js';
import { providePrograms } from '../src/index.js';

const programs = await providePrograms(['PYROUTE2']);

await compareWithKernel(test, 'pyroute2');

test.after.always(() => programs.remove());
