import { type DomainOptions, NetlinkDomain } from '@nlspace/core';
import { ethtoolFamily } from '@nlspace/family-ethtool';
import { GenericNetlink } from '@nlspace/family-generic';
import { Network, type NetworkOptions, routeFamily } from '@nlspace/family-route';
import { sysEventFamily } from '@nlspace/family-sysevent';
import { wireguardFamily } from '@nlspace/family-wireguard';
import { NamespaceDomains } from './namespace-domains.js';
import { PROFILES, type Profile, type ProfileName } from './profiles.js';

export interface NetlinkOptions extends Omit<DomainOptions, 'namespace' | 'place' | 'sockets'> {
  /** The network that NETLINK_ROUTE serves, or what a new one begins with. @default a fresh one: `lo`, down */
  readonly network?: Network | Omit<NetworkOptions, 'profile'>;
  /** Which system it behaves like, where they part: `docs/profiles.md`. @default 'linux' */
  readonly profile?: ProfileName | Profile;
}

/** What `createNetlink` serves in each network namespace. */
function usualFamilies({ families }: Profile, network: Network): DomainOptions['families'] & object {
  return [
    routeFamily(network),
    GenericNetlink,
    ...(families.ethtool ? [ethtoolFamily(network)] : []),
    ...(families.sysevent ? [sysEventFamily(network)] : []),
    ...(families.wireguard ? [wireguardFamily(network)] : []),
  ];
}

/**
 * Makes the kernel side of netlink: a domain with the usual families, or with those that are given. Programs that move
 * to other network namespaces find a network of its own in each, which begins as the first did; a domain with given
 * families serves all namespaces alike.
 *
 * @throws {Error} for a network that was made for another profile.
 * @example
 * const netlink = createNetlink();
 * await run(netlink, ['ip', 'link']);
 */
export function createNetlink({
  network: given = {},
  families,
  profile: wanted = 'linux',
  ...options
}: NetlinkOptions = {}): NetlinkDomain {
  const profile: Profile = typeof wanted === 'string' ? PROFILES[wanted] : wanted;
  const { sockets } = profile;
  if (families !== undefined) return new NetlinkDomain({ ...options, sockets, families });
  const network = given instanceof Network ? given : new Network({ ...given, profile: profile.network });
  if (network.profile !== profile.network) {
    throw new Error(
      `the network was made for the profile ${network.profile.name}, not ${profile.network.name}; give it to new Network({ profile })`,
    );
  }
  const namespaces = new NamespaceDomains(network.namespaces, (other, place) => {
    const domain = new NetlinkDomain({
      ...options,
      sockets,
      place,
      families: usualFamilies(profile, other),
    });
    // Who watches the first hears of all.
    domain.events.on('socket-opened', (socket) => first.events.emit('socket-opened', socket));
    domain.events.on('socket-closed', (socket) => first.events.emit('socket-closed', socket));
    return domain;
  });
  const first: NetlinkDomain = new NetlinkDomain({
    ...options,
    sockets,
    place: namespaces.firstPlace,
    families: usualFamilies(profile, network),
    namespace: (view) => namespaces.domain(view),
  });
  return first;
}
