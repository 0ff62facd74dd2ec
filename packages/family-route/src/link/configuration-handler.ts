import {
  align4,
  Do,
  Dump,
  Errno,
  GROUP_NOTIFIER,
  type GroupNotifier,
  inject,
  injectable,
  NetlinkError,
  type RequestOf,
} from '@nlspace/core';
import { encodeMessageOf } from '../network/encoded-dump.js';
import { AddressFamily } from '../network/ip-bytes.js';
import type { Network } from '../network/network.js';
import type { ConfigurationEvent } from '../network/network-events.js';
import { NETWORK } from '../network/network-token.js';
import { ROUTE_GROUPS } from '../route-groups.js';
import { RouteMessageType } from '../route-message-type.js';
import { type ConfigurationMessage, configuration } from './configuration-message.js';
import { Ipv4Setting } from './ipv4-configuration.js';
import type { Link } from './link.js';

type Request = RequestOf<typeof configuration>;

const ALL_LINKS = -1;
const DEFAULT_LINK = -2;

/** RTM_*NETCONF: few of the settings can be changed here, so most are those of a fresh network. */
@injectable()
export class ConfigurationHandler {
  constructor(
    @inject(NETWORK) private readonly network: Network,
    @inject(GROUP_NOTIFIER) private readonly groups: GroupNotifier,
  ) {}

  notify(event: ConfigurationEvent): void {
    const { addressFamily, interfaceIndex } = event;
    const isGone = event.type === 'configuration-removed';
    const group =
      addressFamily === AddressFamily.Inet ? ROUTE_GROUPS.ipv4Configuration : ROUTE_GROUPS.ipv6Configuration;
    if (!this.groups.hasListeners(group)) return;
    const type = isGone
      ? RouteMessageType.DeleteNetworkConfiguration
      : RouteMessageType.NewNetworkConfiguration;
    const body = isGone
      ? { header: { addressFamily }, attributes: { interfaceIndex } }
      : describe(addressFamily, interfaceIndex, this.network.links.byIndex(interfaceIndex));
    this.groups.notifyRaw(group, encodeMessageOf(configuration, body, type));
  }

  @Do(RouteMessageType.GetNetworkConfiguration, configuration, {
    replyType: RouteMessageType.NewNetworkConfiguration,
  })
  get({ header: { addressFamily }, attributes: { interfaceIndex } }: Request): ConfigurationMessage {
    if (interfaceIndex === undefined) throw new NetlinkError(Errno.EINVAL);
    const isGeneral = interfaceIndex === ALL_LINKS || interfaceIndex === DEFAULT_LINK;
    const link = this.network.links.byIndex(interfaceIndex);
    if (!isGeneral && link === undefined && addressFamily === AddressFamily.Inet)
      throw new NetlinkError(Errno.ENODEV);
    const isConfigured =
      addressFamily === AddressFamily.Inet ? link?.ipv4 !== undefined : link?.ipv6 !== undefined;
    if (!isGeneral && !isConfigured) throw new NetlinkError(Errno.EINVAL);
    return describe(addressFamily, interfaceIndex, link);
  }

  @Dump(RouteMessageType.GetNetworkConfiguration, configuration, {
    replyType: RouteMessageType.NewNetworkConfiguration,
    done: 'apart',
    validation: 'none',
  })
  *dump({ payload, strict }: Request): Generator<ConfigurationMessage> {
    const addressFamily = payload[0] as number;
    if (strict) refuseStrictly(addressFamily, payload);
    const links = this.network.links.all();
    if (addressFamily !== AddressFamily.Inet6) {
      const configured = links.filter(({ ipv4 }) => ipv4 !== undefined);
      yield* configured.map((link) => describe(AddressFamily.Inet, link.index, link));
      yield describe(AddressFamily.Inet, ALL_LINKS);
      yield describe(AddressFamily.Inet, DEFAULT_LINK);
    }
    if (addressFamily !== AddressFamily.Inet) {
      const configured = links.filter(({ ipv6 }) => ipv6 !== undefined);
      yield* configured.map(({ index }) => describe(AddressFamily.Inet6, index));
      yield describe(AddressFamily.Inet6, ALL_LINKS);
      yield describe(AddressFamily.Inet6, DEFAULT_LINK);
    }
  }
}

/** What strict checking does not accept in a dump request. */
function refuseStrictly(addressFamily: number, { length }: Uint8Array): void {
  const version = addressFamily === AddressFamily.Inet6 ? 'ipv6' : 'ipv4';
  if (length !== align4(configuration.header.size))
    throw new NetlinkError(Errno.EINVAL, `${version}: Invalid data after header in netconf dump request`);
}

function describe(addressFamily: AddressFamily, interfaceIndex: number, link?: Link): ConfigurationMessage {
  const isIpv4 = addressFamily === AddressFamily.Inet;
  return {
    header: { addressFamily },
    attributes: {
      interfaceIndex,
      forwarding: 0,
      ...(isIpv4 ? { reversePathFilter: 0 } : {}),
      multicastForwarding: 0,
      ...(isIpv4 ? { broadcastForwarding: 0 } : {}),
      neighbourProxying: (isIpv4 && link?.ipv4?.changed.get(Ipv4Setting.NeighbourProxying)) || 0,
      ignoresRoutesWithLinkDown: 0,
    },
  };
}
