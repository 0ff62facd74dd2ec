import { readFile } from 'node:fs/promises';
import { Errno, MessageFlag, NetlinkError, SocketOption } from '@nlspace/core';
import { link, nexthop, RouteMessageType, route } from '@nlspace/family-route';
import test from 'ava';
import {
  ClientSocket,
  createNetlink,
  KERNEL_FEATURES,
  type KernelAge,
  kernelProfile,
  NetlinkProtocol,
  parseKernelAge,
  ROUTE_CATALOG,
} from '../../src/index.js';

const PAGE = new URL('../../../../../docs/profiles.md', import.meta.url);
const NETLINK_ROUTE = { protocol: NetlinkProtocol.Route, catalog: ROUTE_CATALOG };

test('docs/profiles.md lists every feature with its version and its source', async (t) => {
  const rows = (await readFile(PAGE, 'utf8')).matchAll(/^\| `([a-z-]+)` +\| ([\d.]+) +\| .+ \| (.+?) +\|$/gm);
  t.deepEqual(
    [...rows].map(([, ...row]) => row),
    KERNEL_FEATURES.map(({ name, since, source }) => [name, since, source]),
  );
});

/** Which options a kernel of an age has. */
async function optionsOf(age: KernelAge): Promise<SocketOption[]> {
  const socket = await kernelProfile(createNetlink(), age).open({ protocol: NetlinkProtocol.Route });
  const options: SocketOption[] = [];
  for (const option of [
    SocketOption.PacketInfo,
    SocketOption.CapAck,
    SocketOption.ExtendedAck,
    SocketOption.StrictChecking,
  ]) {
    try {
      await socket.setOption(option, 1);
      options.push(option);
    } catch (error) {
      if (!(error instanceof NetlinkError) || error.errno !== Errno.ENOPROTOOPT) throw error;
    }
  }
  return options;
}

test('a version lacks what came after it, and has what came with it', async (t) => {
  const { PacketInfo, CapAck, ExtendedAck, StrictChecking } = SocketOption;
  t.deepEqual(await optionsOf({ version: '4.2' }), [PacketInfo]);
  t.deepEqual(await optionsOf({ version: '4.11' }), [PacketInfo, CapAck]);
  t.deepEqual(await optionsOf({ version: '4.12' }), [PacketInfo, CapAck, ExtendedAck]);
  t.deepEqual(await optionsOf({ version: '4.20' }), [PacketInfo, CapAck, ExtendedAck, StrictChecking]);
  t.deepEqual(await optionsOf({ without: ['cap-ack'] }), [PacketInfo, ExtendedAck, StrictChecking]);
});

/** A domain with a link, a nexthop on it and a route through that, seen by a kernel of an age. */
async function worldOf(age: KernelAge) {
  const domain = createNetlink();
  const admin = await ClientSocket.open(domain, NETLINK_ROUTE);
  const flags = MessageFlag.Create;
  const attributes = { name: 'd0', information: { kind: 'dummy' } };
  await admin.do(
    RouteMessageType.NewLink,
    link,
    { header: { flags: 1, changedFlags: 1 }, attributes },
    { flags },
  );
  const through = { header: { addressFamily: 2 }, attributes: { id: 7, interfaceIndex: 2 } };
  await admin.do(RouteMessageType.NewNexthop, nexthop, through, { flags });
  const header = { addressFamily: 2, destinationLength: 32, table: 254, type: 1, protocol: 3 };
  const destination = Uint8Array.of(192, 0, 2, 1);
  await admin.do(
    RouteMessageType.NewRoute,
    route,
    { header, attributes: { destination, nexthopId: 7 } },
    { flags },
  );
  const client = await ClientSocket.open(kernelProfile(domain, age), NETLINK_ROUTE);
  return { client, header };
}

test('without nexthop objects nobody can ask for one, join its group, or name it in a route', async (t) => {
  const { client, header } = await worldOf({ without: ['nexthop-objects'] });
  const refusal = { message: /EOPNOTSUPP/ };
  await t.throwsAsync(client.do(RouteMessageType.GetNexthop, nexthop, { attributes: { id: 7 } }), refusal);
  await t.throwsAsync(client.socket.joinGroup(32), { message: 'EINVAL' });
  await client.socket.joinGroup(31);
  const routes = [];
  for await (const { attributes } of client.dump(RouteMessageType.GetRoute, route, {
    header: { addressFamily: 2 },
    attributes: {},
  }))
    routes.push(attributes);
  t.deepEqual(
    routes.map(({ nexthopId, outputInterface }) => [nexthopId, outputInterface]),
    [[undefined, 2]],
  );
  // Without its nexthop it is a route to nowhere.
  const destination = Uint8Array.of(198, 51, 100, 1);
  const add = client.do(
    RouteMessageType.NewRoute,
    route,
    { header, attributes: { destination, nexthopId: 7 } },
    { flags: MessageFlag.Create },
  );
  await t.throwsAsync(add, { message: /ENODEV/ });
});

test('without filters a dump lists everything, and does not say that it has been filtered', async (t) => {
  const list = async (age: KernelAge) => {
    const { client } = await worldOf(age);
    const seen: Array<[number | undefined, number]> = [];
    const body = { header: { addressFamily: 2, table: 254 }, attributes: { outputInterface: 1 } };
    for await (const { attributes, flags } of client.dump(RouteMessageType.GetRoute, route, body))
      seen.push([attributes.outputInterface, flags & MessageFlag.DumpFiltered]);
    return seen;
  };
  t.deepEqual(await list({ without: ['dump-filters'] }), [[2, 0]]);
  t.deepEqual(await list({}), []);
});

test('a profile is read from a text', (t) => {
  t.deepEqual(parseKernelAge('4.19'), { version: '4.19', without: [], alwaysStrict: false });
  t.deepEqual(parseKernelAge('no-extended-ack,5.4,always-strict,no-bulk-deletion'), {
    version: '5.4',
    without: ['extended-ack', 'bulk-deletion'],
    alwaysStrict: true,
  });
  t.throws(() => parseKernelAge('4.19.2'), { instanceOf: RangeError, message: /^4\.19\.2 is no version/ });
  t.throws(() => parseKernelAge('no-fun'), {
    instanceOf: RangeError,
    message: /^there is no feature fun; there are /,
  });
  t.throws(() => parseKernelAge('strict'), { instanceOf: RangeError, message: /^strict is no version/ });
});
