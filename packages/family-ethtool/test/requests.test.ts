import {
  ByteWriter,
  type Credentials,
  Errno,
  errnoOf,
  NetlinkDomain,
  NetlinkProtocol,
  NO_CAUSE,
  readMessages,
  readRefusal,
  SocketOption,
  writeMessageHeader,
} from '@nlspace/core';
import { GenericNetlink } from '@nlspace/family-generic';
import { Network, routeFamily } from '@nlspace/family-route';
import test from 'ava';
import fc from 'fast-check';
import { EthtoolCommand, ethtoolFamily } from '../src/index.js';

const ROOT: Credentials = { uid: 0, gid: 0, pid: 1, netAdmin: true };
const NOBODY: Credentials = { uid: 1, gid: 1, pid: 2, netAdmin: false };
const FAMILY = 0x13;
const DO = 5;
const DUMP = 0x305;
const NESTED = 0x8000;
const COMMANDS = Object.values(EthtoolCommand).filter((value) => typeof value === 'number');

interface Answer {
  readonly errno: number | undefined;
  readonly text?: string | undefined;
  readonly messages: number;
}

async function openWorld(credentials = ROOT) {
  const network = new Network();
  network.links.create('veth', { name: 'v0' }, undefined, NO_CAUSE);
  network.links.create('dummy', { name: 'd0' }, undefined, NO_CAUSE);
  const defects: unknown[] = [];
  const domain = new NetlinkDomain({
    families: [routeFamily(network), GenericNetlink, ethtoolFamily(network)],
    onDefect: (error) => defects.push(error),
  });
  const socket = await domain.open({ protocol: NetlinkProtocol.Generic, credentials });
  await socket.setOption(SocketOption.ExtendedAck, 1);
  async function ask(command: number, attributes: Uint8Array, flags = DO): Promise<Answer> {
    const writer = new ByteWriter();
    writer.reserve(16);
    writer.append(Uint8Array.of(command, 1, 0, 0));
    writer.append(attributes);
    writeMessageHeader(writer.view, 0, {
      length: writer.length,
      type: FAMILY,
      flags,
      sequence: 1,
      portId: 0,
    });
    await socket.send(writer.slice());
    let messages = 0;
    for (let next = socket.receive(); next !== undefined; next = socket.receive()) {
      for (const message of readMessages(next.bytes)) {
        const { type } = message.header;
        if (type === 2 || type === 3)
          return { errno: errnoOf(message), text: readRefusal(message, '').text, messages };
        messages++;
      }
    }
    return { errno: undefined, messages };
  }
  return { ask, defects };
}

function attribute(type: number, payload: Uint8Array): Uint8Array {
  const writer = new ByteWriter();
  const start = writer.beginAttribute(type);
  writer.append(payload);
  writer.endAttribute(start);
  return writer.slice();
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const writer = new ByteWriter();
  for (const part of parts) writer.append(part);
  return writer.slice();
}

const named = (name: string) => attribute(1 | NESTED, attribute(2, new TextEncoder().encode(`${name}\0`)));

test('a kind of link whose driver nobody has looked up is refused by name', async (t) => {
  const { ask } = await openWorld();
  const { errno, text } = await ask(EthtoolCommand.FeaturesGet, named('d0'));
  t.is(errno, Errno.EOPNOTSUPP);
  t.is(text, 'nlspace knows of no driver for links of kind dummy');
});

test('a dump leaves out links that have nothing to say', async (t) => {
  const { ask } = await openWorld();
  // lo and the two ends of the pair; of these only the ends have channels.
  t.deepEqual(await ask(EthtoolCommand.FeaturesGet, new Uint8Array(0), DUMP), {
    errno: 0,
    text: undefined,
    messages: 3,
  });
  t.is((await ask(EthtoolCommand.ChannelsGet, new Uint8Array(0), DUMP)).messages, 2);
});

test('who is no administrator reads and changes nothing', async (t) => {
  const { ask } = await openWorld(NOBODY);
  t.is((await ask(EthtoolCommand.FeaturesGet, named('v0'))).errno, 0);
  t.is((await ask(EthtoolCommand.ChannelsSet, named('v0'))).errno, Errno.EPERM);
});

/** Attributes that a request of this family may have, or nearly so, some with others inside. */
const { attributes } = fc.letrec<{ attributes: Uint8Array; one: Uint8Array }>((tie) => ({
  attributes: fc.array(tie('one'), { maxLength: 5 }).map((parts) => joined(...parts)),
  one: fc
    .tuple(
      fc.integer({ min: 0, max: 12 }),
      fc.boolean(),
      fc.oneof({ depthSize: 'small' }, fc.uint8Array({ maxLength: 12 }), tie('attributes')),
    )
    .map(([type, isNested, payload]) => attribute(isNested ? type | NESTED : type, payload)),
}));

test('whatever comes is answered, and nothing breaks', async (t) => {
  const { ask, defects } = await openWorld();
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 64 }),
    attributes,
    attributes.map((rest) => joined(named('v0'), rest)),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...COMMANDS),
      payload,
      fc.constantFrom(DO, DUMP),
      async (command, bytes, flags) => {
        const { errno } = await ask(command as number, bytes, flags);
        t.not(errno, undefined);
        t.not(errno, Errno.EIO);
      },
    ),
    { numRuns: 2_000 },
  );
  t.deepEqual(defects, []);
});
