import type { Netlink, NetlinkSocket } from '@nlspace/core';
import test from 'ava';
import fc from 'fast-check';
import { NetlinkProtocol, trace } from '../../src/index.js';

/** A back end that says whatever is put into it. */
function saying(bytes: Uint8Array): Netlink {
  const socket = {
    protocol: NetlinkProtocol.Route,
    address: { portId: 0, groups: 0 },
    peer: { portId: 0, groups: 0 },
    readable: true,
    onReadable: undefined,
    send: () => undefined,
    receive: () => ({ bytes, source: { portId: 0, groups: 0 }, group: 0 }),
    close: () => {},
  };
  return { open: async () => socket as unknown as NetlinkSocket };
}

const header = (length: number, type: number, flags: number) => [
  length & 0xff,
  length >> 8,
  0,
  0,
  type & 0xff,
  type >> 8,
  flags & 0xff,
  flags >> 8,
  ...[1, 0, 0, 0, 0, 0, 0, 0],
];

/** Messages with a header that can be, of every type there is, and anything behind it. */
const message = fc
  .tuple(fc.nat(130), fc.nat(0xfff), fc.uint8Array({ maxLength: 120 }))
  .map(([type, flags, payload]) => {
    const padding = (4 - (payload.length % 4)) % 4;
    return [...header(16 + payload.length, type, flags), ...payload, ...new Array<number>(padding).fill(0)];
  });
const datagram = fc.array(message, { maxLength: 3 }).map((messages) => Uint8Array.from(messages.flat()));

for (const protocol of [NetlinkProtocol.Route, NetlinkProtocol.Generic]) {
  test(`protocol ${protocol}: whatever is sent and received, a trace has lines for it and lets it pass`, async (t) => {
    const holds = fc.assert(
      fc.asyncProperty(datagram, datagram, fc.boolean(), async (sent, received, json) => {
        const lines: string[] = [];
        const netlink = trace(saying(received), { write: (line) => lines.push(line), json, times: true });
        const socket = await netlink.open({ protocol });
        await socket.send(sent);
        const taken = socket.receive()?.bytes;
        if (json) for (const line of lines) JSON.parse(line);
        return taken === received && lines.every((line) => !line.includes('\n'));
      }),
      { numRuns: 1000 },
    );
    await t.notThrowsAsync(holds);
  });
}
