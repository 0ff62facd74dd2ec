import { MessageFlag, NetlinkError } from '@nlspace/core';
import { link, RouteMessageType, route } from '@nlspace/family-route';
import test from 'ava';
import {
  type AuthorizeOptions,
  authorize,
  ClientSocket,
  createNetlink,
  NetlinkProtocol,
  ROUTE_CATALOG,
  RuleError,
} from '../../src/index.js';

const NETLINK_ROUTE = { protocol: NetlinkProtocol.Route, catalog: ROUTE_CATALOG };
const { Create } = MessageFlag;

/** A domain with two links, 2 `a` and 3 `b`, and a client that is restricted. */
async function restricted(options: AuthorizeOptions) {
  const domain = createNetlink();
  const admin = await ClientSocket.open(domain, NETLINK_ROUTE);
  for (const name of ['a', 'b']) {
    const attributes = { name, information: { kind: 'dummy' } };
    await admin.do(RouteMessageType.NewLink, link, { attributes }, { flags: Create });
  }
  const client = await ClientSocket.open(authorize(domain, options), NETLINK_ROUTE);
  const change = (interfaceIndex: number, attributes = {}) =>
    client.do(RouteMessageType.NewLink, link, { header: { interfaceIndex }, attributes });
  return { admin, client, change };
}

const denied = { instanceOf: NetlinkError, message: /EPERM: RTM_\w+ is denied/ } as const;

test('a link is known by its index, by its name, and by the name that it has now', async (t) => {
  const { admin, change } = await restricted({ rules: ['deny * link a'] });
  await t.throwsAsync(change(2, { mtu: 1400 }), denied);
  await t.throwsAsync(change(0, { name: 'a', mtu: 1400 }), denied);
  await change(3, { mtu: 1400 });
  await t.throwsAsync(change(3, { name: 'a' }), denied);
  // A link of that name or index would be another one: nobody knows it.
  await t.throwsAsync(change(9), denied);
  await admin.do(RouteMessageType.NewLink, link, {
    header: { interfaceIndex: 2 },
    attributes: { name: 'c' },
  });
  await change(2, { mtu: 1400 });
  await admin.do(RouteMessageType.NewLink, link, {
    header: { interfaceIndex: 3 },
    attributes: { name: 'a' },
  });
  await t.throwsAsync(change(3, { mtu: 1500 }), denied);
});

test('what is allowed for one link is allowed for no other beside it', async (t) => {
  const { change, client } = await restricted({
    readOnly: true,
    rules: ['allow RTM_NEWLINK,RTM_*ROUTE link a'],
  });
  await change(2, { mtu: 1400 });
  await t.throwsAsync(change(2, { name: 'd' }), denied);
  await t.throwsAsync(change(2, { master: 3 }), denied);
  // Links of a group, whichever they are.
  await t.throwsAsync(change(0, { group: 0, mtu: 1400 }), denied);
  const body = { header: { addressFamily: 2, destinationLength: 32, table: 254, type: 1, scope: 253 } };
  const destination = Uint8Array.of(192, 0, 2, 1);
  const add = (attributes: object) =>
    client.do(
      RouteMessageType.NewRoute,
      route,
      { ...body, attributes: { destination, ...attributes } },
      { flags: Create },
    );
  await t.throwsAsync(add({ outputInterface: 2 }), { message: /ENETDOWN/ });
  await t.throwsAsync(add({ outputInterface: 3 }), denied);
  await t.throwsAsync(add({ gateway: Uint8Array.of(192, 0, 2, 2) }), denied);
  const leg = (index: number) => Uint8Array.of(8, 0, 0, 0, index, 0, 0, 0);
  await t.throwsAsync(add({ multipath: Uint8Array.of(...leg(2), ...leg(3)) }), denied);
  await t.throwsAsync(add({ multipath: Uint8Array.of(...leg(2), ...leg(0)) }), denied);
  await t.throwsAsync(add({ multipath: leg(2) }), { message: /ENETDOWN/ });
});

test('operations that there are not are refused by name', (t) => {
  const error = {
    instanceOf: RuleError,
    message: /^there is no operation "RTM_NEWLNK"; did you mean RTM_NEWLINK\?/,
  } as const;
  t.throws(() => authorize(createNetlink(), { rules: ['deny RTM_NEWLNK'] }), error);
});
