import {
  Do,
  Dump,
  Errno,
  GROUP_NOTIFIER,
  type GroupNotifier,
  inject,
  injectable,
  MESSAGE_HEADER_SIZE,
  NetlinkError,
  type RawDump,
  type RequestOf,
} from '@nlspace/core';
import { parseRequest } from '../../../neighbour/parse-request.js';
import { EncodedDump, encodeMessageOf } from '../../../network/encoded-dump.js';
import type { Network } from '../../../network/network.js';
import type { MulticastGroupEvent } from '../../../network/network-events.js';
import { NETWORK } from '../../../network/network-token.js';
import { ROUTE_GROUPS } from '../../../route-groups.js';
import { RouteMessageType } from '../../../route-message-type.js';
import type { Link } from '../../link.js';
import { VxlanKind } from '../vxlan.js';
import type { Bridge } from './bridge.js';
import { BridgeKind } from './bridge-kind.js';
import type { BridgePort } from './bridge-port.js';
import { type GroupKey, GroupProtocol, isForAnySource } from './multicast-groups.js';
import {
  describeGroup,
  describeGroups,
  describeNoGroups,
  type GroupEntry,
  groupOptions,
  groupRequest,
  multicastGroups,
  readEntry,
} from './multicast-message.js';

type Request = Pick<RequestOf<typeof groupRequest>, 'payload' | 'flags' | 'strict'>;

/** RTPROT_STATIC */
const STATIC = 4;
const ENTRY = 1;
const DISABLED = 0;
const NESTED_FLAG = 0x8000;

const WRITE = { privilege: 'admin', validation: 'none' } as const;

/** A request about a group of a bridge, as far as adding and deleting read it alike (`br_mdb_config`). */
interface Asked extends GroupKey {
  readonly bridge: Bridge;
  readonly port: BridgePort | undefined;
  readonly isPermanent: boolean;
  readonly routeProtocol: number;
}

/** RTM_*MDB: the multicast groups of bridges. */
@injectable()
export class MulticastHandler {
  constructor(
    @inject(NETWORK) private readonly network: Network,
    @inject(GROUP_NOTIFIER) private readonly groups: GroupNotifier,
  ) {}

  notify(event: MulticastGroupEvent): void {
    if (!this.groups.hasListeners(ROUTE_GROUPS.mdb)) return;
    const { bridge, group, member } = event;
    if (!(bridge.behaviour instanceof BridgeKind)) return;
    const isGone = event.type === 'multicast-group-removed';
    const type = isGone ? RouteMessageType.DeleteMulticastGroup : RouteMessageType.NewMulticastGroup;
    const body = describeGroup(bridge.behaviour.bridgeOf(bridge), group, member);
    this.groups.notifyRaw(ROUTE_GROUPS.mdb, encodeMessageOf(multicastGroups, body, type));
  }

  @Do(RouteMessageType.NewMulticastGroup, groupRequest, WRITE)
  add({ payload, flags }: Request): void {
    const asked = this.#parse(payload);
    const { bridge, port, isPermanent, protocol } = asked;
    const refuse = (text: string) => new NetlinkError(Errno.EINVAL, `bridge: ${text}`);
    if (port === undefined && protocol !== GroupProtocol.Ethernet) {
      if (isPermanent) throw refuse('Flags are not allowed for host groups');
      if (!isForAnySource(asked)) throw refuse('Groups with sources cannot be manually host joined');
    }
    if (protocol === GroupProtocol.Ethernet && !isPermanent)
      throw refuse('Only permanent L2 entries allowed');
    if (port?.state === DISABLED && !isPermanent)
      throw refuse('Port is in disabled state and entry is not permanent');
    bridge.multicast.add({ ...asked, replace: flags.replace });
  }

  @Do(RouteMessageType.DeleteMulticastGroup, groupRequest, WRITE)
  delete({ payload, flags }: Request): void {
    if (flags.bulk) throw new NetlinkError(Errno.EOPNOTSUPP, 'flushing multicast groups is not supported');
    const { bridge, port, ...key } = this.#parse(payload);
    bridge.multicast.delete(key, port);
  }

  @Do(RouteMessageType.GetMulticastGroup, groupRequest, { validation: 'none' })
  get(): void {
    throw new NetlinkError(Errno.EOPNOTSUPP, 'asking for one multicast group is not supported');
  }

  @Dump(RouteMessageType.GetMulticastGroup, groupRequest, { validation: 'none' })
  dump({ payload, strict }: Request): RawDump {
    if (strict) refuseStrictly(payload);
    return new EncodedDump(this.#all());
  }

  *#all(): Generator<Uint8Array> {
    for (const link of this.network.links.all()) {
      const { behaviour } = link;
      // Bridges answer with the type of the question.
      if (behaviour instanceof BridgeKind)
        yield encodeMessageOf(
          multicastGroups,
          describeGroups(behaviour.bridgeOf(link)),
          RouteMessageType.GetMulticastGroup,
        );
      if (behaviour instanceof VxlanKind)
        yield encodeMessageOf(multicastGroups, describeNoGroups(link), RouteMessageType.NewMulticastGroup);
    }
  }

  #parse(payload: Uint8Array): Asked {
    if (payload.length < groupRequest.header.size)
      throw new NetlinkError(Errno.EINVAL, 'Invalid header length');
    const { header, attributes } = parseRequest(groupRequest, payload, false);
    if (header.interfaceIndex === 0) throw new NetlinkError(Errno.EINVAL, 'Invalid ifindex');
    const link = this.network.links.byIndex(header.interfaceIndex);
    if (link === undefined) throw new NetlinkError(Errno.ENODEV, "Device doesn't exist");
    if (attributes.entry === undefined) throw new NetlinkError(Errno.EINVAL, undefined, { missing: ENTRY });
    const bridge = bridgeOf(link);
    const refuse = (text: string, errno = Errno.EINVAL) => new NetlinkError(errno, `bridge: ${text}`);
    if (!bridge.link.isUp) throw refuse('Bridge device is not running');
    if (bridge.settings.multicastSnooping === 0) throw refuse("Bridge's multicast processing is disabled");
    const entry = readEntry(attributes.entry);
    const port = entry.interfaceIndex === link.index ? undefined : this.#port(bridge, entry);
    if (entry.protocol === GroupProtocol.Ipv4 && entry.group[0] === 0)
      throw refuse('IPv4 entry group address 0.0.0.0 is not allowed');
    const { source, routeProtocol } = readOptions(payload, attributes.options !== undefined, entry, port);
    return { ...entry, bridge, port, source, routeProtocol };
  }

  #port(bridge: Bridge, { interfaceIndex }: GroupEntry): BridgePort {
    const refuse = (text: string, errno = Errno.EINVAL) => new NetlinkError(errno, `bridge: ${text}`);
    const link = this.network.links.byIndex(interfaceIndex);
    if (link === undefined) throw refuse("Port net device doesn't exist", Errno.ENODEV);
    if (!(link.master?.behaviour instanceof BridgeKind)) throw refuse('Net device is not a bridge port');
    const port = bridge.portOf(link);
    if (port === undefined) throw refuse('Port belongs to a different bridge device');
    return port;
  }
}

function bridgeOf(link: Link): Bridge {
  const { behaviour } = link;
  if (behaviour instanceof VxlanKind)
    throw new NetlinkError(Errno.EOPNOTSUPP, 'multicast groups of VXLANs are not supported');
  if (!(behaviour instanceof BridgeKind))
    throw new NetlinkError(Errno.EOPNOTSUPP, 'Device does not support MDB operations');
  return behaviour.bridgeOf(link);
}

/** MDBA_SET_ENTRY_ATTRS is read only when the rest is right. */
function readOptions(
  payload: Uint8Array,
  hasOptions: boolean,
  { protocol, group }: GroupEntry,
  port: BridgePort | undefined,
): { source: Uint8Array; routeProtocol: number } {
  const anySource = new Uint8Array(protocol === GroupProtocol.Ethernet ? 0 : group.length);
  if (!hasOptions) return { source: anySource, routeProtocol: STATIC };
  const options = checkedOptions(payload);
  const refuse = (text: string) => new NetlinkError(Errno.EINVAL, `bridge: ${text}`);
  const { source = anySource, sources, mode, routeProtocol } = options;
  if (options.source !== undefined) refuseSource(source, protocol);
  if (mode !== undefined) {
    if (port === undefined) throw refuse('Filter mode cannot be set for host groups');
    if (!isForAnySource({ source })) throw refuse('Filter mode can only be set for (*, G) entries');
  }
  if (sources !== undefined || (mode ?? 0) !== 0)
    throw new NetlinkError(Errno.EOPNOTSUPP, 'source lists of multicast groups are not supported');
  if (routeProtocol !== undefined && port === undefined)
    throw refuse('Protocol cannot be set for host groups');
  return { source: source.slice(), routeProtocol: routeProtocol ?? STATIC };
}

function checkedOptions(payload: Uint8Array) {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const place = findAttribute(view, groupRequest.header.size, 2);
  if (place === undefined) return {};
  if (!place.isFlagged)
    throw new NetlinkError(Errno.EINVAL, 'NLA_F_NESTED is missing', { attribute: 'options' });
  const failed = groupOptions.check(view, place.start, place.end, true);
  if (failed !== undefined) {
    const { failure, offset } = failed;
    throw new NetlinkError(
      failure.errno,
      failure.text,
      offset === undefined ? {} : { offset: offset + MESSAGE_HEADER_SIZE },
    );
  }
  return groupOptions.decode(view, place.start, place.end);
}

function findAttribute(view: DataView, from: number, type: number) {
  for (let at = from; view.byteLength - at >= 4; ) {
    const length = view.getUint16(at, true);
    if (length < 4 || at + length > view.byteLength) return undefined;
    if ((view.getUint16(at + 2, true) & 0x3fff) === type)
      return {
        start: at + 4,
        end: at + length,
        isFlagged: (view.getUint16(at + 2, true) & NESTED_FLAG) !== 0,
      };
    at += (length + 3) & ~3;
  }
  return undefined;
}

function refuseSource(source: Uint8Array, protocol: GroupProtocol): void {
  const refuse = (text: string) => new NetlinkError(Errno.EINVAL, `bridge: ${text}`);
  const [first = 0] = source;
  switch (protocol) {
    case GroupProtocol.Ipv4:
      if (source.length !== 4) throw refuse('IPv4 invalid source address length');
      if (first >> 4 === 14) throw refuse('IPv4 multicast source address is not allowed');
      return;
    case GroupProtocol.Ipv6:
      if (source.length !== 16) throw refuse('IPv6 invalid source address length');
      if (first === 0xff) throw refuse('IPv6 multicast source address is not allowed');
      return;
    default:
      throw refuse('Invalid protocol used with source address');
  }
}

/** What strict checking does not accept in a dump request. */
function refuseStrictly(payload: Uint8Array): void {
  const refuse = (text: string) => new NetlinkError(Errno.EINVAL, text);
  const { size } = groupRequest.header;
  if (payload.length < size) throw refuse('Invalid header for mdb dump request');
  if (new DataView(payload.buffer, payload.byteOffset).getUint32(4, true) !== 0)
    throw refuse('Filtering by device index is not supported for mdb dump request');
  if (payload.length > size) throw refuse('Invalid data after header in mdb dump request');
}
