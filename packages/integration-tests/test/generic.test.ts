import test from 'ava';
import { compareWithKernel } from '../src/compare-with-kernel.js';
import { providePrograms } from '../src/index.js';

const programs = await providePrograms(['LIBNL_TOOLS']);

await compareWithKernel(test, 'generic netlink');

test.after.always(() => programs.remove());
