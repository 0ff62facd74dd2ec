import { type Cause, Errno, NetlinkError, NO_CAUSE } from '@nlspace/core';
import type { Ipv6Configuration } from '../link/ipv6-configuration.js';
import type { Link } from '../link/link.js';
import { AddressGenerationMode, LinkFlag, LinkType } from '../link/link-flags.js';
import type { LinkObserver } from '../link/link-observer.js';
import type { Timer } from '../network/clock.js';
import { AddressFamily, equalBytes, isZero } from '../network/ip-bytes.js';
import { unpackBytes } from '../network/packed-bytes.js';
import { AddressFlag, AddressProtocol, IPV6_REQUESTED_FLAGS } from './address-flags.js';
import type { AddressRequest, AddressSelector, InterfaceAddress } from './interface-address.js';
import { interfaceIdentifier } from './interface-identifier.js';
import { refuseRivals } from './ip-rivals.js';
import type { AddressSources } from './ipv4-addresses.js';
import { Ipv6RoutesOfAddresses } from './ipv6-address-routes.js';
import {
  ipv6OrderingScope,
  ipv6Scope,
  isIpv6LinkLocal,
  isIpv6Loopback,
  isIpv6Multicast,
  solicitedNodeAddressOf,
} from './ipv6-scope.js';
import { FOREVER, type Lifetime, LifetimeWatch } from './lifetime.js';
import { MulticastMemberships } from './multicast-memberships.js';
import { OwnAddresses } from './own-addresses.js';

/** Below this MTU there is no IPv6 on a link. */
const MINIMUM_MTU = 1280;
const LOOPBACK_ADDRESS = Uint8Array.of(...new Array<number>(15).fill(0), 1);
/** ff01::1 and ff02::1: all nodes. */
const INTERFACE_LOCAL_NODES = Uint8Array.of(0xff, 1, ...new Array<number>(13).fill(0), 1);
const LINK_LOCAL_NODES = Uint8Array.of(0xff, 2, ...new Array<number>(13).fill(0), 1);
/** The first probe waits a random part of this (MAX_RTR_SOLICITATION_DELAY) … */
const MAX_PROBE_DELAY_MS = 1000;
/** … and an answer has this long to come (RETRANS_TIMER); one probe is sent. */
const PROBE_TIMEOUT_MS = 1000;

/** The IPv6 addresses of all links: duplicate detection, link-local addresses, and what comes and goes with links. */
export class Ipv6Addresses implements LinkObserver {
  readonly #byLink = new Map<Link, InterfaceAddress[]>();
  /** By value. */
  readonly own = new OwnAddresses();
  readonly memberships: MulticastMemberships;
  readonly #probes = new Map<InterfaceAddress, Timer>();
  readonly #sources: AddressSources;
  readonly #routes: Ipv6RoutesOfAddresses;
  readonly #lifetimes: LifetimeWatch;
  #generation = 0;

  constructor(sources: AddressSources) {
    this.#sources = sources;
    this.memberships = new MulticastMemberships(AddressFamily.Inet6, sources.events, sources.clock);
    this.#routes = new Ipv6RoutesOfAddresses(sources.routes);
    sources.neighbours.ipv6.proxies.observer = {
      added: ({ link, address }) => {
        if (link !== undefined) this.memberships.join(link, solicitedNodeAddressOf(unpackBytes(address)));
      },
      removed: ({ link, address }) => {
        if (link !== undefined) this.memberships.leave(link, solicitedNodeAddressOf(unpackBytes(address)));
      },
    };
    this.#lifetimes = new LifetimeWatch(sources.clock, {
      deprecated: (address) => this.#announce(address, NO_CAUSE),
      expired: (address) => this.#remove(address, NO_CAUSE),
    });
  }

  get generation(): number {
    return this.#generation;
  }

  /** In the order of a dump: widest scope first, and the youngest first within one. */
  of(link: Link): readonly InterfaceAddress[] {
    return this.#byLink.get(link) ?? [];
  }

  /**
   * Adds an address, or changes the one that is there.
   *
   * @throws {NetlinkError} EEXIST, EINVAL, EADDRNOTAVAIL with the kernel's texts.
   */
  put(link: Link, request: AddressRequest, cause: Cause): InterfaceAddress {
    const { lifetime = FOREVER } = request;
    checkIpv6Lifetime(lifetime);
    // IPv6 would begin here, but the MTU is too small for it.
    if (link.ipv6 === undefined) throw new NetlinkError(Errno.EINVAL);
    const flags = (request.flags ?? 0) & IPV6_REQUESTED_FLAGS;
    if ((flags & AddressFlag.ManageTemporary) !== 0 && request.prefixLength !== 64) {
      throw new NetlinkError(
        Errno.EINVAL,
        'ipv6: address with "mngtmpaddr" flag must have a prefix length of 64',
      );
    }
    const known = this.of(link).find(({ local }) => equalBytes(local, request.local));
    if (known !== undefined) {
      if (request.replace !== true) throw new NetlinkError(Errno.EEXIST, 'ipv6: address already assigned');
      this.#change(known, request, flags, lifetime);
      return known;
    }
    checkUsable(link, request.local, flags);
    refuseRivals(link, request.local, (other) => this.of(other));
    if ((flags & AddressFlag.MulticastAutojoin) !== 0) {
      if (!isIpv6Multicast(request.local))
        throw new NetlinkError(Errno.EINVAL, 'ipv6: Multicast auto join failed');
      this.memberships.join(link, request.local);
    }
    this.#routes.addMulticast(link);
    const address = this.#insert(link, request, flags | AddressFlag.Tentative);
    this.#lifetimes.begin(address, lifetime);
    this.#routes.addPrefix(address);
    if ((flags & AddressFlag.NoDuplicateDetection) === 0) this.#announce(address, cause);
    this.#joinSolicited(address);
    this.#detectDuplicates(address);
    return address;
  }

  /** @throws {NetlinkError} EADDRNOTAVAIL when nothing matches, ENXIO without IPv6. */
  delete(
    link: Link,
    { local, prefixLength }: AddressSelector & { readonly local: Uint8Array },
    cause: Cause,
  ): void {
    if (link.ipv6 === undefined) throw new NetlinkError(Errno.ENXIO, 'ipv6: IPv6 is disabled on this device');
    const found = this.of(link).find(
      (address) => address.prefixLength === prefixLength && equalBytes(address.local, local),
    );
    if (found === undefined) throw new NetlinkError(Errno.EADDRNOTAVAIL, 'ipv6: address not found');
    this.#remove(found, cause);
    if (isIpv6Multicast(local)) this.memberships.leave(link, local);
  }

  linkRegistered(link: Link): void {
    if (link.mtu >= MINIMUM_MTU) this.#enable(link);
  }

  linkUp(link: Link): void {
    if (link.isPassive) return;
    for (const address of [...this.of(link)].filter(({ flags }) => (flags & AddressFlag.Permanent) !== 0)) {
      this.#routes.addPrefix(address);
      if ((address.flags & AddressFlag.Tentative) !== 0) this.#detectDuplicates(address);
    }
    if (link.isOperational) this.#configure(link);
    if (link.mtu < MINIMUM_MTU && link.ipv6 !== undefined) {
      this.#sources.routes.ipv6Disabled(link.index, NO_CAUSE);
      this.#clear(link, link.ipv6);
    }
  }

  /** No address outlives `down` (keep_addr_on_down is off). */
  linkDown(link: Link): void {
    if (link.ipv6 !== undefined) this.#clear(link, link.ipv6);
  }

  linkStateChanged(link: Link): void {
    if (link.isOperational && !link.isPassive && link.ipv6?.isReady === false) this.#configure(link);
  }

  linkRehomed(link: Link): void {
    if (link.ipv6 === undefined) return;
    this.#sources.routes.ipv6Disabled(link.index, NO_CAUSE);
    this.#clear(link, link.ipv6);
  }

  linkRenamed(link: Link): void {
    if (link.ipv6 === undefined) return;
    this.#announceConfiguration(link, 'configuration-removed');
    this.#announceConfiguration(link, 'configuration-changed');
  }

  linkMtuChanged(link: Link): void {
    if (link.mtu < MINIMUM_MTU && link.ipv6 !== undefined) {
      this.#sources.routes.ipv6Disabled(link.index, NO_CAUSE);
      if (link.isLoopback) this.#clear(link, link.ipv6);
      else this.#disable(link, link.ipv6);
    } else if (link.mtu >= MINIMUM_MTU && link.ipv6 === undefined) {
      this.#enable(link);
      if (link.isUp && link.isOperational && !link.isPassive) this.#configure(link);
    } else if (link.ipv6 !== undefined) link.ipv6.mtu = link.mtu;
  }

  /** Detection begins anew when neighbours become discoverable or cease to be; nobody answers it, so it only takes time. */
  linkFlagsChanged(link: Link, changed: number): void {
    if ((changed & LinkFlag.NoArp) === 0 || link.ipv6?.isReady !== true || !link.isOperational) return;
    for (const address of this.of(link)) this.#repeatDetection(address);
  }

  linkUnregistered(link: Link): void {
    if (link.ipv6 !== undefined) this.#disable(link, link.ipv6);
  }

  groupJoined(link: Link, group: Uint8Array): void {
    if (group.length === 16 && link.ipv6 !== undefined) this.memberships.join(link, group);
  }

  groupLeft(link: Link, group: Uint8Array): void {
    if (group.length === 16) this.memberships.leave(link, group);
  }

  #enable(link: Link): void {
    const { neighbours, clock } = this.#sources;
    link.ipv6 = {
      addressGenerationMode: AddressGenerationMode.Eui64,
      mtu: link.mtu,
      randomIdentifier: undefined,
      token: new Uint8Array(16),
      isReady: false,
      hasSolicited: false,
      neighbours: neighbours.ipv6.attach(link),
      changedAtMs: clock.now(),
    };
    this.#byLink.set(link, []);
    this.#announceConfiguration(link, 'configuration-changed');
    for (const address of [INTERFACE_LOCAL_NODES, LINK_LOCAL_NODES]) this.memberships.join(link, address);
  }

  #disable(link: Link, configuration: Ipv6Configuration): void {
    this.#clear(link, configuration);
    this.memberships.leave(link, LINK_LOCAL_NODES);
    this.memberships.forget(link);
    this.#byLink.delete(link);
    this.#sources.neighbours.ipv6.detach(link);
    this.#announceConfiguration(link, 'configuration-removed');
    link.ipv6 = undefined;
  }

  #clear(link: Link, configuration: Ipv6Configuration): void {
    this.#sources.neighbours.ipv6.flush(link);
    configuration.isReady = false;
    configuration.hasSolicited = false;
    configuration.changedAtMs = this.#sources.clock.now();
    const addresses = this.#byLink.get(link) ?? [];
    for (const address of addresses.splice(0)) {
      this.own.remove(address);
      this.#generation++;
      this.#lifetimes.end(address);
      this.#endProbe(address);
      this.#sources.events.emit({ type: 'address-removed', address, cause: NO_CAUSE });
      this.#leaveSolicited(address);
      // The link took its other routes away already; on a link that was never up, local ones are left.
      this.#routes.removeHost(address);
    }
  }

  /** IPv6 begins to work: the link is up and can carry traffic. */
  #configure(link: Link): void {
    const { ipv6 } = link;
    if (ipv6 === undefined) return;
    ipv6.isReady = true;
    ipv6.changedAtMs = this.#sources.clock.now();
    const known = new Set(this.of(link));
    if (link.isLoopback) {
      this.#addKernelAddress(link, LOOPBACK_ADDRESS, 128, AddressProtocol.KernelLoopback);
    } else {
      this.#routes.addMulticast(link);
      if (link.ownTable === undefined) this.#addLinkLocal(link, ipv6);
    }
    this.#sources.events.emit({ type: 'link-ipv6-changed', link, cause: NO_CAUSE });
    // Detection begins a moment after the address has come.
    for (const address of [...this.of(link)]) {
      if (!known.has(address)) this.#joinSolicited(address);
      if ((address.flags & AddressFlag.Tentative) !== 0) this.#detectDuplicates(address);
    }
  }

  #addLinkLocal(link: Link, ipv6: Ipv6Configuration): void {
    const identifier = interfaceIdentifier(link);
    if (identifier === undefined) return;
    if (link.traits.type === LinkType.None && ipv6.addressGenerationMode === AddressGenerationMode.Eui64)
      ipv6.addressGenerationMode = AddressGenerationMode.Random;
    switch (ipv6.addressGenerationMode) {
      case AddressGenerationMode.Eui64: {
        const lower = identifier === 'random' ? this.#randomIdentifier(ipv6) : identifier;
        const address = Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, ...lower);
        this.#addKernelAddress(link, address, 64, AddressProtocol.KernelLinkLocal);
        return;
      }
      case AddressGenerationMode.Random: {
        const address = Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, ...this.#randomIdentifier(ipv6));
        this.#addKernelAddress(link, address, 64, AddressProtocol.KernelLinkLocal, AddressFlag.StablePrivacy);
      }
    }
  }

  #randomIdentifier(ipv6: Ipv6Configuration): Uint8Array {
    ipv6.randomIdentifier ??= Uint8Array.from({ length: 8 }, () => Math.floor(this.#sources.random() * 256));
    return ipv6.randomIdentifier;
  }

  /** Addresses that come without a request are not announced before they can be used. */
  #addKernelAddress(
    link: Link,
    local: Uint8Array,
    prefixLength: number,
    protocol: AddressProtocol,
    extraFlags = 0,
  ): void {
    if (this.of(link).some((address) => equalBytes(address.local, local))) return;
    const isLoopback = protocol === AddressProtocol.KernelLoopback;
    const flags = (isLoopback ? 0 : AddressFlag.Tentative) | extraFlags;
    const address = this.#insert(link, { local, prefixLength, protocol }, flags);
    this.#lifetimes.begin(address, FOREVER);
    if (isLoopback) this.#complete(address);
    else this.#routes.addPrefix(address);
  }

  #insert(link: Link, request: AddressRequest, flags: number): InterfaceAddress {
    const { local, peer = local, prefixLength, priority = 0, protocol = 0 } = request;
    const nowMs = this.#sources.clock.now();
    const address: InterfaceAddress = {
      addressFamily: AddressFamily.Inet6,
      link,
      local,
      peer: equalBytes(peer, local) ? local : peer,
      prefixLength,
      scope: ipv6Scope(local),
      flags,
      broadcast: undefined,
      label: undefined,
      priority,
      protocol,
      lifetime: FOREVER,
      createdAtMs: nowMs,
      changedAtMs: nowMs,
    };
    const addresses = this.#byLink.get(link) ?? [];
    const scope = ipv6OrderingScope(local);
    const position = addresses.findIndex((other) => scope >= ipv6OrderingScope(other.local));
    addresses.splice(position === -1 ? addresses.length : position, 0, address);
    this.own.add(address);
    this.#generation++;
    return address;
  }

  #change(address: InterfaceAddress, request: AddressRequest, flags: number, lifetime: Lifetime): void {
    const hadPrefixRoute = (address.flags & AddressFlag.NoPrefixRoute) === 0;
    const kept = AddressFlag.Tentative | AddressFlag.DuplicateDetected | AddressFlag.StablePrivacy;
    const before = { ...address };
    address.flags = (address.flags & kept) | flags;
    address.protocol = request.protocol ?? 0;
    if (request.priority !== undefined && request.priority !== 0) address.priority = request.priority;
    const { peer = address.local } = request;
    const hasNewPeer = !equalBytes(peer, address.peer);
    if (hasNewPeer && address.peer !== address.local) this.#routes.removePeerPrefix(address);
    address.peer = equalBytes(peer, address.local) ? address.local : peer;
    this.#lifetimes.begin(address, lifetime);
    if ((address.flags & AddressFlag.Tentative) === 0) this.#announce(address, NO_CAUSE);
    const siblings = this.of(address.link);
    const wantsPrefixRoute = (address.flags & AddressFlag.NoPrefixRoute) === 0;
    const moved =
      before.priority !== address.priority || before.lifetime.validSeconds !== lifetime.validSeconds;
    if (wantsPrefixRoute && (!hadPrefixRoute || moved)) {
      if (
        hadPrefixRoute &&
        this.#routes.ownsPrefix(
          before,
          siblings.filter((other) => other !== address),
        )
      ) {
        this.#routes.removePrefix(before);
      }
      this.#routes.addPrefix(address);
    } else if (
      hadPrefixRoute &&
      !wantsPrefixRoute &&
      this.#routes.ownsPrefix(
        before,
        siblings.filter((other) => other !== address),
      )
    ) {
      this.#routes.removePrefix(before);
    }
    if (wantsPrefixRoute && address.peer !== address.local) this.#routes.addPeerPrefix(address);
  }

  #remove(address: InterfaceAddress, cause: Cause): void {
    const addresses = this.#byLink.get(address.link) ?? [];
    const ownsPrefix = this.#routes.ownsPrefix(address, addresses);
    addresses.splice(addresses.indexOf(address), 1);
    this.own.remove(address);
    this.#generation++;
    this.#lifetimes.end(address);
    this.#endProbe(address);
    this.#sources.events.emit({ type: 'address-removed', address, cause });
    this.#leaveSolicited(address);
    this.#routes.removeHost(address);
    if (ownsPrefix) this.#routes.removePrefix(address);
    this.#sources.routes.addressRemoved(AddressFamily.Inet6, address.local, NO_CAUSE);
  }

  /** RFC 4862: an address is tentative until nobody has answered a probe. Nobody ever does here. */
  #detectDuplicates(address: InterfaceAddress): void {
    const { link, flags } = address;
    const isExempt =
      (flags & AddressFlag.NoDuplicateDetection) !== 0 || link.has(LinkFlag.NoArp) || link.isLoopback;
    if (isExempt) {
      this.#complete(address);
      return;
    }
    if (link.ipv6?.isReady !== true || this.#probes.has(address)) return;
    const delayMs = Math.floor(this.#sources.random() * MAX_PROBE_DELAY_MS) + PROBE_TIMEOUT_MS;
    const probe = this.#sources.clock.after(delayMs, () => this.#complete(address));
    this.#probes.set(address, probe);
  }

  #complete(address: InterfaceAddress): void {
    this.#endProbe(address);
    address.flags &= ~(AddressFlag.Tentative | AddressFlag.Optimistic | AddressFlag.DuplicateDetected);
    this.#announce(address, NO_CAUSE);
    this.#routes.addHost(address);
    const { ipv6, isLoopback } = address.link;
    if (ipv6 !== undefined && !isLoopback && isIpv6LinkLocal(address.local)) ipv6.hasSolicited = true;
  }

  #repeatDetection(address: InterfaceAddress): void {
    this.#endProbe(address);
    const delayMs = Math.floor(this.#sources.random() * MAX_PROBE_DELAY_MS);
    const begin = () => {
      this.#probes.delete(address);
      this.#joinSolicited(address);
      if ((address.flags & AddressFlag.Tentative) === 0) this.#complete(address);
      else this.#detectDuplicates(address);
    };
    this.#probes.set(address, this.#sources.clock.after(delayMs, begin));
  }

  /** Whoever looks for a neighbour asks a multicast address with its last three bytes (RFC 4291). */
  #joinSolicited({ link, local }: InterfaceAddress): void {
    if (!link.isLoopback && !link.has(LinkFlag.NoArp))
      this.memberships.join(link, solicitedNodeAddressOf(local));
  }

  #leaveSolicited({ link, local }: InterfaceAddress): void {
    if (!link.isLoopback && !link.has(LinkFlag.NoArp))
      this.memberships.leave(link, solicitedNodeAddressOf(local));
  }

  #endProbe(address: InterfaceAddress): void {
    this.#probes.get(address)?.cancel();
    this.#probes.delete(address);
  }

  #announce(address: InterfaceAddress, cause: Cause): void {
    this.#sources.events.emit({ type: 'address-changed', address, cause });
  }

  #announceConfiguration(link: Link, type: 'configuration-changed' | 'configuration-removed'): void {
    this.#sources.events.emit({
      type,
      addressFamily: AddressFamily.Inet6,
      interfaceIndex: link.index,
      cause: NO_CAUSE,
    });
  }
}

/** @throws {NetlinkError} EINVAL for a lifetime of nothing, or one that ends before it is no longer preferred. */
export function checkIpv6Lifetime({ preferredSeconds, validSeconds }: Lifetime = FOREVER): void {
  if (validSeconds === 0 || preferredSeconds > validSeconds) {
    throw new NetlinkError(Errno.EINVAL, 'ipv6: address lifetime invalid');
  }
}

function checkUsable(link: Link, local: Uint8Array, flags: number): void {
  if (isZero(local)) throw new NetlinkError(Errno.EADDRNOTAVAIL, 'ipv6: Invalid address');
  if (isIpv6Multicast(local) && (flags & AddressFlag.MulticastAutojoin) === 0) {
    throw new NetlinkError(
      Errno.EADDRNOTAVAIL,
      'ipv6: Cannot assign multicast address without "IFA_F_MCAUTOJOIN" flag',
    );
  }
  if (isIpv6Loopback(local) && !link.isLoopback && link.ownTable === undefined) {
    throw new NetlinkError(Errno.EADDRNOTAVAIL, 'ipv6: Cannot assign loopback address on this device');
  }
}
