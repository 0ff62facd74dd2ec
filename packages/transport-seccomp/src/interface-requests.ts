import {
  attr,
  ClientSocket,
  type DecodedOf,
  defineAttributes,
  defineHeader,
  defineMessage,
  Errno,
  field,
  type Netlink,
  NetlinkError,
  NetlinkProtocol,
  type OpenOptions,
} from '@nlspace/core';
import { describeDriver, GET_DRIVER_INFO, SIOCETHTOOL } from './driver-request.js';

/** On whose behalf netlink is asked. */
type Caller = Pick<OpenOptions, 'credentials' | 'namespaces'>;

/** `struct ifreq`: a name, then what the request is about. */
export const INTERFACE_REQUEST_SIZE = 40;
const NAME_SIZE = 16;

enum RouteMessage {
  NewLink = 16,
  GetLink = 18,
}

/** The part of RTM_*LINK that the requests speak of. */
const link = defineMessage({
  header: defineHeader('ifinfomsg', {
    addressFamily: field.u8,
    padding: field.pad(1),
    type: field.u16,
    interfaceIndex: field.s32,
    flags: field.u32,
    changedFlags: field.u32,
  }),
  attributes: defineAttributes('link', {
    address: attr.bytes(1),
    name: attr.string(3),
    mtu: attr.u32(4),
    transmitQueueLength: attr.u32(13),
    information: attr.nested(18, defineAttributes('information', { kind: attr.string(1) })),
  }),
});
type Link = DecodedOf<typeof link>;

/** Reads `value`, or writes what it asks into it. */
type Answer = (link: Link, value: DataView) => Change | void;

/** What RTM_NEWLINK is to change. */
interface Change {
  readonly flags?: number;
  readonly changedFlags?: number;
  readonly attributes?: Link['attributes'];
}

const FLAGS_OF_A_REQUEST = 0xffff;
const SIOCGIFNAME = 0x8910;

/** netdevice(7), by request number: what netlink can say and do, too. */
const ANSWERS: ReadonlyMap<number, Answer> = new Map<number, Answer>([
  [SIOCGIFNAME, () => {}],
  [
    0x8913 /* SIOCGIFFLAGS */,
    ({ header }, value) => value.setUint16(0, header.flags & FLAGS_OF_A_REQUEST, true),
  ],
  [
    0x8914 /* SIOCSIFFLAGS */,
    ({ header }, value) => {
      const flags = value.getUint16(0, true);
      return { flags, changedFlags: (header.flags ^ flags) & FLAGS_OF_A_REQUEST };
    },
  ],
  [0x8921 /* SIOCGIFMTU */, ({ attributes }, value) => value.setInt32(0, attributes.mtu ?? 0, true)],
  [0x8922 /* SIOCSIFMTU */, (_, value) => ({ attributes: { mtu: value.getUint32(0, true) } })],
  [0x8923 /* SIOCSIFNAME */, (_, value) => ({ attributes: { name: readName(value, 0) } })],
  [
    0x8924 /* SIOCSIFHWADDR */,
    ({ header, attributes }, value) => {
      if (value.getUint16(0, true) !== header.type) throw new NetlinkError(Errno.EINVAL);
      const length = attributes.address?.length ?? 0;
      return { attributes: { address: bytesOf(value, 2, length).slice() } };
    },
  ],
  [
    0x8927 /* SIOCGIFHWADDR */,
    ({ header, attributes }, value) => {
      value.setUint16(0, header.type, true);
      bytesOf(value, 2, 14).set(attributes.address?.subarray(0, 14) ?? []);
    },
  ],
  [0x8933 /* SIOCGIFINDEX */, ({ header }, value) => value.setInt32(0, header.interfaceIndex, true)],
  [
    0x8942 /* SIOCGIFTXQLEN */,
    ({ attributes }, value) => value.setInt32(0, attributes.transmitQueueLength ?? 0, true),
  ],
  [
    0x8943 /* SIOCSIFTXQLEN */,
    (_, value) => ({ attributes: { transmitQueueLength: value.getUint32(0, true) } }),
  ],
]);

/**
 * Answers `ioctl`s about interfaces from the links of `netlink`, so that none reaches the host's. Rewrites `request`,
 * a `struct ifreq`, where the answer is in it.
 *
 * @param ethtoolCommand what SIOCETHTOOL is about.
 * @returns the request; what is behind it is for where it points.
 *
 * @throws {NetlinkError} ENODEV; EOPNOTSUPP for requests that netlink does not know; what a change was refused with.
 */
export async function answerInterfaceRequest(
  netlink: Netlink,
  caller: Caller,
  number: number,
  request: Uint8Array,
  ethtoolCommand = 0,
): Promise<Uint8Array> {
  const answer = ANSWERS.get(number);
  if (answer === undefined && number !== SIOCETHTOOL) throw new NetlinkError(Errno.EOPNOTSUPP);
  const view = new DataView(request.buffer, request.byteOffset, INTERFACE_REQUEST_SIZE);
  const value = new DataView(
    request.buffer,
    request.byteOffset + NAME_SIZE,
    INTERFACE_REQUEST_SIZE - NAME_SIZE,
  );
  const asCaller: Netlink = { open: (options) => netlink.open({ ...options, ...caller }) };
  const client = await ClientSocket.open(asCaller, {
    protocol: NetlinkProtocol.Route,
    catalog: new Map([[RouteMessage.NewLink, link]]),
  });
  try {
    const which =
      number === SIOCGIFNAME
        ? { header: { interfaceIndex: value.getInt32(0, true) }, attributes: {} }
        : { attributes: { name: readName(view, 0) } };
    const [found] = await client.do(RouteMessage.GetLink, link, which);
    if (found === undefined) throw new NetlinkError(Errno.ENODEV);
    if (number === SIOCETHTOOL) {
      if (ethtoolCommand !== GET_DRIVER_INFO) throw new NetlinkError(Errno.EOPNOTSUPP);
      const { header, attributes } = found;
      const info = await describeDriver(asCaller, attributes.information?.kind, header.interfaceIndex);
      return joined(request, info);
    }
    if (number === SIOCGIFNAME) writeName(view, found.attributes.name ?? '');
    const change = answer?.(found, value) ?? undefined;
    if (change === undefined) return request;
    const { flags = 0, changedFlags = 0, attributes = {} } = change;
    const header = { interfaceIndex: found.header.interfaceIndex, flags, changedFlags };
    await client.do(RouteMessage.NewLink, link, { header, attributes });
    return request;
  } finally {
    client.close();
  }
}

function joined(request: Uint8Array, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(request.length + data.length);
  bytes.set(request);
  bytes.set(data, request.length);
  return bytes;
}

function bytesOf(view: DataView, offset: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + offset, Math.min(length, view.byteLength - offset));
}

function readName(view: DataView, offset: number): string {
  const bytes = bytesOf(view, offset, NAME_SIZE - 1);
  const end = bytes.indexOf(0);
  return new TextDecoder('latin1').decode(end < 0 ? bytes : bytes.subarray(0, end));
}

function writeName(view: DataView, name: string): void {
  const bytes = bytesOf(view, 0, NAME_SIZE);
  bytes.fill(0);
  for (let index = 0; index < Math.min(name.length, NAME_SIZE - 1); index++)
    bytes[index] = name.charCodeAt(index);
}
