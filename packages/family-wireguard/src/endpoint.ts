import { defineHeader, field } from '@nlspace/core';
import { AddressFamily } from '@nlspace/family-route';

/** Where a peer is reached. */
export interface Endpoint {
  /** 4 or 16 bytes. */
  readonly address: Uint8Array;
  readonly port: number;
  /** IPv6: the interface of a link-local address, or 0. */
  readonly scope: number;
  /** IPv6: as it was given, in network byte order. */
  readonly flowInformation: number;
}

const ipv4 = defineHeader('sockaddr_in', {
  family: field.u16,
  port: field.be16,
  address: field.bytes(4),
  padding: field.pad(8),
});
const ipv6 = defineHeader('sockaddr_in6', {
  family: field.u16,
  port: field.be16,
  flowInformation: field.u32,
  address: field.bytes(16),
  scope: field.u32,
});

/** The endpoint in a socket address; undefined where it is neither of IPv4 nor of IPv6, or has not the size of that. */
export function readEndpoint(bytes: Uint8Array): Endpoint | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const family = view.getUint16(0, true);
  if (family === AddressFamily.Inet && bytes.length === ipv4.size) {
    const { address, port } = ipv4.read(view, 0);
    return { address: address.slice(), port, scope: 0, flowInformation: 0 };
  }
  if (family === AddressFamily.Inet6 && bytes.length === ipv6.size) {
    const { address, port, scope, flowInformation } = ipv6.read(view, 0);
    return { address: address.slice(), port, scope, flowInformation };
  }
  return undefined;
}

export function writeEndpoint(endpoint: Endpoint): Uint8Array {
  const isIpv4 = endpoint.address.length === 4;
  const bytes = new Uint8Array(isIpv4 ? ipv4.size : ipv6.size);
  const view = new DataView(bytes.buffer);
  if (isIpv4) ipv4.write(view, 0, { ...endpoint, family: AddressFamily.Inet });
  else ipv6.write(view, 0, { ...endpoint, family: AddressFamily.Inet6 });
  return bytes;
}
