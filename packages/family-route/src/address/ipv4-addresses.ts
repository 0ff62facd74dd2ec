import { type Cause, Errno, NetlinkError, NO_CAUSE } from '@nlspace/core';
import { Ipv4Configuration, Ipv4Setting } from '../link/ipv4-configuration.js';
import type { Link } from '../link/link.js';
import type { LinkObserver } from '../link/link-observer.js';
import type { NeighbourTables } from '../neighbour/neighbour-tables.js';
import type { Clock } from '../network/clock.js';
import { AddressFamily, equalBytes, samePrefix } from '../network/ip-bytes.js';
import type { KernelRoutes } from '../network/kernel-routes.js';
import type { NetworkEvents } from '../network/network-events.js';
import { RouteScope } from '../route/route-numbers.js';
import { AddressFlag, IPV6_ONLY_FLAGS } from './address-flags.js';
import type { AddressRequest, AddressSelector, InterfaceAddress } from './interface-address.js';
import { refuseRivals } from './ip-rivals.js';
import { Ipv4RoutesOfAddresses, sharesPrefix } from './ipv4-address-routes.js';
import { FOREVER, type Lifetime, LifetimeWatch } from './lifetime.js';
import { MulticastMemberships } from './multicast-memberships.js';
import { OwnAddresses } from './own-addresses.js';

export interface AddressSources {
  readonly events: NetworkEvents;
  readonly clock: Clock;
  readonly routes: KernelRoutes;
  readonly neighbours: NeighbourTables;
  /** Numbers in [0, 1). */
  readonly random: () => number;
}

/** Below this MTU there is no IPv4 on a link. */
const MINIMUM_MTU = 68;
const LOOPBACK_ADDRESS = Uint8Array.of(127, 0, 0, 1);
/** Every link that is up listens to it. */
const ALL_HOSTS = Uint8Array.of(224, 0, 0, 1);
const MAX_LABEL_BYTES = 15;

/** The IPv4 addresses of all links, with the kernel's rules about primaries and secondaries. */
export class Ipv4Addresses implements LinkObserver {
  readonly isEarly = true;
  readonly #byLink = new Map<Link, InterfaceAddress[]>();
  /** By value. */
  readonly own = new OwnAddresses();
  readonly memberships: MulticastMemberships;
  readonly #sources: AddressSources;
  readonly #routes: Ipv4RoutesOfAddresses;
  readonly #lifetimes: LifetimeWatch;
  #generation = 0;

  constructor(sources: AddressSources) {
    this.#sources = sources;
    this.memberships = new MulticastMemberships(AddressFamily.Inet, sources.events, sources.clock);
    this.#routes = new Ipv4RoutesOfAddresses(sources.routes);
    this.#lifetimes = new LifetimeWatch(sources.clock, {
      deprecated: (address) => this.#announce(address, NO_CAUSE),
      expired: (address) => this.#remove(address, NO_CAUSE),
    });
  }

  /** Counts what has been added and removed. */
  get generation(): number {
    return this.#generation;
  }

  /** In the order of a dump: primaries, widest scope first, then secondaries. */
  of(link: Link): readonly InterfaceAddress[] {
    return this.#byLink.get(link) ?? [];
  }

  /**
   * Adds an address, or changes the lifetimes, metric and protocol of the one that is there.
   *
   * @throws {NetlinkError} EEXIST, EINVAL with the kernel's texts.
   */
  put(link: Link, request: AddressRequest, cause: Cause): InterfaceAddress | undefined {
    if (link.ipv4 === undefined) throw new NetlinkError(Errno.ENOBUFS);
    checkLifetime(request.lifetime);
    const { local, peer = local, prefixLength, priority = 0, protocol = 0, lifetime = FOREVER } = request;
    const known = this.of(link).find(
      (other) => sharesPrefix(other, { peer, prefixLength }) && equalBytes(other.local, local),
    );
    if (known !== undefined) {
      if (request.replace !== true) throw new NetlinkError(Errno.EEXIST, 'ipv4: Address already assigned');
      if (known.priority !== priority) this.#changePriority(known, priority);
      known.protocol = protocol;
      this.#lifetimes.begin(known, lifetime);
      this.#announce(known, cause);
      return known;
    }
    const nowMs = this.#sources.clock.now();
    const address: InterfaceAddress = {
      addressFamily: AddressFamily.Inet,
      link,
      local,
      peer,
      prefixLength,
      scope: request.scope ?? RouteScope.Universe,
      flags: (request.flags ?? 0) & ~(IPV6_ONLY_FLAGS | AddressFlag.Secondary),
      broadcast: request.broadcast,
      label: request.label ?? link.name,
      priority,
      protocol,
      lifetime,
      createdAtMs: nowMs,
      changedAtMs: nowMs,
    };
    // 0.0.0.0 is taken and forgotten, as the kernel does.
    if (local.every((byte) => byte === 0)) return undefined;
    if ((address.flags & AddressFlag.MulticastAutojoin) !== 0) this.#autojoin(link, local);
    this.#insert(address);
    this.#lifetimes.begin(address, lifetime);
    this.#announce(address, cause);
    this.#routes.add(address, this.of(link));
    this.#sources.routes.addressAdded(link.index);
    return address;
  }

  /** @throws {NetlinkError} EADDRNOTAVAIL when nothing matches. */
  delete(link: Link, selector: AddressSelector, cause: Cause): void {
    const found = this.of(link).find(
      (address) =>
        (selector.local === undefined || equalBytes(selector.local, address.local)) &&
        (selector.label === undefined || selector.label === address.label) &&
        (selector.peer === undefined ||
          (selector.prefixLength === address.prefixLength &&
            samePrefix(selector.peer, address.peer, address.prefixLength))),
    );
    if (found === undefined) throw new NetlinkError(Errno.EADDRNOTAVAIL, 'ipv4: Address not found');
    if (isIpv4Multicast(found.peer)) this.memberships.leave(link, found.local);
    this.#remove(found, cause);
  }

  linkRegistered(link: Link): void {
    this.#enable(link);
    if (!link.isLoopback) return;
    for (const setting of [Ipv4Setting.NoTransformation, Ipv4Setting.NoTransformationPolicy])
      link.ipv4?.changed.set(setting, 1);
  }

  linkUp(link: Link, cause: Cause): void {
    if (link.ipv4 === undefined) return;
    if (link.isLoopback && !this.of(link).some(({ local }) => equalBytes(local, LOOPBACK_ADDRESS))) {
      this.put(link, { local: LOOPBACK_ADDRESS, prefixLength: 8, scope: RouteScope.Host }, NO_CAUSE);
    }
    this.memberships.join(link, ALL_HOSTS);
    for (const address of this.of(link)) this.#routes.add(address, this.of(link));
    this.#sources.routes.linkUp(link.index, cause);
  }

  linkDown(link: Link): void {
    this.memberships.leave(link, ALL_HOSTS);
    this.#sources.neighbours.ipv4.flush(link);
    this.#sources.routes.linkDown(link.index, NO_CAUSE);
  }

  linkRehomed(link: Link): void {
    this.#sources.routes.linkRehomed(link.index);
    this.#sources.neighbours.ipv4.flush(link);
  }

  linkStateChanged(link: Link): void {
    this.#sources.routes.linkStateChanged(link.index, link.hasCarrier, link.isOperational);
  }

  /** Labels begin with the name of their link, so they follow it. */
  linkRenamed(link: Link): void {
    this.of(link).forEach((address, position) => {
      address.label = position === 0 ? link.name : renamedLabel(address.label ?? '', link.name, position + 1);
      this.#announce(address, NO_CAUSE);
    });
    this.#announceConfiguration(link, 'configuration-removed');
    this.#announceConfiguration(link, 'configuration-changed');
  }

  linkMtuChanged(link: Link): void {
    if (link.mtu < MINIMUM_MTU && link.ipv4 !== undefined) this.#disable(link, link.ipv4);
    else if (link.mtu >= MINIMUM_MTU && link.ipv4 === undefined) this.#enable(link);
  }

  linkUnregistered(link: Link): void {
    if (link.ipv4 !== undefined) this.#disable(link, link.ipv4);
    this.#sources.routes.linkRemoved(link.index, NO_CAUSE);
  }

  groupJoined(link: Link, group: Uint8Array): void {
    if (group.length === 4 && link.ipv4 !== undefined) this.memberships.join(link, group);
  }

  groupLeft(link: Link, group: Uint8Array): void {
    if (group.length === 4) this.memberships.leave(link, group);
  }

  #enable(link: Link): void {
    link.ipv4 = new Ipv4Configuration();
    this.#byLink.set(link, []);
    this.#sources.neighbours.ipv4.attach(link);
    this.#announceConfiguration(link, 'configuration-changed');
    if (link.isUp) this.memberships.join(link, ALL_HOSTS);
  }

  #disable(link: Link, configuration: Ipv4Configuration): void {
    configuration.isEnding = true;
    this.memberships.leave(link, ALL_HOSTS);
    this.memberships.forget(link);
    // Without ceremony: no secondary is promoted, none goes before its primary.
    for (const address of [...this.of(link)]) this.#removeOne(address, NO_CAUSE);
    this.#byLink.delete(link);
    link.ipv4 = undefined;
    this.#announceConfiguration(link, 'configuration-removed');
    this.#sources.neighbours.ipv4.detach(link);
  }

  /** IFA_F_MCAUTOJOIN: the link listens to the address. */
  #autojoin(link: Link, address: Uint8Array): void {
    if (!isIpv4Multicast(address)) throw new NetlinkError(Errno.EINVAL, 'ipv4: Multicast auto join failed');
    this.memberships.join(link, address);
  }

  #insert(address: InterfaceAddress): void {
    const addresses = this.#byLink.get(address.link) ?? [];
    let position = 0;
    addresses.forEach((other, i) => {
      const isSecondary = (other.flags & AddressFlag.Secondary) !== 0;
      if (!isSecondary && address.scope <= other.scope) position = i + 1;
      if (!sharesPrefix(other, address)) return;
      if (other.scope !== address.scope) throw new NetlinkError(Errno.EINVAL, 'ipv4: Invalid scope value');
      address.flags |= AddressFlag.Secondary;
    });
    refuseRivals(address.link, address.peer, (other) => this.of(other));
    if ((address.flags & AddressFlag.Secondary) !== 0) position = addresses.length;
    addresses.splice(position, 0, address);
    this.own.add(address);
    this.#generation++;
  }

  /** A primary takes its secondaries along, which go first, or the first of them takes its place (promote_secondaries). */
  #remove(address: InterfaceAddress, cause: Cause): void {
    if ((address.flags & AddressFlag.Secondary) !== 0) {
      this.#removeOne(address, cause);
      return;
    }
    const secondaries = this.of(address.link).filter(
      (other) => (other.flags & AddressFlag.Secondary) !== 0 && sharesPrefix(other, address),
    );
    if (secondaries.length > 0 && address.link.ipv4?.promotesSecondaries === true) {
      this.#promote(address, secondaries, cause);
      return;
    }
    for (const secondary of secondaries) this.#removeOne(secondary, cause);
    this.#removeOne(address, cause);
  }

  /** The routes of the secondaries go with the old primary, and come again by the new one. */
  #promote(address: InterfaceAddress, secondaries: readonly InterfaceAddress[], cause: Cause): void {
    const { link } = address;
    const addresses = this.#byLink.get(link) ?? [];
    const elsewhere = addresses.filter((other) => !sharesPrefix(other, address));
    for (const secondary of secondaries) this.#routes.remove(secondary, elsewhere, address);
    const [promoted, ...others] = secondaries as [InterfaceAddress, ...InterfaceAddress[]];
    // Behind the last primary that is no wider than the old one.
    const behind = addresses.findLast(
      (other) =>
        other !== address && (other.flags & AddressFlag.Secondary) === 0 && other.scope >= address.scope,
    );
    const isNext = addresses[addresses.indexOf(address) + 1] === promoted;
    this.#removeOne(address, cause);
    if (!isNext && behind !== undefined) {
      addresses.splice(addresses.indexOf(promoted), 1);
      addresses.splice(addresses.indexOf(behind) + 1, 0, promoted);
    }
    promoted.flags &= ~AddressFlag.Secondary;
    this.#announce(promoted, cause);
    for (const one of [promoted, ...others]) this.#routes.add(one, addresses);
  }

  #removeOne(address: InterfaceAddress, cause: Cause): void {
    const { link } = address;
    const addresses = this.#byLink.get(link) ?? [];
    addresses.splice(addresses.indexOf(address), 1);
    this.own.remove(address);
    this.#generation++;
    this.#lifetimes.end(address);
    this.#sources.events.emit({ type: 'address-removed', address, cause });
    this.#routes.remove(address, addresses);
    const table = link.vrf?.ownTable;
    if (!this.#isOwn(address.local, table)) {
      this.#sources.routes.addressRemoved(AddressFamily.Inet, address.local, NO_CAUSE, table);
    }
    if (addresses.length === 0) {
      this.#sources.routes.lastAddressRemoved(link.index);
      this.#sources.neighbours.ipv4.flush(link);
    }
  }

  /** Whether a link of a VRF, or of none, has the address. */
  #isOwn(local: Uint8Array, table: number | undefined): boolean {
    for (const { link } of this.own.of(local)) if (link.vrf?.ownTable === table) return true;
    return false;
  }

  #changePriority(address: InterfaceAddress, priority: number): void {
    this.#routes.changePriority(address, priority, this.of(address.link));
    address.priority = priority;
  }

  #announce(address: InterfaceAddress, cause: Cause): void {
    this.#sources.events.emit({ type: 'address-changed', address, cause });
  }

  #announceConfiguration(link: Link, type: 'configuration-changed' | 'configuration-removed'): void {
    // `lo` is there before anybody could listen.
    this.#sources.events.emit({
      type,
      addressFamily: AddressFamily.Inet,
      interfaceIndex: link.index,
      cause: NO_CAUSE,
    });
  }
}

function isIpv4Multicast([first = 0]: Uint8Array): boolean {
  return first >>> 4 === 0xe;
}

function checkLifetime(lifetime: Lifetime | undefined): void {
  if (lifetime === undefined) return;
  if (lifetime.validSeconds === 0 || lifetime.preferredSeconds > lifetime.validSeconds) {
    throw new NetlinkError(Errno.EINVAL, 'ipv4: address lifetime invalid');
  }
}

/** `eth0:web` becomes `lan0:web`; a label without a suffix gets its place in the list as one. */
function renamedLabel(label: string, name: string, place: number): string {
  const colon = label.indexOf(':');
  const suffix = colon === -1 ? `:${place}` : label.slice(colon);
  return name.slice(0, MAX_LABEL_BYTES - suffix.length) + suffix;
}
