import { MessageChannel, Worker } from 'node:worker_threads';
import { ClientSocket } from '@nlspace/core';
import { CONTRACT_PROTOCOL, ContractType, parcel } from '@nlspace/transport-contract';
import test from 'ava';
import { connect } from '../src/index.js';

async function connectToWorker() {
  const worker = new Worker(new URL('./support/worker-domain.js', import.meta.url));
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(port2, [port2]);
  const netlink = connect(port1);
  const catalog = new Map([[ContractType.List, parcel]]);
  return {
    worker,
    netlink,
    client: await ClientSocket.open(netlink, { protocol: CONTRACT_PROTOCOL, catalog }),
  };
}

test('a domain in a worker serves this thread', async (t) => {
  const { worker, netlink, client } = await connectToWorker();
  let count = 0;
  const order = { header: { count: 20_000, size: 100 }, attributes: {} };
  for await (const { attributes } of client.dump(ContractType.List, parcel, order)) {
    if (attributes.index !== count++) t.fail();
  }
  t.is(count, 20_000);
  netlink.close();
  await worker.terminate();
});

test('when the worker dies, calls that wait are rejected', async (t) => {
  const { worker, netlink, client } = await connectToWorker();
  const waiting = client.do(ContractType.Wait, parcel, { attributes: {} });
  const refused = t.throwsAsync(waiting, { message: /ECONNRESET/ });
  await worker.terminate();
  await refused;
  await netlink.closed;
});
