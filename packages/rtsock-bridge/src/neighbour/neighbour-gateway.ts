import type { Link } from '@nlspace/family-route';
import { interfaceType } from '../network/interface.js';
import { BsdFamily } from '../wire/numbers.js';
import { type LinkAddress, linkAddressLayout } from '../wire/socket-address.js';

/** Where a neighbour is: on a link, under a hardware address, unless that is being asked for. */
export function neighbourGateway(link: Link, hardware: Uint8Array = new Uint8Array(0)): LinkAddress {
  return {
    family: BsdFamily.Link,
    interfaceIndex: link.index,
    type: interfaceType(link),
    name: '',
    address: hardware,
    length: linkAddressLayout.size,
  };
}
