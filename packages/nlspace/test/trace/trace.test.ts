import { type Netlink, type NetlinkSocket, SocketOption } from '@nlspace/core';
import { RouteMessageType, route } from '@nlspace/family-route';
import test from 'ava';
import {
  ClientSocket,
  createNetlink,
  NetlinkError,
  NetlinkProtocol,
  ROUTE_CATALOG,
  ROUTE_GROUPS,
  trace,
} from '../../src/index.js';

const NETLINK_ROUTE = { protocol: NetlinkProtocol.Route, catalog: ROUTE_CATALOG };

const blackhole = {
  header: { addressFamily: 2, destinationLength: 24, table: 254, protocol: 3, type: 6 },
  attributes: { destination: Uint8Array.of(192, 0, 2, 0) },
};

/** A traced domain with what has been written; process and port ID of the domain's own sockets are left out. */
function traced(): { netlink: Netlink; lines: string[] } {
  const lines: string[] = [];
  return {
    netlink: trace(createNetlink(), { write: (line) => lines.push(line.replace(/^port \d+ /, '')) }),
    lines,
  };
}

test('requests, acknowledgements and refusals are written with names', async (t) => {
  const { netlink, lines } = traced();
  const client = await ClientSocket.open(netlink, NETLINK_ROUTE);
  await client.do(RouteMessageType.NewRoute, route, blackhole, { flags: 0x600 });
  const unreachable = {
    header: { addressFamily: 2, destinationLength: 8, table: 254, type: 1 },
    attributes: { destination: Uint8Array.of(10, 0, 0, 0), gateway: Uint8Array.of(172, 16, 0, 1) },
  };
  await t.throwsAsync(client.do(RouteMessageType.NewRoute, route, unreachable, { flags: 0x400 }), {
    instanceOf: NetlinkError,
  });
  client.close();
  t.deepEqual(lines, [
    '→ RTM_NEWROUTE seq 1 REQUEST|ACK|EXCL|CREATE rtmsg{addressFamily inet, destinationLength 24, table main, protocol boot, type blackhole} destination 192.0.2.0',
    '← ACK seq 1',
    '→ RTM_NEWROUTE seq 2 REQUEST|ACK|CREATE rtmsg{addressFamily inet, destinationLength 8, table main, type unicast} destination 10.0.0.0, gateway 172.16.0.1',
    '← ERROR seq 2 ENETUNREACH "Nexthop has invalid gateway"',
  ]);
});

test('a dump is written to its end', async (t) => {
  const { netlink, lines } = traced();
  const client = await ClientSocket.open(netlink, NETLINK_ROUTE);
  await client.do(RouteMessageType.NewRoute, route, blackhole, { flags: 0x400 });
  lines.length = 0;
  const body = { header: { addressFamily: 2 }, attributes: {} };
  for await (const { messageType } of client.dump(RouteMessageType.GetRoute, route, body))
    t.is(messageType, 24);
  client.close();
  t.deepEqual(lines, [
    '→ RTM_GETROUTE seq 2 REQUEST|DUMP rtmsg{addressFamily inet}',
    '← RTM_NEWROUTE seq 2 MULTI|DUMP_FILTERED rtmsg{addressFamily inet, destinationLength 24, table main, protocol boot, type blackhole} table main, destination 192.0.2.0',
    '← DONE seq 2',
  ]);
});

test('memberships and notifications name their group', async (t) => {
  const { netlink, lines } = traced();
  const watcher = await ClientSocket.open(netlink, NETLINK_ROUTE);
  const changes = await watcher.subscribe([ROUTE_GROUPS.ipv4Route]);
  const client = await ClientSocket.open(netlink, NETLINK_ROUTE);
  await client.do(RouteMessageType.NewRoute, route, blackhole, { flags: 0x400 });
  await changes.next();
  await changes.return(undefined);
  client.close();
  watcher.close();
  t.is(lines[0], 'joins ipv4Route');
  t.regex(
    lines[2] ?? '',
    /^← ipv4Route: RTM_NEWROUTE seq 1 EXCL\|CREATE rtmsg\{.*type blackhole\} table main, destination 192\.0\.2\.0$/,
  );
  t.is(lines.at(-1), 'leaves ipv4Route');
});

test('a peek is not written, the receive after it is', async (t) => {
  const { netlink, lines } = traced();
  const socket = await netlink.open({ protocol: NetlinkProtocol.Route });
  await socket.send(Uint8Array.of(20, 0, 0, 0, 17, 0, 5, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  socket.receive({ peek: true });
  t.is(lines.length, 1);
  socket.receive();
  t.regex(lines[1] ?? '', /^← ERROR seq 9 E[A-Z]+/);
  socket.close();
});

test('what is no message and what nobody knows is said', async (t) => {
  const { netlink, lines } = traced();
  const socket = await netlink.open({ protocol: NetlinkProtocol.Route });
  await socket.send(Uint8Array.of(20, 0, 0, 0, 210, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6));
  t.deepEqual(lines, ['→ type 210 seq 9 REQUEST 4 bytes', '→ 2 bytes that are no message']);
  socket.close();
});

test('an overrun is written where the reader learns of it', async (t) => {
  const { netlink, lines } = traced();
  const socket: NetlinkSocket = await netlink.open({ protocol: NetlinkProtocol.Route });
  await socket.setOption(SocketOption.ReceiveBufferSize, 1);
  await socket.joinGroup(ROUTE_GROUPS.ipv4Route);
  const client = await ClientSocket.open(netlink, NETLINK_ROUTE);
  for (let third = 0; third < 32; third++) {
    const attributes = { destination: Uint8Array.of(192, 0, third, 0) };
    await client.do(RouteMessageType.NewRoute, route, { ...blackhole, attributes }, { flags: 0x400 });
  }
  const errors: unknown[] = [];
  while (socket.readable) {
    try {
      socket.receive();
    } catch (error) {
      errors.push(error);
    }
  }
  t.is(errors.length, 1);
  t.true(lines.includes('← ENOBUFS'));
  socket.close();
  client.close();
});
