import { ClientSocket, NetlinkDomain, NetlinkProtocol, NO_CAUSE } from '@nlspace/core';
import test from 'ava';
import { link as linkMessage, Network, RouteMessageType, routeFamily } from '../../src/index.js';

test('the carrier of a dummy goes and comes as a request says', async (t) => {
  const network = new Network();
  const netlink = new NetlinkDomain();
  netlink.register(routeFamily(network));
  const client = await ClientSocket.open(netlink, { protocol: NetlinkProtocol.Route, catalog: new Map() });
  t.teardown(() => client.close());
  const dummy = network.links.create('dummy', { name: 'd0' }, {}, NO_CAUSE);
  const setCarrier = (carrier: number) =>
    client.do(RouteMessageType.SetLink, linkMessage, {
      header: { interfaceIndex: dummy.index },
      attributes: { carrier },
    });
  await client.do(RouteMessageType.SetLink, linkMessage, {
    header: { interfaceIndex: dummy.index, flags: 1, changedFlags: 1 },
    attributes: {},
  });
  t.true(dummy.hasCarrier);
  await setCarrier(0);
  t.false(dummy.hasCarrier);
  t.true(dummy.isUp);
  await setCarrier(1);
  t.true(dummy.hasCarrier);
});
