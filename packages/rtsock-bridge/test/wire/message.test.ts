import test from 'ava';
import fc from 'fast-check';
import { routeHeader } from '../../src/wire/headers.js';
import {
  decodeMessage,
  encodeMessage,
  RtsockDecodeError,
  type RtsockMessage,
  readAddresses,
  splitMessages,
} from '../../src/wire/message.js';
import { AddressSlot, BsdFamily, RtsockType } from '../../src/wire/numbers.js';
import {
  decodeSocketAddress,
  embedScope,
  encodeSocketAddress,
  internetAddress,
  linkGateway,
  maskBytes,
  netmaskOf,
  prefixLengthOf,
  type SocketAddress,
} from '../../src/wire/socket-address.js';

/**
 * The bytes are written down from the layouts that FreeBSD publishes for amd64 (net/route.h, net/if.h, net/if_dl.h,
 * netinet/in.h, netinet6/in6.h), field by field; nothing of them was made by the code under test.
 */
function bytesOf(...parts: readonly string[]): Uint8Array {
  return Uint8Array.from(Buffer.from(parts.join('').replace(/\s/g, ''), 'hex'));
}

function zeros(count: number): string {
  return '00'.repeat(count);
}

// sockaddr_in: len 16, AF_INET 2, port, address, 8 zeros.
const DST_10_8 = `1002 0000 0a080000 ${zeros(8)}`;
const MASK_16 = `1002 0000 ffff0000 ${zeros(8)}`;
const GATEWAY_10_0_0_3 = `1002 0000 0a000003 ${zeros(8)}`;
// sockaddr_in6: len 28, AF_INET6 28, port, flowinfo, address, scope; 4 more to be a multiple of 8.
const GATEWAY_FE80_1_ON_3 = `1c1c 0000 00000000 fe80${zeros(13)}01 03000000 ${zeros(4)}`;
// sockaddr_dl_short: len 16, AF_LINK 18, index 3, IFT_ETHER 6, no name, no address, 8 unused.
const LINK_3 = `1012 0300 06 00 00 00 ${zeros(8)}`;
// sockaddr_dl of an interface: len 56, "em0" (3 bytes), address (6 bytes), up to 46 bytes of data and 2 of padding.
const INTERFACE_EM0 = `3812 0300 06 03 06 00 656d30 020000000005 ${zeros(39)}`;

const inet = (...address: number[]): SocketAddress => internetAddress(Uint8Array.from(address), 0);
const emptyMetrics = routeHeader.read(new Uint8Array(routeHeader.size)).metrics;
const emptyRoute = {
  interfaceIndex: 0,
  spare: 0,
  flags: 0,
  pid: 0,
  sequence: 0,
  errno: 0,
  flagMask: 0,
  inits: 0n,
  metrics: emptyMetrics,
};
const em0: SocketAddress = {
  family: BsdFamily.Link,
  interfaceIndex: 3,
  type: 6,
  name: 'em0',
  address: Uint8Array.of(2, 0, 0, 0, 0, 5),
  length: 56,
};
const emptyData = {
  type: 6,
  physical: 0,
  addressLength: 6,
  headerLength: 14,
  linkState: 2,
  vhid: 0,
  dataLength: 152,
  mtu: 1500,
  metric: 0,
  baudRate: 1_000_000_000n,
  inputPackets: 1n,
  inputErrors: 0n,
  outputPackets: 2n,
  outputErrors: 0n,
  collisions: 0n,
  inputBytes: 3n,
  outputBytes: 4n,
  inputMulticasts: 0n,
  outputMulticasts: 0n,
  inputQueueDrops: 0n,
  outputQueueDrops: 0n,
  noProtocol: 0n,
  hardwareAssistance: 0n,
  epoch: 7n,
  lastChange: { seconds: 8n, microseconds: 9n },
};
// if_data: IFT_ETHER, physical, addrlen 6, hdrlen 14, LINK_STATE_UP, vhid, datalen 152, mtu 1500, metric, baudrate, …
const DATA = `06 00 06 0e 02 00 9800 dc050000 00000000 00ca9a3b00000000
  0100000000000000 ${zeros(8)} 0200000000000000 ${zeros(16)} 0300000000000000 0400000000000000 ${zeros(48)}
  0700000000000000 0800000000000000 0900000000000000`;

interface Row {
  readonly title: string;
  readonly bytes: Uint8Array;
  readonly message: RtsockMessage;
  readonly isLong?: boolean;
}

/** rt_msghdr: msglen, version 5, type, index, spare, flags, addrs, pid, seq, errno, fmask, inits, 14 metrics. */
const ROUTE_KINDS = [
  ['RTM_ADD', '01', RtsockType.Add],
  ['RTM_DELETE', '02', RtsockType.Delete],
  ['RTM_CHANGE', '03', RtsockType.Change],
  ['RTM_GET', '04', RtsockType.Get],
  ['RTM_LOSING', '05', RtsockType.Losing],
  ['RTM_REDIRECT', '06', RtsockType.Redirect],
  ['RTM_MISS', '07', RtsockType.Miss],
  ['RTM_LOCK', '08', RtsockType.Lock],
  ['RTM_RESOLVE', '0b', RtsockType.Resolve],
] as const;

const ROWS: readonly Row[] = [
  ...ROUTE_KINDS.map(
    ([name, number, type]): Row => ({
      title: `${name} with destination, gateway and netmask`,
      // 152 + 3 × 16 = 200 = 0xc8; flags UP|GATEWAY|DONE|STATIC; addrs DST|GATEWAY|NETMASK; mtu 1400, weight 2, nhidx 5.
      bytes: bytesOf(
        `c800 05 ${number} 0300 0000 43080000 07000000 39300000 2a000000 00000000 00000000 0101000000000000`,
        `${zeros(8)} 7805000000000000 ${zeros(64)} 0200000000000000 0500000000000000 ${zeros(16)}`,
        DST_10_8,
        GATEWAY_10_0_0_3,
        MASK_16,
      ),
      message: {
        kind: 'route',
        type,
        header: {
          ...emptyRoute,
          interfaceIndex: 3,
          flags: 0x843,
          pid: 12345,
          sequence: 42,
          inits: 0x101n,
          metrics: { ...emptyMetrics, mtu: 1400n, weight: 2n, nexthopIndex: 5n },
        },
        addresses: {
          [AddressSlot.Destination]: inet(10, 8, 0, 0),
          [AddressSlot.Gateway]: inet(10, 0, 0, 3),
          [AddressSlot.Netmask]: netmaskOf(16, 4),
        },
      },
    }),
  ),
  {
    title: 'RTM_ADD of an IPv6 host through a gateway that means something on its link only',
    // 152 + 32 + 32 = 216 = 0xd8; flags UP|GATEWAY|HOST|DONE; addrs DST|GATEWAY.
    bytes: bytesOf(
      `d800 05 01 0300 0000 47000000 03000000 ${zeros(136)}`,
      `1c1c 0000 00000000 20010db8${zeros(11)}09 00000000 ${zeros(4)}`,
      GATEWAY_FE80_1_ON_3,
    ),
    message: {
      kind: 'route',
      type: RtsockType.Add,
      header: { ...emptyRoute, interfaceIndex: 3, flags: 0x47 },
      addresses: {
        [AddressSlot.Destination]: internetAddress(
          Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9),
          3,
        ),
        [AddressSlot.Gateway]: internetAddress(
          Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
          3,
        ),
      },
    },
  },
  {
    title: 'RTM_ADD of a prefix on a link, whose gateway is the link',
    bytes: bytesOf(
      `c800 05 01 0300 0000 41001000 07000000 ${zeros(136)}`,
      `1002 0000 0a000000 ${zeros(8)}`,
      LINK_3,
      `1002 0000 ffffff00 ${zeros(8)}`,
    ),
    message: {
      kind: 'route',
      type: RtsockType.Add,
      header: { ...emptyRoute, interfaceIndex: 3, flags: 0x100041 },
      addresses: {
        [AddressSlot.Destination]: inet(10, 0, 0, 0),
        [AddressSlot.Gateway]: linkGateway(3, 6),
        [AddressSlot.Netmask]: netmaskOf(24, 4),
      },
    },
  },
  {
    title: 'RTM_IFINFO',
    // if_msghdr: 168 bytes; addrs 0; flags UP|BROADCAST|RUNNING|SIMPLEX|MULTICAST; index 3.
    bytes: bytesOf(`a800 05 0e 00000000 43880000 0300 0000`, DATA),
    message: {
      kind: 'interface',
      type: RtsockType.InterfaceInfo,
      header: { flags: 0x8843, interfaceIndex: 3, spare: 0, data: emptyData },
      addresses: {},
    },
  },
  {
    title: 'RTM_IFINFO of NET_RT_IFLISTL',
    // if_msghdrl: 176 bytes, says so, and that the data begins at 24; addrs IFP; 176 + 56 = 232.
    bytes: bytesOf(`e800 05 0e 10000000 43880000 0300 0000 b000 1800 00000000`, DATA, INTERFACE_EM0),
    isLong: true,
    message: {
      kind: 'interface',
      type: RtsockType.InterfaceInfo,
      header: {
        flags: 0x8843,
        interfaceIndex: 3,
        spare: 0,
        data: emptyData,
        ...{ headerLength: 176, dataOffset: 24, spare2: 0 },
      },
      addresses: { [AddressSlot.Interface]: em0 },
    },
  },
  ...(
    [
      ['RTM_NEWADDR', '0c', RtsockType.NewAddress],
      ['RTM_DELADDR', '0d', RtsockType.DeleteAddress],
    ] as const
  ).map(
    ([name, number, type]): Row => ({
      title: name,
      // ifa_msghdr: 20 bytes; addrs NETMASK|IFP|IFA|BRD; 20 + 16 + 56 + 16 + 16 = 124.
      bytes: bytesOf(
        `7c00 05 ${number} b4000000 00000000 0300 0000 00000000`,
        `1002 0000 ffffff00 ${zeros(8)}`,
        INTERFACE_EM0,
        `1002 0000 0a000001 ${zeros(8)}`,
        `1002 0000 0a0000ff ${zeros(8)}`,
      ),
      message: {
        kind: 'address',
        type,
        header: { flags: 0, interfaceIndex: 3, spare: 0, metric: 0 },
        addresses: {
          [AddressSlot.Netmask]: netmaskOf(24, 4),
          [AddressSlot.Interface]: em0,
          [AddressSlot.InterfaceAddress]: inet(10, 0, 0, 1),
          [AddressSlot.Broadcast]: inet(10, 0, 0, 255),
        },
      },
    }),
  ),
  ...(
    [
      ['RTM_NEWMADDR', '0f', RtsockType.NewMulticastAddress],
      ['RTM_DELMADDR', '10', RtsockType.DeleteMulticastAddress],
    ] as const
  ).map(
    ([name, number, type]): Row => ({
      title: name,
      // ifma_msghdr: 16 bytes; addrs GATEWAY|IFP|IFA; the gateway is 01:00:5e:00:00:01; 16 + 16 + 56 + 16 = 104.
      bytes: bytesOf(
        `6800 05 ${number} 32000000 00000000 0300 0000`,
        `1012 0300 06 00 06 00 01005e000001 0000`,
        INTERFACE_EM0,
        `1002 0000 e0000001 ${zeros(8)}`,
      ),
      message: {
        kind: 'multicast',
        type,
        header: { flags: 0, interfaceIndex: 3, spare: 0 },
        addresses: {
          [AddressSlot.Gateway]: {
            family: BsdFamily.Link,
            interfaceIndex: 3,
            type: 6,
            name: '',
            address: Uint8Array.of(1, 0, 0x5e, 0, 0, 1),
            length: 16,
          },
          [AddressSlot.Interface]: em0,
          [AddressSlot.InterfaceAddress]: inet(224, 0, 0, 1),
        },
      },
    }),
  ),
  {
    title: 'RTM_IFANNOUNCE',
    // if_announcemsghdr: 24 bytes; index 3, name, IFAN_DEPARTURE.
    bytes: bytesOf(`1800 05 11 0300 656d30${zeros(13)} 0100`),
    message: {
      kind: 'announcement',
      type: RtsockType.InterfaceAnnounce,
      interfaceIndex: 3,
      name: 'em0',
      what: 1,
      data: new Uint8Array(0),
    },
  },
  {
    title: 'RTM_IEEE80211 with what the driver adds',
    bytes: bytesOf(`1c00 05 12 0300 776c616e30${zeros(11)} 6400 deadbeef`),
    message: {
      kind: 'announcement',
      type: RtsockType.Wireless,
      interfaceIndex: 3,
      name: 'wlan0',
      what: 100,
      data: Uint8Array.of(0xde, 0xad, 0xbe, 0xef),
    },
  },
  {
    title: 'a type that nobody knows is kept as bytes',
    bytes: bytesOf('0600 05 63 abcd'),
    message: { kind: 'unknown', type: 0x63, bytes: bytesOf('0600 05 63 abcd') },
  },
  {
    title: 'a version that nobody knows is kept as bytes',
    bytes: bytesOf(`0800 04 01 01020304`),
    message: { kind: 'unknown', type: 1, bytes: bytesOf('0800 04 01 01020304') },
  },
];

for (const { title, bytes, message, isLong = false } of ROWS) {
  test(`decoded: ${title}`, (t) => {
    t.deepEqual(decodeMessage(bytes, { isLong }), message);
  });

  test(`encoded: ${title}`, (t) => {
    t.deepEqual(encodeMessage(message, { isLong }), bytes);
  });
}

test('answers and dumps are padded to the size of a long', (t) => {
  const [row] = ROWS.filter(({ title }) => title === 'RTM_NEWADDR') as [Row];
  const padded = encodeMessage(row.message, { isAligned: true });
  t.is(padded.length, 128);
  t.is(padded[0], 128);
  t.deepEqual([...padded.subarray(124)], [0, 0, 0, 0]);
});

test('a message that is not as long as it says is refused', (t) => {
  const [{ bytes }] = ROWS as [Row];
  t.throws(() => decodeMessage(bytes.subarray(0, 199)), {
    instanceOf: RtsockDecodeError,
    message: 'a message of 200 bytes is in 199',
  });
  t.throws(() => decodeMessage(bytesOf('0400 05 01')), {
    instanceOf: RtsockDecodeError,
    message: '4 bytes are too few for a rt_msghdr',
  });
  t.throws(() => decodeMessage(bytesOf('0000')), { instanceOf: RtsockDecodeError });
});

test('an address that is longer than its message is refused; those before it are known', (t) => {
  const header = bytesOf(`b800 05 01 0000 0000 00000000 03000000 ${zeros(136)}`);
  const message = bytesOf(Buffer.from(header).toString('hex'), DST_10_8, `6002 ${zeros(14)}`);
  t.throws(() => decodeMessage(message), { message: 'an address is longer than its message' });
  const { addresses, isWhole } = readAddresses(message, 152, 3);
  t.false(isWhole);
  t.deepEqual([...addresses.keys()], [AddressSlot.Destination]);
});

test('an address without length is 0.0.0.0 and the last one', (t) => {
  const bytes = bytesOf(DST_10_8, zeros(8), GATEWAY_10_0_0_3);
  const { addresses, isWhole } = readAddresses(bytes, 0, 0b111);
  t.true(isWhole);
  t.deepEqual([...addresses.keys()], [AddressSlot.Destination, AddressSlot.Gateway]);
  t.deepEqual(decodeSocketAddress(addresses.get(AddressSlot.Gateway) as Uint8Array), inet(0, 0, 0, 0));
});

test('netmasks are short or long: what is left out is zero', (t) => {
  // As old programs write 255.255.0.0: four bytes of head and two of mask, family or none.
  t.deepEqual(maskBytes(bytesOf('0600 0000 ffff'), 4), Uint8Array.of(255, 255, 0, 0));
  t.deepEqual(maskBytes(bytesOf('0602 0000 ffff'), 4), Uint8Array.of(255, 255, 0, 0));
  t.deepEqual(maskBytes(bytesOf(MASK_16), 4), Uint8Array.of(255, 255, 0, 0));
  t.deepEqual(maskBytes(bytesOf('04020000'), 4), Uint8Array.of(0, 0, 0, 0));
  t.is(maskBytes(bytesOf('030200'), 4), undefined);
  t.deepEqual(
    maskBytes(bytesOf('0c1c 0000 00000000 ffffff00'), 16)?.subarray(0, 5),
    Uint8Array.of(255, 255, 255, 0, 0),
  );
});

test('a mask says its prefix, if it is one', (t) => {
  t.is(prefixLengthOf(Uint8Array.of(0, 0, 0, 0)), 0);
  t.is(prefixLengthOf(Uint8Array.of(255, 254, 0, 0)), 15);
  t.is(prefixLengthOf(Uint8Array.of(255, 255, 255, 255)), 32);
  t.is(prefixLengthOf(Uint8Array.of(255, 0, 255, 0)), undefined);
});

test('a scope is read from where it stands: scope_id, or the address as the kernel keeps it', (t) => {
  const expected = internetAddress(Uint8Array.of(0xfe, 0x80, ...new Array(13).fill(0), 1), 3);
  t.deepEqual(decodeSocketAddress(bytesOf(GATEWAY_FE80_1_ON_3)), expected);
  const embedded = bytesOf(`1c1c 0000 00000000 fe800003${zeros(11)}01 00000000`);
  t.deepEqual(decodeSocketAddress(embedded), expected);
  t.deepEqual(
    expected.family === BsdFamily.Inet6 ? embedScope(expected) : undefined,
    bytesOf(`fe800003${zeros(11)}01`),
  );
});

const arbitraryAddress = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => internetAddress(bytes, 0)),
  fc
    .tuple(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.nat(65_535))
    .map(([bytes, index]) => decodeSocketAddress(encodeSocketAddress(internetAddress(bytes, index)))),
  fc.tuple(fc.nat(65_535), fc.stringMatching(/^[a-z]{0,15}$/), fc.uint8Array({ maxLength: 20 })).map(
    ([interfaceIndex, name, address]): SocketAddress => ({
      family: BsdFamily.Link,
      interfaceIndex,
      type: 6,
      name,
      address,
      length: 56,
    }),
  ),
);
const arbitraryRoute = fc
  .tuple(
    fc.constantFrom(...ROUTE_KINDS.map(([, , type]) => type)),
    fc.nat(0xffff),
    fc.nat(),
    fc.integer(),
    fc.array(fc.option(arbitraryAddress, { nil: undefined }), { minLength: 8, maxLength: 8 }),
  )
  .map(
    ([type, interfaceIndex, flags, sequence, slots]): RtsockMessage => ({
      kind: 'route',
      type,
      header: { ...emptyRoute, interfaceIndex, flags, sequence },
      addresses: Object.fromEntries(
        slots.flatMap((address, slot) => (address === undefined ? [] : [[slot, address]])),
      ),
    }),
  );

test('what is encoded is decoded', (t) => {
  fc.assert(
    fc.property(arbitraryRoute, (message) => {
      t.deepEqual(decodeMessage(encodeMessage(message)), message);
    }),
  );
  t.pass();
});

test('a link address may be longer than its struct, as its length says', (t) => {
  const name = 'n'.repeat(13);
  const address = Uint8Array.from({ length: 34 }, (_, i) => i + 1);
  const link = { family: BsdFamily.Link, interfaceIndex: 2, type: 6, name, address, length: 55 } as const;
  const bytes = encodeSocketAddress(link);
  t.is(bytes.length, 56);
  t.deepEqual(decodeSocketAddress(bytes.subarray(0, 55)), link);
});

test('bytes of any kind are decoded or refused, never more', (t) => {
  let refused = 0;
  const mutate = fc
    .tuple(arbitraryRoute, fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 8 }), fc.nat(420))
    .map(([message, changes, end]) => {
      const bytes = encodeMessage(message).slice(0, end);
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
      return bytes;
    });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 600 }), mutate), fc.boolean(), (bytes, isLong) => {
      try {
        const message = decodeMessage(bytes, { isLong });
        if (message.kind === 'unknown') t.deepEqual(encodeMessage(message), bytes);
      } catch (error) {
        if (!(error instanceof RtsockDecodeError)) throw error;
        refused++;
      }
      try {
        for (const message of splitMessages(bytes)) t.true(message.length >= 4);
      } catch (error) {
        if (!(error instanceof RtsockDecodeError)) throw error;
      }
    }),
    { numRuns: 2_000 },
  );
  t.true(refused > 0);
});
