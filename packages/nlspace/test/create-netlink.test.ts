import test from 'ava';
import { ClientSocket, createNetlink, NetlinkProtocol, Network } from '../src/index.js';

test('every netlink that is made has a network of its own', async (t) => {
  const [one, other] = [new Network(), new Network()];
  createNetlink({ network: one });
  createNetlink({ network: other });
  t.not(one.links, other.links);
  t.deepEqual(
    one.links.all().map(({ name, index }) => [name, index]),
    [['lo', 1]],
  );
});

test('NETLINK_ROUTE is served', async (t) => {
  const client = await ClientSocket.open(createNetlink(), {
    protocol: NetlinkProtocol.Route,
    catalog: new Map(),
  });
  t.not(client.socket.address.portId, 0);
  client.close();
});

test('what is not served cannot be opened', async (t) => {
  await t.throwsAsync(createNetlink().open({ protocol: 15 }), { message: /./ });
});
