import ipaddr from 'ipaddr.js';
import { BsdFamily } from '../wire/numbers.js';
import type { SocketAddress } from '../wire/socket-address.js';

/** An address as route(8) writes it with `-n`. Links have their name, or their number where there is none. */
export function addressText(address: SocketAddress): string {
  switch (address.family) {
    case BsdFamily.Inet:
      return ipText(address.address);
    case BsdFamily.Inet6:
      return ipText(address.address) + (address.scopeId === 0 ? '' : `%${address.scopeId}`);
    case BsdFamily.Link: {
      const { name, address: hardware, interfaceIndex } = address;
      const digits = [...hardware].map((byte) => byte.toString(16)).join('.');
      if (name === '' && digits === '') return `link#${interfaceIndex}`;
      return name === '' || digits === '' ? name + digits : `${name}:${digits}`;
    }
    default:
      return `(${[...address.bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')})`;
  }
}

export function ipText(address: Uint8Array): string {
  return ipaddr.fromByteArray([...address]).toString();
}
