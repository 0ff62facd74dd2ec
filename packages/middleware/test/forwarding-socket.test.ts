import { transportContract } from '@nlspace/transport-contract';
import test from 'ava';
import { ForwardingSocket, type Middleware, stack } from '../src/index.js';

const forwarding: Middleware = (inner) => ({
  open: async (options) => new ForwardingSocket(await inner.open(options)),
});

transportContract(test, (served) => ({
  netlink: stack(served, [forwarding, forwarding]),
  close: () => {},
}));
