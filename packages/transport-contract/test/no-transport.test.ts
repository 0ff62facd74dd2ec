import test from 'ava';
import { transportContract } from '../src/index.js';

// The reference: the domain itself.
transportContract(test, (netlink) => ({ netlink }));
