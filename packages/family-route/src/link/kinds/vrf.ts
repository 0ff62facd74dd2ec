import { attr, defineAttributes, Errno, NetlinkError, NO_CAUSE } from '@nlspace/core';
import type { Link } from '../link.js';
import { LinkFlag, OperationalState } from '../link-flags.js';
import {
  type LinkBehaviour,
  type LinkContext,
  type LinkCreation,
  type LinkData,
  LinkKind,
  type LinkParameters,
  type LinkPorts,
  type LowerChange,
} from '../link-kind.js';
import type { LinkTable } from '../link-table.js';
import { ETHERNET, isValidMacAddress } from './ethernet.js';

/** IPV6_MIN_MTU and IP6_MAX_MTU */
const MINIMUM_MTU = 1280;
const MAXIMUM_MTU = 65_575;

/** `IFLA_VRF_*` */
const data = defineAttributes('vrf', { table: attr.u32(1) });
/** `IFLA_VRF_PORT_*` */
const portData = defineAttributes('vrf-port', { table: attr.u32(1, { replyOnly: true }) });

/** A routing domain of its own: what its ports have of addresses and routes is in its table. */
@LinkKind('vrf')
export class VrfKind implements LinkBehaviour {
  readonly traits = {
    ...ETHERNET,
    flags: LinkFlag.Master | LinkFlag.NoArp,
    mtu: MAXIMUM_MTU,
    minimumMtu: MINIMUM_MTU,
    maximumMtu: MAXIMUM_MTU,
    namespaceBound: true,
  };
  readonly data = data as never;
  readonly keepsPackets = true;
  readonly refusesVlans = true;

  readonly ports: LinkPorts = {
    data: portData as never,
    enslave: (master, port, context) => {
      refusePort(port);
      context.links.join(port, master);
      cycle(port, context);
    },
    release,
    describe: ({ ownTable }) => ({ table: ownTable }),
  };

  validate({ address }: LinkParameters): void {
    if (address === undefined) return;
    if (address.length !== 6) throw new NetlinkError(Errno.EINVAL, 'Invalid hardware address');
    if (!isValidMacAddress(address)) throw new NetlinkError(Errno.EADDRNOTAVAIL, 'Invalid hardware address');
  }

  create({ parameters, data: { table }, links }: LinkCreation): Link {
    if (table === undefined) throw new NetlinkError(Errno.EINVAL, 'VRF table id is missing');
    if (table === 0)
      throw new NetlinkError(Errno.EINVAL, 'Invalid VRF table id', { attribute: 'information.data.table' });
    const link = links.register('vrf', this, parameters);
    link.settledState = OperationalState.Up;
    links.giveTable(link, table);
    return link;
  }

  describe({ ownTable }: Link): LinkData {
    return { table: ownTable };
  }

  lowerChanged(link: Link, lower: Link, change: LowerChange, context: LinkContext): void {
    if (change === 'removed') release(link, lower, context);
  }

  dismantle(link: Link, links: LinkTable): readonly Link[] {
    for (const port of [...link.lowers]) release(link, port, { links, cause: NO_CAUSE });
    return [link];
  }
}

function refusePort(port: Link): void {
  if (port.ownTable !== undefined)
    throw new NetlinkError(Errno.EINVAL, 'Can not enslave an L3 master device to a VRF');
  if (port.isLoopback) throw new NetlinkError(Errno.EOPNOTSUPP, 'Can not enslave loopback device to a VRF');
}

function release(master: Link, port: Link, context: LinkContext): void {
  context.links.leave(port, master);
  cycle(port, context);
}

/** A port that is up goes down and up again, so that its routes are in the table that is now the right one. */
function cycle(port: Link, { links, cause }: LinkContext): void {
  if (!port.isUp) return;
  links.changeFlags(port, 0, LinkFlag.Up, cause);
  links.changeFlags(port, LinkFlag.Up, LinkFlag.Up, cause);
}
