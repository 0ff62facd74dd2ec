import {
  Do,
  Dump,
  Errno,
  type FamilySetup,
  inject,
  NetlinkError,
  type RawDump,
  type RequestOf,
} from '@nlspace/core';
import { GenericFamily, genericHeader } from '@nlspace/family-generic';
import { type Link, NETWORK, type Network } from '@nlspace/family-route';
import { DeviceDump } from './device-dump.js';
import { NO_KEY, publicKeyOf } from './keys.js';
import { setPeer } from './set-peer.js';
import type { WireguardDevice } from './wireguard-device.js';
import { WIREGUARD, WireguardKind } from './wireguard-kind.js';
import {
  type DeviceAttributes,
  DeviceFlag,
  deviceAttributes,
  WireguardCommand,
  wireguardMessage,
} from './wireguard-message.js';

const uns = { privilege: 'uns-admin' } as const;

/** `wireguard` of NETLINK_GENERIC: configures the WireGuard links of a network. */
@GenericFamily({
  name: WIREGUARD,
  doc: 'The configuration of WireGuard devices: keys, peers, allowed IPs.',
  version: 1,
  attributes: deviceAttributes,
  commands: WireguardCommand,
  strictHeadersFrom: WireguardCommand.SetDevice + 1,
})
export class WireguardFamily {
  constructor(@inject(NETWORK) private readonly network: Network) {}

  @Dump(WireguardCommand.GetDevice, wireguardMessage, { ...uns, doc: 'One device with its peers.' })
  get({ attributes }: RequestOf<typeof wireguardMessage>): RawDump {
    const { link, device } = this.#find(attributes);
    return new DeviceDump(link, device);
  }

  @Do(WireguardCommand.SetDevice, wireguardMessage, {
    ...uns,
    doc: 'Changes a device, adds, changes and removes its peers.',
  })
  set({ attributes, payload }: RequestOf<typeof wireguardMessage>): void | Promise<void> {
    if (attributes.privateKey === undefined) return this.#change(attributes);
    // The datagram is the sender's again as soon as this returns.
    const kept = payload.slice();
    const own = deviceAttributes.decode(new DataView(kept.buffer), genericHeader.size, kept.length);
    const { privateKey = NO_KEY } = own;
    return publicKeyOf(privateKey).then((publicKey) => this.#change(own, { privateKey, publicKey }));
  }

  /** In the kernel's order; what has been done before a refusal stays. */
  #change(
    attributes: DeviceAttributes,
    keys?: { readonly privateKey: Uint8Array; readonly publicKey: Uint8Array | undefined },
  ): void {
    const { device } = this.#find(attributes);
    const { flags = 0, firewallMark, listenPort, peers } = attributes;
    device.generation++;
    if (firewallMark !== undefined) device.firewallMark = firewallMark;
    if (listenPort !== undefined) device.changeListenPort(listenPort);
    if ((flags & DeviceFlag.ReplacePeers) !== 0) device.removeAllPeers();
    if (keys !== undefined) device.changePrivateKey(keys.privateKey, keys.publicKey);
    for (const peer of peers ?? []) setPeer(device, peer);
  }

  /** @throws {NetlinkError} EBADR unless it is named once, ENODEV, and EOPNOTSUPP for a link of another kind. */
  #find({ interfaceIndex, interfaceName }: DeviceAttributes): { link: Link; device: WireguardDevice } {
    if ((interfaceIndex === undefined) === (interfaceName === undefined)) throw new NetlinkError(Errno.EBADR);
    const { links } = this.network;
    const link =
      interfaceName === undefined ? links.byIndex(interfaceIndex ?? 0) : links.byName(interfaceName);
    if (link === undefined) throw new NetlinkError(Errno.ENODEV);
    const { behaviour } = link;
    if (!(behaviour instanceof WireguardKind)) throw new NetlinkError(Errno.EOPNOTSUPP);
    return { link, device: behaviour.deviceOf(link) };
  }
}

/** The family over a network, which from now on has links of that kind, too. */
export function wireguardFamily(network: Network): FamilySetup {
  network.linkWorld.add(WireguardKind);
  return { family: WireguardFamily, providers: [{ token: NETWORK, value: network }] };
}
