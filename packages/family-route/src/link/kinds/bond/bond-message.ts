import { type AttributeKind, attr, defineAttributes, Errno, PolicyType } from '@nlspace/core';

/** Addresses one after the other, numbered from 0 on the wire; in requests the numbers do not matter. */
const addressList: AttributeKind<readonly Uint8Array[]> = {
  name: 'addresses',
  policyType: PolicyType.Nested,
  check: (_view, _offset, length) =>
    length === 0 || length >= 4
      ? undefined
      : { errno: Errno.ERANGE, text: 'Attribute failed policy validation' },
  read(view, offset, length) {
    const addresses: Uint8Array[] = [];
    const end = offset + length;
    for (let start = offset; end - start >= 4; ) {
      const size = view.getUint16(start, true);
      if (size < 4 || start + size > end) break;
      addresses.push(new Uint8Array(view.buffer, view.byteOffset + start + 4, size - 4).slice());
      start += (size + 3) & ~3;
    }
    return addresses;
  },
  write(writer, addresses) {
    for (const [number, address] of addresses.entries()) {
      const start = writer.beginAttribute(number);
      writer.append(address);
      writer.endAttribute(start);
    }
  },
};

/** `IFLA_BOND_AD_INFO_*` */
const aggregatorInformation = defineAttributes('bond-aggregator', {
  aggregator: attr.u16(1),
  ports: attr.u16(2),
  actorKey: attr.u16(3),
  partnerKey: attr.u16(4),
  partnerAddress: attr.bytes(5),
});

/** Milliseconds between notifications of peers: five minutes. */
const LONGEST_NOTIFY_DELAY = 300_000;

/** `IFLA_BOND_*` in the order in which Linux 6.18 writes them. Times are in milliseconds. */
export const bondData = defineAttributes('bond', {
  mode: attr.u8(1),
  activeSlave: attr.u32(2),
  miimon: attr.u32(3),
  upDelay: attr.u32(4),
  downDelay: attr.u32(5),
  peerNotifyDelay: attr.u32(28, { max: LONGEST_NOTIFY_DELAY }),
  useCarrier: attr.u8(6),
  arpInterval: attr.u32(7),
  arpTargets: attr.custom(8, addressList),
  arpValidate: attr.u32(9),
  arpAllTargets: attr.u32(10),
  neighbourTargets: attr.flagged(attr.custom(31, addressList)),
  primary: attr.u32(11),
  primaryReselect: attr.u8(12),
  failOverMac: attr.u8(13),
  transmitHashPolicy: attr.u8(14),
  resendIgmp: attr.u32(15),
  peerNotifications: attr.u8(16),
  allSlavesActive: attr.u8(17),
  minimumLinks: attr.u32(18),
  learningInterval: attr.u32(19),
  packetsPerSlave: attr.u32(20),
  lacpActive: attr.u8(29),
  lacpRate: attr.u8(21),
  aggregatorSelection: attr.u8(22),
  tlbDynamic: attr.u8(27),
  missedMaximum: attr.u8(30),
  coupledControl: attr.u8(32),
  broadcastNeighbours: attr.u8(33),
  actorSystemPriority: attr.u16(24),
  userPortKey: attr.u16(25),
  actorSystem: attr.bytes(26, { max: 6 }),
  aggregator: attr.nested(23, aggregatorInformation),
});
export type BondData = Parameters<typeof bondData.encode>[1];

/** `IFLA_BOND_SLAVE_*` in the order in which Linux 6.18 writes them. */
export const bondSlaveData = defineAttributes('bond-slave', {
  state: attr.u8(1),
  miiStatus: attr.u8(2),
  failureCount: attr.u32(3),
  permanentAddress: attr.bytes(4),
  queueId: attr.u16(5),
  priority: attr.s32(9),
  aggregator: attr.u16(6),
  actorPortState: attr.u8(7),
  partnerPortState: attr.u16(8),
  portPriority: attr.u16(10),
});
export type BondSlaveData = Parameters<typeof bondSlaveData.encode>[1];
