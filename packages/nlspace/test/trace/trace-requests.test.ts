import { RouteMessageType, route } from '@nlspace/family-route';
import test from 'ava';
import {
  ClientSocket,
  createNetlink,
  NetlinkError,
  NetlinkProtocol,
  traceRequests,
} from '../../src/index.js';

test('requests and replies are written as text, one line each', async (t) => {
  const lines: string[] = [];
  const netlink = traceRequests(createNetlink(), (line) => lines.push(line));
  const client = await ClientSocket.open(netlink, { protocol: NetlinkProtocol.Route, catalog: new Map() });
  const body = {
    header: { addressFamily: 2, destinationLength: 32, table: 254, type: 6 },
    attributes: { destination: Uint8Array.of(192, 0, 2, 1) },
  };
  await client.do(RouteMessageType.NewRoute, route, body, { flags: 0x400 });
  await t.throwsAsync(
    client.do(RouteMessageType.DeleteRoute, route, { header: { addressFamily: 2 }, attributes: {} }),
    { instanceOf: NetlinkError },
  );
  client.close();
  t.regex(lines[0] ?? '', /^→ 0 NewRoute seq 1 .*destination 192\.0\.2\.1/);
  t.regex(lines[1] ?? '', /^← 0 error seq 1 .* ok$/);
  t.regex(lines[3] ?? '', /^← 0 error seq 2 .* ESRCH$/);
});
