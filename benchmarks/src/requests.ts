// The requests of a large network, as bytes: the same ones for a domain in process and for the kernel.

/** A datagram and how many acknowledgements it brings. */
export interface Batch {
  readonly bytes: Uint8Array;
  readonly acknowledgements: number;
}

const MESSAGES_PER_BATCH = 64;

const RTM = { newLink: 16, deleteLink: 17, newAddress: 20, newRoute: 24, newNeighbour: 28, newNexthop: 104 };
const REQUEST_ACK = 0x5;
const CREATE_EXCLUSIVE = 0x600;
const REPLACE = 0x100;
const INET = 2;
const INET6 = 10;
/** RTPROT_BGP, RT_SCOPE_UNIVERSE, RTN_UNICAST behind RT_TABLE_MAIN. */
const MAIN_BGP_UNICAST = [254, 186, 0, 1];

/** The wire pair that `wire()` makes in a fresh namespace: v1 is 2, v0 is 3. */
export const WIRE_INDEX = 3;

function u32(value: number): number[] {
  return [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24];
}

function networkU32(value: number): number[] {
  return u32(value).reverse();
}

function text(value: string): number[] {
  return [...new TextEncoder().encode(value), 0];
}

function attribute(type: number, payload: readonly number[]): number[] {
  const padding = new Array<number>((4 - (payload.length % 4)) % 4).fill(0);
  return [payload.length + 4, 0, type, 0, ...payload, ...padding];
}

function message(type: number, flags: number, payload: readonly number[]): number[] {
  const length = 16 + payload.length;
  return [...u32(length), type, 0, flags & 0xff, flags >>> 8, ...u32(1), ...u32(0), ...payload];
}

function* batches(
  count: number,
  make: (n: number) => number[],
  perBatch = MESSAGES_PER_BATCH,
): Generator<Batch> {
  for (let first = 0; first < count; first += perBatch) {
    const messages = Math.min(perBatch, count - first);
    const bytes = Uint8Array.from(Array.from({ length: messages }, (_, i) => make(first + i)).flat());
    yield { bytes, acknowledgements: messages };
  }
}

function linkHeader(index: number, flags = 0): number[] {
  return [0, 0, 0, 0, ...u32(index), ...u32(flags), ...u32(flags)];
}

function vethPair(name: string, peer: string): number[] {
  const info = [
    ...attribute(1, text('veth')),
    ...attribute(2, attribute(1, [...linkHeader(0), ...attribute(3, text(peer))])),
  ];
  return message(RTM.newLink, REQUEST_ACK | CREATE_EXCLUSIVE, [
    ...linkHeader(0),
    ...attribute(3, text(name)),
    ...attribute(18, info),
  ]);
}

/** v0 and v1, up, with 10.0.0.1/8 and 2001:db8::1/32 (without address detection) on v0. */
export function* wire(): Generator<Batch> {
  yield* batches(1, () => vethPair('v0', 'v1'));
  yield* batches(2, (n) => message(RTM.newLink, REQUEST_ACK, linkHeader(2 + n, 1)));
  const v4 = [10, 0, 0, 1];
  const v6 = [0x20, 1, 0x0d, 0xb8, ...new Array<number>(11).fill(0), 1];
  yield* batches(1, () =>
    message(RTM.newAddress, REQUEST_ACK | CREATE_EXCLUSIVE, [
      ...[INET, 8, 0, 0],
      ...u32(WIRE_INDEX),
      ...attribute(2, v4),
      ...attribute(1, v4),
    ]),
  );
  yield* batches(1, () =>
    message(RTM.newAddress, REQUEST_ACK | CREATE_EXCLUSIVE, [
      ...[INET6, 32, 2, 0],
      ...u32(WIRE_INDEX),
      ...attribute(2, v6),
      ...attribute(1, v6),
    ]),
  );
}

/** Wire pairs, one request each. */
export function links(pairs: number): Generator<Batch> {
  return batches(pairs, (n) => vethPair(`a${n}`, `b${n}`), 1);
}

/** Permanent entries on the wire: 10.128.0.0 and up. */
export function neighbours(count: number): Generator<Batch> {
  return batches(count, (n) =>
    message(RTM.newNeighbour, REQUEST_ACK | CREATE_EXCLUSIVE, [
      ...[INET, 0, 0, 0],
      ...u32(WIRE_INDEX),
      ...[0x80, 0, 0, 0],
      ...attribute(1, networkU32(((10 << 24) | 0x800000) + n)),
      ...attribute(2, [2, 0, 0, (n >>> 16) & 0xff, (n >>> 8) & 0xff, n & 0xff]),
    ]),
  );
}

/** 20.0.0.0/24 and up, by way of 16 gateways. */
export function ipv4Routes(count: number): Generator<Batch> {
  return batches(count, (n) =>
    message(RTM.newRoute, REQUEST_ACK | CREATE_EXCLUSIVE, [
      ...[INET, 24, 0, 0, ...MAIN_BGP_UNICAST, 0, 0, 0, 0],
      ...attribute(1, networkU32(((20 << 24) >>> 0) + n * 256)),
      ...attribute(5, networkU32((10 << 24) + 2 + (n % 16))),
      ...attribute(4, u32(WIRE_INDEX)),
    ]),
  );
}

/** 3000::/48 and up, by way of 16 gateways. */
export function ipv6Routes(count: number): Generator<Batch> {
  return batches(count, (n) => {
    const destination = [0x30, 0, ...networkU32(n), ...new Array<number>(10).fill(0)];
    const gateway = [0x20, 1, 0x0d, 0xb8, ...new Array<number>(11).fill(0), 2 + (n % 16)];
    return message(RTM.newRoute, REQUEST_ACK | CREATE_EXCLUSIVE, [
      ...[INET6, 48, 0, 0, ...MAIN_BGP_UNICAST, 0, 0, 0, 0],
      ...attribute(1, destination),
      ...attribute(5, gateway),
      ...attribute(4, u32(WIRE_INDEX)),
    ]);
  });
}

/** Makes nexthop `id`, or replaces it. */
export function nexthop(id: number, gateway: number, isNew: boolean): Generator<Batch> {
  const flags = REQUEST_ACK | (isNew ? CREATE_EXCLUSIVE : REPLACE | 0x400);
  return batches(1, () =>
    message(RTM.newNexthop, flags, [
      ...[INET, 0, 0, 0, 0, 0, 0, 0],
      ...attribute(1, u32(id)),
      ...attribute(6, networkU32((10 << 24) + gateway)),
      ...attribute(5, u32(WIRE_INDEX)),
    ]),
  );
}

/** 60.0.0.0/24 and up, by way of a nexthop. */
export function routesByNexthop(count: number, id: number): Generator<Batch> {
  return batches(count, (n) =>
    message(RTM.newRoute, REQUEST_ACK | CREATE_EXCLUSIVE, [
      ...[INET, 24, 0, 0, ...MAIN_BGP_UNICAST, 0, 0, 0, 0],
      ...attribute(1, networkU32(((60 << 24) >>> 0) + n * 256)),
      ...attribute(30, u32(id)),
    ]),
  );
}

/** 100.0.0.0/24 and up, straight on a link. */
export function routesOnLink(count: number, index: number): Generator<Batch> {
  return batches(count, (n) =>
    message(RTM.newRoute, REQUEST_ACK | CREATE_EXCLUSIVE, [
      // RT_SCOPE_LINK
      ...[INET, 24, 0, 0, 254, 186, 253, 1, 0, 0, 0, 0],
      ...attribute(1, networkU32(((100 << 24) >>> 0) + n * 256)),
      ...attribute(4, u32(index)),
    ]),
  );
}

/** A wire that is up: `a0` and `b0`. Made right after `wire()`, b0 is 4 and a0 is 5. */
export const SECOND_WIRE_INDEX = 5;
export function* secondWire(): Generator<Batch> {
  yield* links(1);
  yield* batches(2, (n) => message(RTM.newLink, REQUEST_ACK, linkHeader(4 + n, 1)));
}

export function linkRemoval(index: number): Generator<Batch> {
  return batches(1, () => message(RTM.deleteLink, REQUEST_ACK, linkHeader(index)));
}
