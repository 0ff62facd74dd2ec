import { align4, type DecodedOf, Errno, NetlinkError } from '@nlspace/core';
import { LAST_IPV4_SETTING, UNSUPPORTED_IPV4_SETTINGS } from './ipv4-configuration.js';
import type { LinkChanges } from './link-changes.js';
import type { LinkParameters } from './link-kind.js';
import type { link } from './link-message.js';

type DecodedLink = Pick<DecodedOf<typeof link>, 'header' | 'attributes'>;
type LinkAttributes = DecodedLink['attributes'];

/** What a request says about a link to be made. An alias is only for links that are there. */
export function linkParametersOf({ header, attributes }: DecodedLink): LinkParameters {
  const { name, mtu, address, broadcast, transmitQueueLength, transmitQueues, receiveQueues, group, mode } =
    attributes;
  const { operationalState, gsoMaximumSize, gsoMaximumSegments, groMaximumSize, master, link } = attributes;
  return defined<LinkParameters>({
    name,
    index: header.interfaceIndex > 0 ? header.interfaceIndex : undefined,
    mtu,
    address: address?.slice(),
    broadcast: broadcast?.slice(),
    transmitQueueLength,
    transmitQueues,
    receiveQueues,
    group,
    mode,
    operationalState,
    gsoMaximumSize,
    gsoMaximumSegments,
    groMaximumSize,
    master,
    link,
    flags: header.flags,
    flagsMask: header.changedFlags,
    hasData: attributes.information?.data !== undefined,
  });
}

/** What a request changes on a link. */
export function linkChangesOf({ header, attributes }: DecodedLink): LinkChanges {
  return defined<LinkChanges>({
    address: attributes.address?.slice(),
    mtu: attributes.mtu,
    group: attributes.group,
    // An empty name means none, where a link is chosen by index.
    name: header.interfaceIndex > 0 && attributes.name !== '' ? attributes.name : undefined,
    alias: attributes.alias,
    broadcast: attributes.broadcast?.slice(),
    flags: header.flags,
    flagsMask: header.changedFlags,
    transmitQueueLength: attributes.transmitQueueLength,
    gsoMaximumSize: attributes.gsoMaximumSize,
    gsoMaximumSegments: attributes.gsoMaximumSegments,
    groMaximumSize: attributes.groMaximumSize,
    gsoIpv4MaximumSize: attributes.gsoIpv4MaximumSize,
    groIpv4MaximumSize: attributes.groIpv4MaximumSize,
    operationalState: attributes.operationalState,
    mode: attributes.mode,
    ipv4Settings: ipv4SettingsOf(attributes),
    ipv6Token: attributes.addressFamilies?.inet6?.token?.slice(),
    addressGenerationMode: attributes.addressFamilies?.inet6?.addressGenerationMode,
    master: attributes.master,
    hasCarrier: attributes.carrier === undefined ? undefined : attributes.carrier !== 0,
    isProtocolDown: attributes.protoDown === undefined ? undefined : attributes.protoDown !== 0,
  });
}

/** @throws {NetlinkError} for what a request asks and this network cannot do. */
export function refuseUnsupported(attributes: LinkAttributes): void {
  const { virtualFunctions, xdp } = attributes;
  if (virtualFunctions !== undefined && virtualFunctions.length > 0) throw new NetlinkError(Errno.EOPNOTSUPP);
  if (attributes.protocolDownReason !== undefined) {
    throw new NetlinkError(Errno.EOPNOTSUPP, 'Protodown not supported by device');
  }
  if (xdp?.programFd !== undefined && xdp.programFd >= 0) {
    throw new NetlinkError(Errno.EOPNOTSUPP, 'XDP programs are not supported');
  }
  if (attributes.hardwareMap !== undefined) throw new NetlinkError(Errno.EOPNOTSUPP);
  if (attributes.virtualFunctionPorts !== undefined || attributes.ownPort !== undefined) {
    throw new NetlinkError(Errno.EOPNOTSUPP);
  }
  for (const [setting, value] of ipv4SettingsOf(attributes) ?? []) {
    if (value !== 0 && UNSUPPORTED_IPV4_SETTINGS.has(setting))
      throw new NetlinkError(Errno.EOPNOTSUPP, `IPv4 setting ${setting} of a link is not supported`);
  }
}

/**
 * IFLA_INET_CONF of a request: a number for each IPV4_DEVCONF_*.
 *
 * @throws {NetlinkError} EINVAL for settings that the kernel does not know, and for values that are too short.
 */
function ipv4SettingsOf({ addressFamilies }: LinkAttributes): ReadonlyMap<number, number> | undefined {
  if (addressFamilies?.inet === undefined) return undefined;
  const bytes = addressFamilies.inet.configuration ?? new Uint8Array(0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const settings = new Map<number, number>();
  for (let offset = 0; bytes.length - offset >= 4; ) {
    const length = view.getUint16(offset, true);
    if (length < 4 || offset + length > bytes.length) break;
    const setting = view.getUint16(offset + 2, true) & 0x3fff;
    if (length < 8 || setting < 1 || setting > LAST_IPV4_SETTING) throw new NetlinkError(Errno.EINVAL);
    settings.set(setting, view.getInt32(offset + 4, true));
    offset += align4(length);
  }
  return settings;
}

function defined<T extends object>(values: { [K in keyof T]?: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}
