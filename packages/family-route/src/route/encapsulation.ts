import { Errno, NetlinkError } from '@nlspace/core';
import type { RouteDescription } from './route-description.js';

/** LWTUNNEL_ENCAP_MAX */
const LAST_ENCAPSULATION_TYPE = 10;

/** Lightweight tunnels are not modelled; a kernel that lacks them says the same. */
export function refuseEncapsulation(route: RouteDescription): void {
  if (route.encapsulationType !== undefined) {
    if (route.encapsulationType === 0 || route.encapsulationType > LAST_ENCAPSULATION_TYPE)
      throw new NetlinkError(Errno.EINVAL, 'Unknown lwt encapsulation type');
    throw new NetlinkError(Errno.EOPNOTSUPP, 'lwt encapsulation type not supported');
  }
  if (route.hasEncapsulation) throw new NetlinkError(Errno.EINVAL, 'LWT encap type not specified');
}
