import {
  AddressGenerationMode,
  type Link,
  type LinkBehaviour,
  type LinkCreation,
  LinkFlag,
  LinkKind,
  type LinkTable,
  LinkType,
} from '@nlspace/family-route';
import { ListenPorts } from './listen-ports.js';
import { WireguardDevice } from './wireguard-device.js';

export const WIREGUARD = 'wireguard';

/** What each packet costs: WireGuard's header and tag, UDP's and IPv6's headers. */
const OVERHEAD = 32 + 8 + 40;
const ETHERNET_PAYLOAD = 1500;
/** INT_MAX in whole blocks of padding. */
const LARGEST_PACKET = 0x7fff_fff0;

/** A link of packets without addresses; everything else about it is configured by `WireguardFamily`. */
@LinkKind(WIREGUARD)
export class WireguardKind implements LinkBehaviour {
  readonly traits = {
    type: LinkType.None,
    flags: LinkFlag.PointToPoint | LinkFlag.NoArp,
    addressLength: 0,
    mtu: ETHERNET_PAYLOAD - OVERHEAD,
    minimumMtu: 0,
    maximumMtu: LARGEST_PACKET - OVERHEAD,
    transmitQueueLength: 1000,
    transmitQueues: 1,
    receiveQueues: 1,
    tsoMaximumSize: 65536,
    namespaceBound: false,
  };
  readonly #devices = new WeakMap<Link, WireguardDevice>();
  readonly #ports = new WeakMap<LinkTable, ListenPorts>();

  create({ parameters, links }: LinkCreation): Link {
    const link = links.register(WIREGUARD, this, parameters);
    let ports = this.#ports.get(links);
    if (ports === undefined) {
      ports = new ListenPorts();
      this.#ports.set(links, ports);
    }
    this.#devices.set(link, new WireguardDevice(ports));
    return link;
  }

  /** @throws {TypeError} for a link of another kind. */
  deviceOf(link: Link): WireguardDevice {
    const device = this.#devices.get(link);
    if (device === undefined) throw new TypeError(`${link.name} is not a WireGuard link`);
    return device;
  }

  /** Nobody on the other side would look for duplicates, so IPv6 makes no address of its own. */
  up(link: Link): void {
    if (link.ipv6 !== undefined) link.ipv6.addressGenerationMode = AddressGenerationMode.None;
    this.deviceOf(link).open();
  }

  down(link: Link): void {
    this.deviceOf(link).close();
  }

  dismantle(link: Link): readonly Link[] {
    this.deviceOf(link).removeAllPeers();
    return [link];
  }
}
