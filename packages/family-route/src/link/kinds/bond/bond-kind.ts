import { Errno, NetlinkError, NO_CAUSE } from '@nlspace/core';
import type { Link } from '../../link.js';
import { LinkFlag, LinkType } from '../../link-flags.js';
import {
  type LinkBehaviour,
  type LinkCreation,
  type LinkData,
  LinkKind,
  type LinkPorts,
  type LowerChange,
} from '../../link-kind.js';
import { refuseTaken } from '../../link-stack.js';
import { ETHERNET, validateMacAddress } from '../ethernet.js';
import { Bond } from './bond.js';
import { describeBond, describeSlave } from './bond-description.js';
import { bondData, bondSlaveData } from './bond-message.js';
import { BondMode, changeBond, changeSlave } from './bond-settings.js';

/** BOND_DEFAULT_TX_QUEUES */
const QUEUES = 16;

/** Several links as one: for more of them at once, or for one after the other. */
@LinkKind('bond')
export class BondKind implements LinkBehaviour {
  readonly traits = {
    ...ETHERNET,
    flags: ETHERNET.flags | LinkFlag.Master,
    transmitQueues: QUEUES,
    receiveQueues: QUEUES,
    namespaceBound: true,
  };
  readonly data = bondData as never;
  readonly takesPackets = true;
  readonly validate = validateMacAddress;
  readonly #bonds = new WeakMap<Link, Bond>();

  readonly ports: LinkPorts = {
    data: bondSlaveData as never,
    enslave: (master, port) => {
      this.#refusePort(master, port);
      this.bondOf(master).add(port);
    },
    release: (master, port) => this.bondOf(master).remove(port),
    change: (master, port, data) => changeSlave(this.bondOf(master), this.#slaveOf(master, port), data),
    describe: (master, port) => describeSlave(this.bondOf(master), this.#slaveOf(master, port)),
  };

  create({ parameters, data, links }: LinkCreation): Link {
    const link = links.register('bond', this, parameters);
    const bond = new Bond(link, links);
    this.#bonds.set(link, bond);
    links.setCarrier(link, false);
    try {
      changeBond(bond, data);
    } catch (error) {
      links.remove([link], NO_CAUSE);
      throw error;
    }
    return link;
  }

  change(link: Link, data: LinkData): void {
    changeBond(this.bondOf(link), data);
  }

  describe(link: Link): LinkData {
    return describeBond(this.bondOf(link));
  }

  up(link: Link): void {
    this.bondOf(link).up();
  }

  down(link: Link): void {
    this.bondOf(link).down();
  }

  changeAddress(link: Link, address: Uint8Array): boolean {
    return this.bondOf(link).changeAddress(address);
  }

  changeMtu(link: Link, mtu: number): void {
    this.bondOf(link).changeMtu(mtu);
  }

  lowerChanged(link: Link, lower: Link, change: LowerChange): void {
    this.bondOf(link).slaveChanged(lower, change);
  }

  dismantle(link: Link): readonly Link[] {
    this.bondOf(link).dismantle();
    return [link];
  }

  bondOf(link: Link): Bond {
    const bond = this.#bonds.get(link);
    if (bond === undefined) throw new Error(`${link.name} is no bond`);
    return bond;
  }

  /** The checks and texts of bond_enslave, in order. */
  #refusePort(master: Link, port: Link): void {
    if (port.has(LinkFlag.Master) && !this.#bonds.has(port))
      throw new NetlinkError(Errno.EPERM, 'Device type (master device) cannot be enslaved');
    if ([...port.uppers].some(({ behaviour }) => behaviour.takesPackets))
      throw new NetlinkError(Errno.EBUSY, 'Device is in use and cannot be enslaved');
    if (port === master) throw new NetlinkError(Errno.EPERM, 'Cannot enslave bond to itself.');
    if (port.behaviour.refusesVlans && [...master.uppers].some(({ kind }) => kind === 'vlan'))
      throw new NetlinkError(Errno.EPERM, 'Can not enslave VLAN challenged device to VLAN enabled bond');
    if (port.isUp) throw new NetlinkError(Errno.EPERM, 'Device can not be enslaved while up');
    if (port.traits.type !== LinkType.Ethernet)
      throw new NetlinkError(Errno.EOPNOTSUPP, 'bonds of links other than Ethernet are not supported');
    refuseTaken(port);
  }

  #slaveOf(master: Link, link: Link) {
    const slave = this.bondOf(master).slaveOf(link);
    if (slave === undefined) throw new Error(`${link.name} is no slave of ${master.name}`);
    return slave;
  }
}

/** Whether a link is a bond that speaks 802.3ad. */
export function speaksLacp(link: Link): boolean {
  const { behaviour } = link;
  return behaviour instanceof BondKind && behaviour.bondOf(link).settings.mode === BondMode.Aggregation;
}
