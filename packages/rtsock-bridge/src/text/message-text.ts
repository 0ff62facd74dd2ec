import type { RouteHeader } from '../wire/headers.js';
import type { Addresses, RtsockMessage } from '../wire/message.js';
import {
  ADDRESS_SLOTS,
  type AddressSlot,
  Announcement,
  LinkState,
  type RtsockType,
} from '../wire/numbers.js';
import { addressText } from './address-text.js';
import { bitNames, INTERFACE_FLAG_NAMES, ROUTE_FLAG_NAMES, SLOT_NAMES, TYPE_NAMES } from './names.js';

const LINK_STATES: Readonly<Record<number, string>> = { [LinkState.Down]: 'down', [LinkState.Up]: 'up' };
const ANNOUNCEMENTS: Readonly<Record<number, string>> = {
  [Announcement.Arrival]: 'arrival',
  [Announcement.Departure]: 'departure',
};

/** A message as one line of text, with the words of route(8). */
export function messageText(message: RtsockMessage): string {
  if (message.kind === 'unknown') return `type ${message.type}: len ${message.bytes.length}`;
  const parts = [...partsOf(message)].join(', ');
  return `${TYPE_NAMES[message.type as RtsockType]}: ${parts}`;
}

function* partsOf(message: Exclude<RtsockMessage, { kind: 'unknown' }>): Generator<string> {
  switch (message.kind) {
    case 'route': {
      const { pid, sequence, errno, interfaceIndex, flags, metrics } = message.header;
      yield `pid ${pid}, seq ${sequence}, errno ${errno}, if# ${interfaceIndex}`;
      yield `flags:<${bitNames(flags, ROUTE_FLAG_NAMES).join()}>`;
      yield* metricTexts(metrics);
      break;
    }
    case 'interface': {
      const { interfaceIndex, flags, data } = message.header;
      yield `if# ${interfaceIndex}, link: ${LINK_STATES[data.linkState] ?? 'unknown'}`;
      yield `flags:<${bitNames(flags, INTERFACE_FLAG_NAMES).join()}>, mtu ${data.mtu}`;
      break;
    }
    case 'address': {
      const { interfaceIndex, metric, flags } = message.header;
      yield `if# ${interfaceIndex}, metric ${metric}, flags:<${bitNames(flags, ROUTE_FLAG_NAMES).join()}>`;
      break;
    }
    case 'multicast':
      yield `if# ${message.header.interfaceIndex}`;
      break;
    default: {
      const { interfaceIndex, name, what } = message;
      yield `if# ${interfaceIndex}, name ${name}, what: ${ANNOUNCEMENTS[what] ?? `#${what}`}`;
      return;
    }
  }
  yield* addressTexts(message.addresses);
}

function* metricTexts({ mtu, weight, nexthopIndex, expire }: RouteHeader['metrics']): Generator<string> {
  for (const [name, value] of Object.entries({ mtu, weight, nhidx: nexthopIndex, expire }))
    if (value !== 0n) yield `${name} ${value}`;
}

function* addressTexts(addresses: Addresses): Generator<string> {
  const slots = Array.from({ length: ADDRESS_SLOTS }, (_, slot) => slot as AddressSlot);
  const present = slots.flatMap((slot) => {
    const address = addresses[slot];
    return address === undefined ? [] : [{ name: SLOT_NAMES[slot], text: addressText(address) }];
  });
  if (present.length === 0) return;
  yield `sockaddrs:<${present.map(({ name }) => name).join()}> ${present.map(({ text }) => text).join(' ')}`;
}

/** A message as what JSON can hold: names for numbers, text for addresses. */
export function messageObject(message: RtsockMessage): Record<string, unknown> {
  if (message.kind === 'unknown') return { type: message.type, bytes: [...message.bytes] };
  const type = TYPE_NAMES[message.type as RtsockType];
  if (message.kind === 'announcement') {
    const { interfaceIndex, name, what, data } = message;
    return { type, interfaceIndex, name, what: ANNOUNCEMENTS[what] ?? what, data: [...data] };
  }
  const { flags } = message.header;
  const names = message.kind === 'interface' ? INTERFACE_FLAG_NAMES : ROUTE_FLAG_NAMES;
  const addresses = Object.entries(message.addresses).map(([slot, address]) => [
    SLOT_NAMES[Number(slot) as AddressSlot],
    addressText(address),
  ]);
  return plain({
    type,
    ...message.header,
    flags: bitNames(flags, names),
    addresses: Object.fromEntries(addresses),
  }) as Record<string, unknown>;
}

/** Without what says nothing: spare fields, and numbers of many bits as numbers. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value) || value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !/^(spare|filler)/.test(name))
      .map(([name, inner]) => [name, plain(inner)]),
  );
}
