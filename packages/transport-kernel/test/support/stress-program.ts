import { native } from '@nlspace/native';
import { kernel } from '../../src/index.js';
import { mentionsOf } from '../../src/mentions.js';
import { datagramOf, fetch, list, RouteType, route, touch } from './requests.js';

/** Everything that the native side does, and hostile numbers, for `npm run sanitize`. */
const [, , namespace = ''] = process.argv;
const netlink = kernel({ namespace, keepsAlive: false });
const credentials = { uid: 65_534, gid: 65_534, pid: 4711, netAdmin: false };

const source = await netlink.open({ protocol: 0 });
for (let index = 0; index < 5_000; index += 50) {
  await source.send(datagramOf(...Array.from({ length: 50 }, (_, more) => route(index + more))));
  while (source.receive() !== undefined);
}
for (const capacity of [undefined, 0, 1, 16, 3_776, 4_096, 32_768, 16 << 20, 1 << 30]) {
  const socket = await netlink.open({ protocol: 0 });
  await socket.bind({ portId: 0, groups: 0xffff_ffff });
  await socket.joinGroup(36);
  await socket.memberships();
  await socket.send(datagramOf(list()));
  const options = capacity === undefined ? {} : { capacity };
  while (socket.receive({ ...options, peek: true }) !== undefined) socket.receive(options);
  await source.send(datagramOf(route(9_999), route(9_999, RouteType.DeleteRoute), fetch(), touch()));
  while (socket.receive(options) !== undefined);
  socket.close();
}
const powerless = await netlink.open({ protocol: 0, credentials });
await powerless.send(datagramOf(touch()));
for (const destination of [
  { portId: 99, groups: 0 },
  { portId: 0, groups: 5 },
]) {
  try {
    await powerless.send(new Uint8Array(20), destination);
  } catch {}
}

const sockets = native().createKernelSockets(() => {});
const odd = [-1, 0, 1, 3, 0x7fff_ffff, 0x8000_0000, 2 ** 40, Number.NaN, Number.POSITIVE_INFINITY];
for (const number of odd) {
  const bytes = new Uint8Array(32);
  sockets.open(number, number, false, number, '');
  sockets.open(1, 0, true, 0, '/'.repeat(5_000));
  sockets.bind(number, number, true, number, number);
  sockets.connect(number, 0, false, number, number);
  sockets.name(number);
  sockets.setOption(number, 0, false, number, number, number);
  sockets.getOption(number, number, number);
  sockets.memberships(number);
  sockets.send(number, 0, false, bytes, number, number, false, bytes);
  sockets.receive(number, number, number);
  sockets.receiveMany(number);
  sockets.close(number);
  sockets.ready();
}
const descriptor = sockets.open(1, 0, false, 0, '');
for (const number of odd) {
  sockets.receive(descriptor, number, 0);
  sockets.send(
    descriptor,
    process.pid,
    false,
    new Uint8Array(20),
    0,
    0,
    false,
    new Uint8Array(Int32Array.of(0, 1, 2, number).buffer),
  );
  sockets.send(descriptor, process.pid, true, new Uint8Array(0), 0, number, true, new Uint8Array(3));
}
sockets.send(descriptor, process.pid, false, new Uint8Array(20), 0, 0, false, new Uint8Array(4 * 1_000));
for (let round = 0; round < 300; round++)
  sockets.open(round, round % 2 === 0 ? 0 : process.pid, round % 3 === 0, 0, '');
for (let round = 0; round < 1_000; round++)
  mentionsOf(
    0,
    Uint8Array.from({ length: round % 90 }, () => Math.floor(Math.random() * 256)),
  );
process.stdout.write('done\n');
