import { readFile } from 'node:fs/promises';
import { attr, defineAttributes, defineMessage, type Netlink, NetlinkError } from '@nlspace/core';
import { doOperation, GenericClient, genericFamily } from '@nlspace/family-generic';
import { link, Network, ROUTE_CATALOG, RouteMessageType, route } from '@nlspace/family-route';
import { readCapture } from '@nlspace/middleware';
import test from 'ava';
import { ClientSocket, createNetlink, NetlinkProtocol, type TraceOptions, trace } from '../../src/index.js';
import { traceWriter } from '../../src/trace/trace.js';
import { learnFamilies } from '../../src/vocabulary/learn-families.js';

const NETLINK_ROUTE = { protocol: NetlinkProtocol.Route, catalog: ROUTE_CATALOG };

/** NLM_F_CREATE and NLM_F_EXCL */
const NEW = { flags: 0x600 };

const blackhole = {
  header: { addressFamily: 2, destinationLength: 24, table: 254, protocol: 3, type: 6 },
  attributes: { destination: Uint8Array.of(192, 0, 2, 0) },
};

/** A traced back end on a clock that goes on by a millisecond whenever somebody looks. */
function traced(options: Partial<TraceOptions> = {}, inner: Netlink = createNetlink()) {
  const lines: string[] = [];
  let time = 1_700_000_000_000_000;
  const now = () => {
    time += 1000;
    return time;
  };
  return { netlink: trace(inner, { write: (line) => lines.push(line), now, ...options }), lines };
}

/** The same domain as one that is not in this process. */
function elsewhere(inner: Netlink): Netlink {
  return { open: (options) => inner.open(options) };
}

const parcel = defineAttributes('parcel', { weight: attr.u32(1) });
const parcelMessage = defineMessage({ attributes: parcel });
const post = genericFamily({
  name: 'post',
  attributes: parcel,
  groups: ['arrivals'],
  operations: {
    weigh: doOperation(1, parcelMessage, {}, ({ attributes }) => ({ attributes })),
    stamp: doOperation(2, parcelMessage, { required: ['weight'] }, () => {}),
  },
});

test('with times, lines begin with the seconds since the first, and what a request took is behind its end', async (t) => {
  const { netlink, lines } = traced({ times: true });
  const client = await ClientSocket.open(netlink, NETLINK_ROUTE);
  await client.do(RouteMessageType.NewRoute, route, blackhole, { flags: 0x600 });
  const body = { header: { addressFamily: 2 }, attributes: {} };
  for await (const _route of client.dump(RouteMessageType.GetRoute, route, body));
  client.close();
  const shapes = lines.map((line) =>
    line.replace(/port \d+ /, '').replace(/ (REQUEST|MULTI).*?( \(|$)/, ' …$2'),
  );
  t.deepEqual(shapes, [
    '    0.000000 → RTM_NEWROUTE seq 1 …',
    '    0.001000 ← ACK seq 1 (RTM_NEWROUTE, 1.000 ms)',
    '    0.002000 → RTM_GETROUTE seq 2 …',
    '    0.003000 ← RTM_NEWROUTE seq 2 …',
    '    0.004000 ← DONE seq 2 (RTM_GETROUTE, 1 message, 2.000 ms)',
  ]);
});

test('processes have names where somebody knows them', async (t) => {
  const { netlink, lines } = traced({ nameOfProcess: (process) => (process === 4711 ? 'ip' : undefined) });
  for (const pid of [4711, 12]) {
    const credentials = { uid: 0, gid: 0, pid, netAdmin: true };
    const socket = await netlink.open({ protocol: NetlinkProtocol.Route, credentials });
    await socket.joinGroup(7);
  }
  t.deepEqual(lines, ['ip[4711] joins ipv4Route', '12 joins ipv4Route']);
});

test('the attribute at fault is named, and so is the one that is missing', async (t) => {
  const domain = createNetlink();
  domain.register(post);
  const { netlink, lines } = traced({}, domain);
  const client = await ClientSocket.open(netlink, NETLINK_ROUTE);
  const tooLong = { attributes: { name: 'a name of seventeen' } };
  await t.throwsAsync(client.do(RouteMessageType.NewLink, link, tooLong));
  client.close();
  t.regex(
    lines.at(-1) ?? '',
    /← ERROR seq 1 ERANGE "Attribute failed policy validation" at name \(byte 32\)$/,
  );
  const sender = await GenericClient.open(netlink, 'post', { message: parcelMessage });
  await t.throwsAsync(sender.do(2, { attributes: {} }));
  sender.close();
  t.regex(lines.at(-1) ?? '', /← ERROR seq 2 EINVAL.* weight is missing$/);
});

test('what sockets are asked for is written when that is wanted, and always when it is refused', async (t) => {
  const { netlink, lines } = traced();
  const socket = await netlink.open({ protocol: NetlinkProtocol.Route });
  await socket.bind({ portId: 7, groups: 0 });
  await t.throwsAsync(socket.joinGroup(99_999));
  t.deepEqual(lines, ['port 7 joins 99999: EINVAL']);
  const all = traced({ calls: true });
  (await all.netlink.open({ protocol: NetlinkProtocol.Generic })).close();
  t.deepEqual(all.lines, ['port 0 opens NETLINK_GENERIC', 'port 0 closes']);
});

test('as JSON, a line is an object with names instead of numbers', async (t) => {
  const { netlink, lines } = traced({ json: true, nameOfProcess: () => 'ip' });
  const credentials = { uid: 0, gid: 0, pid: 4711, netAdmin: true };
  const client = await ClientSocket.open(
    { open: (options) => netlink.open({ ...options, credentials }) },
    NETLINK_ROUTE,
  );
  const body = {
    ...blackhole,
    attributes: { ...blackhole.attributes, gateway: Uint8Array.of(172, 16, 0, 1) },
  };
  await t.throwsAsync(client.do(RouteMessageType.NewRoute, route, body, { flags: 0x400 }));
  const [request, refusal] = lines.map((line) => JSON.parse(line));
  t.like(request, {
    process: 4711,
    program: 'ip',
    port: 4711,
    protocol: 'NETLINK_ROUTE',
    direction: 'sent',
    message: 'RTM_NEWROUTE',
    flags: ['REQUEST', 'ACK', 'CREATE'],
    sequence: 1,
    header: { addressFamily: 'inet', destinationLength: 24, table: 'main', type: 'blackhole' },
    attributes: { destination: '192.0.2.0', gateway: '172.16.0.1' },
  });
  t.like(refusal, {
    direction: 'received',
    message: 'ERROR',
    errno: 'EINVAL',
    request: 'RTM_NEWROUTE',
    microseconds: 1000,
  });
  t.is(refusal.time - request.time > 0, true);
});

test('data of a link reads by its kind', async (t) => {
  const { netlink, lines } = traced();
  const client = await ClientSocket.open(netlink, NETLINK_ROUTE);
  const socket = client.socket;
  // ip link add one type vlan id 9999, iproute2 6.1.0, message header included.
  const request = Uint8Array.from([
    56, 0, 0, 0, 16, 0, 5, 6, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 24, 0,
    18, 0, 8, 0, 1, 0, 118, 108, 97, 110, 12, 0, 2, 0, 6, 0, 1, 0, 15, 39, 0, 0,
  ]);
  await socket.send(request);
  client.close();
  t.regex(lines[0] ?? '', / information \{kind "vlan", data \{id 9999\}\}$/);
});

test('ends of tunnels and the other end of a veth read as what they are', async (t) => {
  const network = new Network();
  const { netlink, lines } = traced({}, createNetlink({ network }));
  const client = await ClientSocket.open(netlink, NETLINK_ROUTE);
  const tunnel = { kind: 'gre', data: Uint8Array.of(8, 0, 6, 0, 192, 0, 2, 1, 8, 0, 7, 0, 192, 0, 2, 2) };
  await client.do(RouteMessageType.NewLink, link, { attributes: { name: 'one', information: tunnel } }, NEW);
  // VETH_INFO_PEER: struct ifinfomsg, then IFLA_IFNAME.
  const peer = [...Uint8Array.of(28, 0, 1, 0), ...new Uint8Array(16), 8, 0, 3, 0, 116, 119, 111, 0];
  const veth = { kind: 'veth', data: Uint8Array.from(peer) };
  await client.do(RouteMessageType.NewLink, link, { attributes: { name: 'left', information: veth } }, NEW);
  client.close();
  const sent = lines.filter((line) => line.includes('→')).map((line) => line.replace(/^.* information /, ''));
  t.deepEqual(sent, [
    '{kind "gre", data {local 192.0.2.1, remote 192.0.2.2}}',
    '{kind "veth", data {peer {name "two"}}}',
  ]);
});

test('generic families of another back end have names, those that we know by heart also what is in their messages', async (t) => {
  const domain = createNetlink();
  domain.register(post);
  const { netlink, lines } = traced({}, elsewhere(domain));
  const client = await GenericClient.open(netlink, 'post', {
    message: defineMessage({ attributes: parcel }),
  });
  await client.do(1, { attributes: { weight: 5 } });
  await client.socket.socket.joinGroup(client.groups.get('arrivals') ?? 0);
  client.close();
  const without = lines.map((line) => line.replace(/^port \d+ /, ''));
  t.is(without[0], '→ nlctrl.GetFamily seq 1 REQUEST|ACK familyName "post"');
  t.true(
    without.includes('→ post.1 seq 2 REQUEST|ACK genlmsghdr{command 1, version 1} attribute 1 05 00 00 00'),
    without.join('\n'),
  );
  t.is(without.at(-1), 'joins post.arrivals');
});

test('a back end that does not tell of its families is traced by numbers', async (t) => {
  const domain = createNetlink();
  const silent: Netlink = {
    async open(options) {
      const socket = await domain.open(options);
      socket.send = () => {
        throw new NetlinkError(1);
      };
      return socket;
    },
  };
  const { netlink, lines } = traced({}, silent);
  const socket = await netlink.open({ protocol: NetlinkProtocol.Generic });
  const request = Uint8Array.from([20, 0, 0, 0, 30, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 3, 1, 0, 0]);
  t.throws(() => void socket.send(request));
  t.deepEqual(lines, [
    'port 0 → family 30 command 3 seq 1 REQUEST genlmsghdr{command 3, version 1}',
    'port 0 sends: EPERM',
  ]);
});

test('every message of a capture of the kernel reads by name', async (t) => {
  const file = await readFile(
    new URL('../../../../middleware/test/capture/fixtures/nlmon.pcap', import.meta.url),
  );
  const lines: string[] = [];
  const write = traceWriter({
    write: (line) => lines.push(line),
    vocabularies: learnFamilies(readCapture(file)),
  });
  for (const event of readCapture(file)) if (event.kind !== 'problem') write(event);
  const unnamed = lines.filter((line) => / type \d+ | family \d+ |malformed|attribute \d+ /.test(line));
  t.deepEqual(unnamed, []);
  const told = lines.map((line) => line.replace(/^port \d+ /, '').replace(/seq \d+/, 'seq …'));
  for (const line of [
    '→ RTM_NEWLINK seq … REQUEST|ACK|EXCL|CREATE name "one", information {kind "dummy"}',
    '← ERROR seq … ENETUNREACH "Nexthop has invalid gateway"',
    '→ RTM_NEWRULE seq … REQUEST|ACK|EXCL|CREATE fib_rule_hdr{addressFamily inet, sourceLength 32, table 99, action table} source 192.0.2.7, priority 10',
    '→ RTM_NEWNEIGH seq … REQUEST|ACK|EXCL|CREATE ndmsg{addressFamily inet, interfaceIndex 3, state Permanent} destination 192.0.2.2, linkLayerAddress 02:00:00:00:00:02',
    '→ nlctrl.GetFamily seq … REQUEST|ACK familyName "nlctrl"',
  ])
    t.true(told.includes(line), line);
});
