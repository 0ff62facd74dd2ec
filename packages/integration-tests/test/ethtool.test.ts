import test from 'ava';
import { compareWithKernel } from '../src/compare-with-kernel.js';
import { providePrograms } from '../src/index.js';

const programs = await providePrograms(['ETHTOOL', 'ETHTOOL_REQUESTS', 'LIBNL_TOOLS', 'PYROUTE2_FAMILIES']);

await compareWithKernel(test, 'ethtool');

test.after.always(() => programs.remove());
