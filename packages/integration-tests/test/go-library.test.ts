import test from 'ava';
import { compareWithKernel } from '../src/compare-with-kernel.js';
import { providePrograms } from '../src/index.js';

const programs = await providePrograms(['GO_VISHVANANDA']);

await compareWithKernel(test, 'vishvananda/netlink');

test.after.always(() => programs.remove());
