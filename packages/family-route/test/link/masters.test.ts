import {
  attr,
  ClientSocket,
  defineAttributes,
  Errno,
  NetlinkDomain,
  NetlinkError,
  NetlinkProtocol,
} from '@nlspace/core';
import test from 'ava';
import {
  type Link,
  type LinkBehaviour,
  type LinkContext,
  LinkFlag,
  LinkKind,
  type LinkPorts,
  LinkType,
  type LowerChange,
  link as linkMessage,
  Network,
  RouteMessageType,
  routeFamily,
} from '../../src/index.js';

const CREATE = 0x400;
const LINK_GROUP = 1;

const TRAITS = {
  type: LinkType.Ethernet,
  flags: LinkFlag.Broadcast,
  mtu: 1500,
  minimumMtu: 68,
  maximumMtu: 65535,
  transmitQueueLength: 1000,
  transmitQueues: 1,
  receiveQueues: 1,
  tsoMaximumSize: 65536,
  namespaceBound: false,
};

@LinkKind('plain')
class Plain implements LinkBehaviour {
  readonly traits = TRAITS;
}

const rackData = defineAttributes('rack', { size: attr.u32(1) });
const unitData = defineAttributes('rack-unit', { height: attr.u8(1) });

/** Takes links that are down and remembers a number about each. */
@LinkKind('rack')
class Rack implements LinkBehaviour {
  static seen: string[] = [];
  readonly traits = TRAITS;
  readonly data = rackData as never;
  readonly #heights = new Map<Link, number>();
  readonly ports: LinkPorts = {
    data: unitData as never,
    enslave: (master, port, { links }) => {
      if (port.isUp) throw new NetlinkError(Errno.EBUSY, 'rack: switch it off first');
      links.join(port, master);
      this.#heights.set(port, 1);
    },
    release: (master, port, { links }) => {
      this.#heights.delete(port);
      links.leave(port, master);
    },
    change: (_master, port, { height }) => {
      this.#heights.set(port, height);
    },
    describe: (_master, port) => ({ height: this.#heights.get(port) }),
  };
  describe = (link: Link) => ({ size: link.lowers.size });
  lowerChanged(link: Link, lower: Link, change: LowerChange, { links }: LinkContext): void {
    Rack.seen.push(`${lower.name} ${change}`);
    if (change === 'removed') links.leave(lower, link);
  }
}

async function begin() {
  const network = new Network({ kinds: [Plain, Rack] });
  const domain = new NetlinkDomain({ families: [routeFamily(network)] });
  const client = await ClientSocket.open(domain, {
    protocol: NetlinkProtocol.Route,
    catalog: new Map([
      [RouteMessageType.NewLink, linkMessage],
      [RouteMessageType.DeleteLink, linkMessage],
    ]) as never,
  });
  const put = (attributes: object, header: object = {}, flags = CREATE) =>
    client.do(RouteMessageType.NewLink, linkMessage, { header, attributes } as never, { flags });
  const show = async (attributes: object = {}) => {
    const found = [];
    for await (const message of client.dump(RouteMessageType.GetLink, linkMessage, {
      header: {},
      attributes,
    }))
      found.push(message.attributes);
    return found;
  };
  await put({ name: 'r0', information: { kind: 'rack' } });
  await put({ name: 'p0', information: { kind: 'plain' } });
  return { network, client, put, show };
}

test('a link joins a master, which both sides show, and leaves it', async (t) => {
  const { network, put, show } = await begin();
  const master = network.links.byName('r0')?.index;
  await put({ name: 'p0', master }, {}, 0);
  const [, rack, port] = await show();
  t.is(port?.master, master);
  t.is(port?.information?.slaveKind, 'rack');
  t.deepEqual(port?.information?.slaveData, Uint8Array.of(5, 0, 1, 0, 1, 0, 0, 0));
  t.deepEqual(rack?.information?.data, Uint8Array.of(8, 0, 1, 0, 1, 0, 0, 0));
  await put({ name: 'p0', master: 0 }, {}, 0);
  t.is((await show())[2]?.master, undefined);
});

test('dumps are filtered by master, and by having none', async (t) => {
  const { network, put, show } = await begin();
  const master = network.links.byName('r0')?.index;
  await put({ name: 'p1', master, information: { kind: 'plain' } });
  t.deepEqual(
    (await show({ master })).map(({ name }) => name),
    ['p1'],
  );
  t.deepEqual(
    (await show({ master: 0xffffffff })).map(({ name }) => name),
    ['lo', 'r0', 'p0'],
  );
});

test('data of a port is for the kind of its master', async (t) => {
  const { network, put, show } = await begin();
  const data = Uint8Array.of(5, 0, 1, 0, 7, 0, 0, 0);
  const change = () => put({ name: 'p0', information: { kind: 'rack', slaveData: data } }, {}, 0);
  const alone = await t.throwsAsync(change(), { instanceOf: NetlinkError });
  t.is(alone?.errno, Errno.EOPNOTSUPP);
  await put({ name: 'p0', master: network.links.byName('r0')?.index }, {}, 0);
  await change();
  t.deepEqual((await show())[2]?.information?.slaveData, data);
});

test('what a master refuses leaves the link as it was', async (t) => {
  const { network, put } = await begin();
  const master = network.links.byName('r0')?.index;
  await put({ name: 'p0' }, { flags: 1, changedFlags: 1 }, 0);
  const busy = await t.throwsAsync(put({ name: 'p0', master }, {}, 0), { instanceOf: NetlinkError });
  t.is(busy?.errno, Errno.EBUSY);
  t.regex(busy?.message ?? '', /rack: switch it off first$/);
  t.is(network.links.byName('p0')?.master, undefined);
  const born = put({ name: 'p2', master, information: { kind: 'plain' } }, { flags: 1, changedFlags: 1 });
  t.is((await t.throwsAsync(born, { instanceOf: NetlinkError }))?.errno, Errno.EBUSY);
  t.is(network.links.byName('p2'), undefined);
});

test('masters of masters may be no loop, no second master and no tower', async (t) => {
  const { network, put } = await begin();
  for (let n = 1; n <= 8; n++) await put({ name: `r${n}`, information: { kind: 'rack' } });
  const index = (name: string) => network.links.byName(name)?.index as number;
  const errno = async (name: string, master: number) =>
    (await t.throwsAsync(put({ name, master }, {}, 0), { instanceOf: NetlinkError }))?.errno;
  t.is(await errno('r0', index('r0')), Errno.EBUSY);
  t.is(await errno('p0', index('lo')), Errno.EOPNOTSUPP);
  t.is(await errno('p0', 999), Errno.EINVAL);
  for (let n = 0; n < 7; n++) await put({ name: `r${n}`, master: index(`r${n + 1}`) }, {}, 0);
  t.is(await errno('r7', index('r0')), Errno.EBUSY);
  t.is(await errno('r7', index('r8')), Errno.EMLINK);
});

test('a master hears of its ports, and outlives them', async (t) => {
  const { client, network, put } = await begin();
  await put({ name: 'p0', master: network.links.byName('r0')?.index }, {}, 0);
  Rack.seen = [];
  await put({ name: 'p0', mtu: 1400 }, { flags: 1, changedFlags: 1 }, 0);
  await client.do(RouteMessageType.DeleteLink, linkMessage, { header: {}, attributes: { name: 'p0' } });
  t.deepEqual(Rack.seen, ['p0 mtu', 'p0 up', 'p0 down', 'p0 removed']);
  t.is(network.links.byName('r0')?.lowers.size, 0);
});

test('joining and leaving are announced', async (t) => {
  const { client, network, put } = await begin();
  const master = network.links.byName('r0')?.index;
  const notifications = await client.subscribe([LINK_GROUP]);
  await put({ name: 'p0', master }, {}, 0);
  await put({ name: 'p0', master: 0 }, {}, 0);
  const masters = [];
  for (let n = 0; n < 2; n++) {
    const { value } = await notifications.next();
    masters.push((value as { attributes: { master?: number } }).attributes.master);
  }
  t.deepEqual(masters, [master, undefined]);
});

test('carriers and protocol-down are what the kind allows', async (t) => {
  const { put } = await begin();
  const refusal = async (attributes: object) =>
    (await t.throwsAsync(put({ name: 'p0', ...attributes }, {}, 0), { instanceOf: NetlinkError }))?.message;
  t.regex((await refusal({ protoDown: 1 })) ?? '', /Protodown not supported by device$/);
  t.truthy(await refusal({ carrier: 0 }));
});

test('ten thousand links are made, shown and deleted in the time that they need', async (t) => {
  const network = new Network({ kinds: [Plain] });
  const count = 10_000;
  const cause = { portId: 0, sequence: 0, echo: false } as never;
  const made = [];
  for (let n = 0; n < count; n++) made.push(network.links.create('plain', {}, {}, cause));
  t.is(made.at(-1)?.name, 'plain9999');
  let seen = 0;
  for (let one = network.links.after(0); one !== undefined; one = network.links.after(one.index)) seen++;
  t.is(seen, count + 1);
  for (const one of made) network.links.remove([one], cause);
  t.is(network.links.all().length, 1);
});
