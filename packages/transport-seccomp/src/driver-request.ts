import { release } from 'node:os';
import {
  attr,
  ClientSocket,
  defineAttributes,
  defineHeader,
  defineMessage,
  Errno,
  field,
  type Netlink,
  NetlinkError,
  NetlinkProtocol,
} from '@nlspace/core';

/** `SIOCETHTOOL`: what it is about stands where `ifr_data` points. */
export const SIOCETHTOOL = 0x8946;
export const GET_DRIVER_INFO = 3;

/** `struct ethtool_drvinfo` */
const DRIVER_INFO_SIZE = 196;
const OFFSETS = { driver: 4, version: 36, firmware: 68, bus: 100, counters: 180 };

/** What drivers call themselves: Linux 6.18, by kind of link. `lo` has none that does. */
const DRIVERS: Readonly<Record<string, { version: string; firmware?: string; bus?: string }>> = {
  veth: { version: '1.0' },
  bridge: { version: '2.3', firmware: 'N/A', bus: 'N/A' },
  macvlan: { version: '0.1' },
  vxlan: { version: '0.1' },
  ifb: { version: release() },
};

/**
 * ETHTOOL_GDRVINFO.
 *
 * @throws {NetlinkError} EOPNOTSUPP for links whose driver nobody has looked up.
 */
export async function describeDriver(
  netlink: Netlink,
  kind: string | undefined,
  interfaceIndex: number,
): Promise<Uint8Array> {
  const driver = kind === undefined ? undefined : DRIVERS[kind];
  if (kind === undefined || driver === undefined) throw new NetlinkError(Errno.EOPNOTSUPP);
  const info = new Uint8Array(DRIVER_INFO_SIZE);
  const view = new DataView(info.buffer);
  view.setUint32(0, GET_DRIVER_INFO, true);
  const write = (text: string, offset: number) => info.set(new TextEncoder().encode(text), offset);
  write(kind, OFFSETS.driver);
  write(driver.version.slice(0, 31), OFFSETS.version);
  write(driver.firmware ?? '', OFFSETS.firmware);
  write(driver.bus ?? '', OFFSETS.bus);
  view.setUint32(OFFSETS.counters, await countCounters(netlink, interfaceIndex), true);
  return info;
}

const CONTROL = 16;
const GET_FAMILY = 3;
const GET_STRING_SETS = 1;
const COUNTERS = 1;

const generic = defineHeader('genlmsghdr', { command: field.u8, version: field.u8, reserved: field.u16 });
const family = defineMessage({
  header: generic,
  attributes: defineAttributes('nlctrl', { id: attr.u16(1), name: attr.string(2) }),
});
const set = defineAttributes('stringSet', { id: attr.u32(1), count: attr.u32(2) });
const sets = defineAttributes('stringSets', { stringSet: attr.flagged(attr.nested(1, set)) });
const strings = defineMessage({
  header: generic,
  attributes: defineAttributes('strings', {
    device: attr.flagged(attr.nested(1, defineAttributes('device', { index: attr.u32(1) }))),
    stringSets: attr.flagged(attr.nested(2, sets)),
    countsOnly: attr.flag(3),
  }),
});

/** How many statistics a driver keeps, as the family `ethtool` says. */
async function countCounters(netlink: Netlink, index: number): Promise<number> {
  const catalog = new Map();
  const client = await ClientSocket.open(netlink, { protocol: NetlinkProtocol.Generic, catalog });
  try {
    catalog.set(CONTROL, family);
    const [found] = await client.do(CONTROL, family, {
      header: { command: GET_FAMILY, version: 1 },
      attributes: { name: 'ethtool' },
    });
    const id = found?.attributes.id;
    if (id === undefined) throw new NetlinkError(Errno.EOPNOTSUPP);
    catalog.set(id, strings);
    const [told] = await client.do(id, strings, {
      header: { command: GET_STRING_SETS, version: 1 },
      attributes: { device: { index }, stringSets: { stringSet: { id: COUNTERS } }, countsOnly: true },
    });
    return told?.attributes.stringSets?.stringSet?.count ?? 0;
  } catch (error) {
    // Without that family there is no driver to ask.
    if (error instanceof NetlinkError && error.errno === Errno.ENOENT)
      throw new NetlinkError(Errno.EOPNOTSUPP);
    throw error;
  } finally {
    client.close();
  }
}
