import test from 'ava';
import { compareWithKernel } from '../src/compare-with-kernel.js';

await compareWithKernel(test, 'tun');
