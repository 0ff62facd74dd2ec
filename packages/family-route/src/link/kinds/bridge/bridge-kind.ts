import { Errno, NetlinkError } from '@nlspace/core';
import { equalBytes } from '../../../network/ip-bytes.js';
import type { Link } from '../../link.js';
import { LinkType } from '../../link-flags.js';
import {
  type LinkBehaviour,
  type LinkContext,
  type LinkCreation,
  type LinkData,
  LinkKind,
  type LinkPorts,
  type LowerChange,
} from '../../link-kind.js';
import { refuseTaken } from '../../link-stack.js';
import { ETHERNET, isValidMacAddress, validateMacAddress } from '../ethernet.js';
import { Bridge } from './bridge.js';
import { bridgeData, bridgePortData } from './bridge-message.js';
import { changeBridge, describeBridge } from './bridge-settings.js';
import { changePort, describePort } from './port-settings.js';

/** Forwards between its ports; carrier needs one that forwards, address and MTU follow the ports. */
@LinkKind('bridge')
export class BridgeKind implements LinkBehaviour {
  readonly traits = { ...ETHERNET, namespaceBound: true };
  readonly isToldLate = true;
  readonly data = bridgeData as never;
  readonly validate = validateMacAddress;
  readonly takesPackets = true;
  readonly #bridges = new WeakMap<Link, Bridge>();

  readonly ports: LinkPorts = {
    data: bridgePortData as never,
    enslave: (master, port) => {
      refusePort(port);
      this.bridgeOf(master).add(port);
    },
    release: (master, port) => this.bridgeOf(master).remove(port),
    change: (master, port, data) => changePort(this.bridgeOf(master), this.#portOf(master, port), data),
    describe: (master, port) => describePort(this.#portOf(master, port)),
  };

  create({ parameters, data, links }: LinkCreation): Link {
    const link = links.register('bridge', this, parameters);
    const bridge = new Bridge(link, links, links.clock);
    this.#bridges.set(link, bridge);
    // Its own entry goes and comes again: so everybody hears.
    if (parameters.address !== undefined) bridge.changeAddress(link.address);
    try {
      changeBridge(bridge, data);
    } catch (error) {
      links.remove([link], { portId: 0, sequence: 0, echo: false });
      throw error;
    }
    return link;
  }

  change(link: Link, data: LinkData): void {
    changeBridge(this.bridgeOf(link), data);
  }

  describe(link: Link): LinkData {
    return describeBridge(this.bridgeOf(link));
  }

  up(link: Link): void {
    this.bridgeOf(link).up();
  }

  down(link: Link): void {
    this.#bridges.get(link)?.down();
  }

  changeAddress(link: Link, address: Uint8Array): void {
    if (!equalBytes(link.address, address)) this.bridgeOf(link).changeAddress(address);
  }

  changeMtu(link: Link): void {
    this.bridgeOf(link).hasChosenMtu = true;
  }

  lowerChanged(link: Link, lower: Link, change: LowerChange, _context: LinkContext): void {
    this.#bridges.get(link)?.portChanged(lower, change);
  }

  dismantle(link: Link): readonly Link[] {
    this.bridgeOf(link).dismantle();
    return [link];
  }

  bridgeOf(link: Link): Bridge {
    const bridge = this.#bridges.get(link);
    if (bridge === undefined) throw new Error(`${link.name} is no bridge`);
    return bridge;
  }

  #portOf(master: Link, link: Link) {
    const port = this.bridgeOf(master).portOf(link);
    if (port === undefined) throw new Error(`${link.name} is no port of ${master.name}`);
    return port;
  }
}

function refusePort(link: Link): void {
  if (link.isLoopback || link.traits.type !== LinkType.Ethernet || !isValidMacAddress(link.address))
    throw new NetlinkError(Errno.EINVAL);
  if (link.behaviour instanceof BridgeKind)
    throw new NetlinkError(Errno.ELOOP, 'Can not enslave a bridge to a bridge');
  if (link.master !== undefined) throw new NetlinkError(Errno.EBUSY);
  refuseTaken(link);
}
