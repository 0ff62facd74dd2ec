// What docs/traces-and-captures.md says of stacks: whoever stands outside of faults sees what the program sees, whoever stands inside
// what the back end has said.
import { ROUTE_CATALOG, ROUTE_GROUPS, RouteMessageType, route } from '@nlspace/family-route';
import test from 'ava';
import {
  type CapturedEvent,
  ClientSocket,
  ControlMessageType,
  capture,
  createNetlink,
  Errno,
  errnoOf,
  faults,
  MessageFlag,
  type Middleware,
  type Netlink,
  NetlinkProtocol,
  readCapture,
  readMessages,
  replay,
  stack,
  trace,
  vocabulariesOf,
} from '../../src/index.js';

const NETLINK_ROUTE = { protocol: NetlinkProtocol.Route, catalog: ROUTE_CATALOG };
const FAULTS = [
  'RTM_NEWROUTE do with priority=13: fail EPERM "not this one"',
  'RTM_NEWROUTE notification with priority=7: drop',
  'RTM_GETROUTE dump: interrupt once',
];

type Layer = 'trace' | 'capture' | 'faults';
const ORDERS: readonly (readonly Layer[])[] = [
  ['trace', 'capture', 'faults'],
  ['trace', 'faults', 'capture'],
  ['capture', 'trace', 'faults'],
  ['capture', 'faults', 'trace'],
  ['faults', 'trace', 'capture'],
  ['faults', 'capture', 'trace'],
];

function body(priority: number) {
  return {
    header: { addressFamily: 2, destinationLength: 24, table: 254, protocol: 3, type: 6 },
    attributes: { destination: Uint8Array.of(192, 0, priority, 0), priority },
  };
}

/** A program that is refused, hears of changes, and lists. */
async function play(netlink: Netlink): Promise<string[]> {
  const seen: string[] = [];
  const listener = await ClientSocket.open(netlink, NETLINK_ROUTE);
  const changes = await listener.subscribe([ROUTE_GROUPS.ipv4Route]);
  const client = await ClientSocket.open(netlink, NETLINK_ROUTE);
  for (const priority of [7, 13, 9]) {
    const done = client.do(RouteMessageType.NewRoute, route, body(priority), { flags: 0x400 });
    seen.push(await done.then(() => 'done', String));
  }
  const { value } = await changes.next();
  seen.push(`heard ${(value as { attributes: { priority?: number } } | undefined)?.attributes.priority}`);
  try {
    const request = { header: { addressFamily: 2 }, attributes: {} };
    for await (const _route of client.dump(RouteMessageType.GetRoute, route, request));
  } catch (error) {
    seen.push(String(error));
  }
  client.close();
  listener.close();
  return seen;
}

/** `NEWROUTE from the back end`: what of the faults is in a trace. */
function marksOfTrace(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    if (line.includes('EPERM')) return ['refused'];
    if (line.includes('priority 13') && line.includes('→')) return ['asked'];
    if (line.includes('ipv4Route: ')) return [`heard ${/priority (\d+)/.exec(line)?.[1]}`];
    return line.includes('DUMP_INTR') ? ['interrupted'] : [];
  });
}

/** The same of a capture. */
function marksOfCapture(events: Iterable<CapturedEvent>): string[] {
  const marks: string[] = [];
  for (const event of events) {
    if (event.kind === 'problem' || event.kind === 'call') continue;
    for (const message of readMessages(event.bytes)) {
      const { type, flags } = message.header;
      if (type === ControlMessageType.Error && errnoOf(message) === Errno.EPERM) marks.push('refused');
      else if (
        type === RouteMessageType.NewRoute &&
        event.kind === 'sent' &&
        priorityOf(message.payload) === 13
      )
        marks.push('asked');
      else if (event.kind === 'received' && event.group === ROUTE_GROUPS.ipv4Route)
        marks.push(`heard ${priorityOf(message.payload)}`);
      else if (event.kind === 'received' && (flags & MessageFlag.DumpInterrupted) !== 0)
        marks.push('interrupted');
    }
  }
  return marks;
}

/** RTA_PRIORITY */
function priorityOf(payload: Uint8Array): number | undefined {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  for (let offset = 12; offset + 4 <= payload.length; offset += (view.getUint16(offset, true) + 3) & ~3)
    if (view.getUint16(offset + 2, true) === 6) return view.getUint32(offset + 4, true);
  return undefined;
}

const OUTSIDE = ['asked', 'refused', 'heard 9', 'interrupted'];
const INSIDE = ['heard 7', 'heard 9'];

for (const order of ORDERS) {
  test(`${order.join(' | ')}: outside of faults is what the program sees, inside what the back end has said`, async (t) => {
    const domain = createNetlink();
    const vocabularies = vocabulariesOf(domain);
    const lines: string[] = [];
    const parts: Uint8Array[] = [];
    const layers: Readonly<Record<Layer, Middleware>> = {
      trace: (inner) => trace(inner, { write: (line) => lines.push(line), vocabularies }),
      capture: (inner) => capture(inner, { write: (part) => parts.push(part.slice()), vocabularies }),
      faults: (inner) => faults(inner, { rules: FAULTS, vocabularies }),
    };
    const seen = await play(
      stack(
        domain,
        order.map((layer) => layers[layer]),
      ),
    );
    t.deepEqual(seen, [
      'done',
      'NetlinkError: route 24: EPERM: not this one',
      'done',
      'heard 9',
      'NetlinkError: route 26 dump: EINTR: the dump was interrupted by a change',
    ]);
    const isOutside = (layer: Layer) => order.indexOf(layer) < order.indexOf('faults');
    t.deepEqual(marksOfTrace(lines), isOutside('trace') ? OUTSIDE : INSIDE);
    const file = Buffer.concat(parts);
    t.deepEqual(marksOfCapture(readCapture(file)), isOutside('capture') ? OUTSIDE : INSIDE);
    // A capture from outside replays with its faults in it; one from inside, with faults on it.
    const replayed = replay(file, { vocabularies });
    const again = isOutside('capture') ? replayed : faults(replayed, { rules: FAULTS, vocabularies });
    t.deepEqual(await play(again), seen);
  });
}
