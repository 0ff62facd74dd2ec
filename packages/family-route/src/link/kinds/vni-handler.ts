import {
  Do,
  Dump,
  Errno,
  inject,
  injectable,
  NetlinkError,
  type RawDump,
  type RequestOf,
} from '@nlspace/core';
import { EncodedDump } from '../../network/encoded-dump.js';
import type { Network } from '../../network/network.js';
import { NETWORK } from '../../network/network-token.js';
import { RouteMessageType } from '../../route-message-type.js';
import { tunnelRequest } from './vni-message.js';

type Request = Pick<RequestOf<typeof tunnelRequest>, 'header'>;

/** RTM_*TUNNEL (`bridge vni`): lists of numbers of VXLANs. None has one, for links with `vnifilter` are refused. */
@injectable()
export class VniHandler {
  constructor(@inject(NETWORK) private readonly network: Network) {}

  @Do(RouteMessageType.NewTunnel, tunnelRequest, { privilege: 'admin', validation: 'strict' })
  add({ header }: Request): void {
    this.#refuse(header.interfaceIndex, 'vxlan: The device is not a vxlan device');
    throw new NetlinkError(Errno.EOPNOTSUPP);
  }

  @Do(RouteMessageType.DeleteTunnel, tunnelRequest, { privilege: 'admin', validation: 'strict' })
  delete(request: Request): void {
    this.add(request);
  }

  @Dump(RouteMessageType.GetTunnel, tunnelRequest)
  dump({ header }: Request): RawDump {
    if (header.interfaceIndex !== 0) {
      this.#refuse(header.interfaceIndex, 'The device is not a vxlan device');
      throw new NetlinkError(Errno.EINVAL);
    }
    return new EncodedDump([]);
  }

  #refuse(index: number, text: string): void {
    const link = this.network.links.byIndex(index);
    if (link === undefined) throw new NetlinkError(Errno.ENODEV);
    if (link.kind !== 'vxlan') throw new NetlinkError(Errno.EINVAL, text);
  }
}
