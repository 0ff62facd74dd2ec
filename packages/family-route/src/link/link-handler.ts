import {
  AckCookie,
  type AttributeSet,
  ByteWriter,
  Do,
  Dump,
  type DumpContext,
  Errno,
  inject,
  injectable,
  NetlinkError,
  type RawDump,
  type RequestOf,
} from '@nlspace/core';
import { namespaceOf } from '../namespace/namespace-reference.js';
import { parseRequest } from '../neighbour/parse-request.js';
import { EncodedDump, encodeMessageOf } from '../network/encoded-dump.js';
import { AddressFamily } from '../network/ip-bytes.js';
import type { Network } from '../network/network.js';
import { NETWORK } from '../network/network-token.js';
import { RouteMessageType } from '../route-message-type.js';
import { checkAddressFamilies } from './address-families.js';
import { BridgeLinks } from './kinds/bridge/bridge-links.js';
import type { Link } from './link.js';
import type { LinkChanges } from './link-changes.js';
import { describeLink, describeLinkIpv6 } from './link-description.js';
import type { LinkBehaviour, LinkData, NamespaceDescription } from './link-kind.js';
import { type LinkMessage, link, linkIpv6 } from './link-message.js';
import { linkChangesOf, linkParametersOf, refuseUnsupported } from './link-parameters.js';

type LinkRequest = Pick<
  RequestOf<typeof link>,
  'header' | 'attributes' | 'payload' | 'flags' | 'strict' | 'cause' | 'namespaces'
>;
/** Of `struct ifinfomsg`: where nothing may be under strict checking. */
const PADDING = 1;
/** Filters for links without a master. */
const NO_MASTER = 0xffffffff;

type DecodedLink = Pick<LinkRequest, 'header' | 'attributes'>;

/** RTM_*LINK and RTM_*LINKPROP */
@injectable()
export class LinkHandler {
  readonly #network: Network;
  readonly #bridges: BridgeLinks;

  constructor(@inject(NETWORK) network: Network, @inject(BridgeLinks) bridges: BridgeLinks) {
    this.#network = network;
    this.#bridges = bridges;
  }

  /** Makes a link, or changes the one that index or name choose, depending on NLM_F_CREATE and EXCL. */
  @Do(RouteMessageType.NewLink, link, { privilege: 'admin' })
  put(request: LinkRequest): AckCookie | undefined {
    const { header, attributes, flags, cause } = request;
    if (header.interfaceIndex < 0) throw new NetlinkError(Errno.EINVAL, "ifindex can't be negative");
    const kindName = attributes.information?.kind ?? '';
    const kind = this.#network.links.kind(kindName);
    const data = this.#decodeData(kind?.data, attributes.information?.data, 'information.data');
    const here = this.#network;
    const target = this.#targetOf(attributes, request) ?? here;
    // What must not be there yet must not be where it is to come.
    const known = this.#find(request, flags.create && flags.exclusive ? target.links : here.links);
    if (known !== undefined) {
      kind?.validate?.(linkParametersOf(request), data);
      if (flags.exclusive) throw new NetlinkError(Errno.EEXIST);
      if (flags.replace) throw new NetlinkError(Errno.EOPNOTSUPP);
      this.#change(known, request, this.#kindChanges(known, request, kind, data));
      return undefined;
    }
    if (!flags.create) {
      if (header.interfaceIndex === 0 && attributes.group !== undefined)
        this.#changeGroup(attributes.group, request);
      else throw new NetlinkError(Errno.ENODEV);
      return undefined;
    }
    refuseUnsupported(attributes);
    if (kind === undefined) throw new NetlinkError(Errno.EOPNOTSUPP, 'Unknown device type');
    checkAddressFamilies(request.payload, undefined);
    const isHere = target === here;
    const made = target.links.create(
      kindName,
      { ...linkParametersOf(request), ...(here.profile.aliasesNewLinks ? aliasOf(attributes) : {}) },
      data,
      isHere ? cause : { ...cause, echo: false },
      (description) => (this.#targetOf(description, request) ?? here).links,
      this.#numbered(attributes.linkNamespaceId).links,
    );
    return here.profile.tellsNewLink ? cookieOf(made) : undefined;
  }

  /** RTM_SETLINK: only changes. */
  @Do(RouteMessageType.SetLink, link, { privilege: 'admin', validation: 'none' })
  change(received: LinkRequest): void {
    if (received.payload[0] === AddressFamily.Bridge) {
      this.#bridges.change(received.payload);
      return;
    }
    const request = parsed(received);
    if (!names(request)) throw new NetlinkError(Errno.EINVAL);
    this.#change(this.#get(request), request);
  }

  @Do(RouteMessageType.DeleteLink, link, { privilege: 'admin', validation: 'none' })
  delete(received: LinkRequest): void {
    if (received.payload[0] === AddressFamily.Bridge) {
      this.#bridges.delete(received.payload);
      return;
    }
    const request = parsed(received);
    const { header, attributes, cause } = request;
    const { links } = this.#network;
    if (attributes.targetNamespaceId !== undefined)
      throw new NetlinkError(Errno.EINVAL, 'Unknown network namespace id');
    if (!names(request) && header.interfaceIndex === 0 && attributes.group !== undefined) {
      const members = links.all().filter(({ group }) => group === attributes.group);
      if (members.length === 0) throw new NetlinkError(Errno.ENODEV);
      if (members.some(({ behaviour }) => behaviour.isCreatable === false))
        throw new NetlinkError(Errno.EPERM);
      links.remove(members, cause);
      return;
    }
    if (!names(request)) throw new NetlinkError(Errno.EINVAL);
    const found = this.#get(request);
    if (found.behaviour.isCreatable === false) throw new NetlinkError(Errno.EOPNOTSUPP);
    links.remove([found], cause);
  }

  @Do(RouteMessageType.GetLink, link, { replyType: RouteMessageType.NewLink })
  get(request: LinkRequest): LinkMessage {
    if (request.strict) refuseGetStrictly(request);
    if (request.attributes.targetNamespaceId !== undefined) {
      throw new NetlinkError(Errno.EINVAL, 'Invalid target network namespace id');
    }
    if (!names(request)) throw new NetlinkError(Errno.EINVAL);
    return describeLink(this.#get(request), 0, request.attributes.extendedMask);
  }

  @Dump(RouteMessageType.GetLink, link, { replyType: RouteMessageType.NewLink, done: 'apart' })
  dump(request: LinkRequest, context: DumpContext): Iterable<LinkMessage> | RawDump {
    const { addressFamily } = request.header;
    if (addressFamily === AddressFamily.Bridge) return this.#bridges.dump(request);
    if (request.strict) refuseStrictly(request);
    if (addressFamily === AddressFamily.Inet6) return new EncodedDump(this.#dumpIpv6());
    return this.#dump(request, context);
  }

  @Do(RouteMessageType.NewLinkProperty, link, { privilege: 'admin', validation: 'strict' })
  addProperties(request: LinkRequest): void {
    this.#changeProperties(request, (found, name) => this.#network.links.addAlternativeName(found, name));
  }

  @Do(RouteMessageType.DeleteLinkProperty, link, { privilege: 'admin', validation: 'strict' })
  removeProperties(request: LinkRequest): void {
    this.#changeProperties(request, (found, name) => this.#network.links.removeAlternativeName(found, name));
  }

  *#dump({ attributes }: LinkRequest, context: DumpContext): Generator<LinkMessage> {
    const { links } = this.#network;
    const { master, information, extendedMask } = attributes;
    const kind = information?.kind === undefined ? undefined : links.kind(information.kind);
    if (kind !== undefined) context.markFiltered();
    const filtersMaster = master !== undefined && master !== 0;
    if (filtersMaster) context.markFiltered();
    let { generation } = links;
    for (let next = links.after(0); next !== undefined; next = links.after(next.index)) {
      if (kind !== undefined && next.behaviour !== kind) continue;
      if (filtersMaster && (next.master?.index ?? NO_MASTER) !== master) continue;
      if (links.generation !== generation) {
        context.markInterrupted();
        generation = links.generation;
      }
      yield describeLink(next, 0, extendedMask);
    }
  }

  *#dumpIpv6(): Generator<Uint8Array> {
    for (const one of this.#network.links.all()) {
      if (one.ipv6 !== undefined) {
        yield encodeMessageOf(linkIpv6, describeLinkIpv6(one, one.ipv6), RouteMessageType.NewLink);
      }
    }
  }

  #find({ header, attributes }: DecodedLink, links = this.#network.links): Link | undefined {
    if (header.interfaceIndex > 0) return links.byIndex(header.interfaceIndex);
    const name = attributes.name ?? attributes.alternativeName;
    return name === undefined ? undefined : links.byName(name);
  }

  #get(request: DecodedLink): Link {
    const found = this.#find(request);
    if (found === undefined) throw new NetlinkError(Errno.ENODEV);
    return found;
  }

  /** What IFLA_LINKINFO of a request changes on a link that is there. */
  #kindChanges(
    found: Link,
    request: LinkRequest,
    kind: LinkBehaviour | undefined,
    data: LinkData,
  ): LinkChanges {
    const { information } = request.attributes;
    if (information === undefined) return {};
    if (information.data !== undefined && kind !== found.behaviour) throw new NetlinkError(Errno.EOPNOTSUPP);
    const ports = found.master?.behaviour.ports;
    if (information.slaveData !== undefined && ports?.change === undefined)
      throw new NetlinkError(Errno.EOPNOTSUPP);
    return {
      ...(information.data === undefined ? {} : { data }),
      ...(information.slaveData === undefined
        ? {}
        : { portData: this.#decodeData(ports?.data, information.slaveData, 'information.slaveData') }),
    };
  }

  /**
   * The network that a description names (rtnl_link_get_net_capable); undefined when it names none.
   *
   * @throws {NetlinkError} EINVAL, ESRCH when it names none that there is.
   */
  #targetOf(description: NamespaceDescription, { namespaces }: LinkRequest): Network | undefined {
    const { namespacePid: processId, namespaceFd: descriptor, targetNamespaceId: number } = description;
    const own = this.#network;
    if (number !== undefined) return this.#numbered(number);
    const id = namespaceOf({ processId, descriptor }, namespaces);
    return id === undefined ? undefined : own.namespaces.get(id, namespaces);
  }

  /** The network of that number, this one without a number. @throws {NetlinkError} EINVAL when none has it. */
  #numbered(number: number | undefined): Network {
    const own = this.#network;
    if (number === undefined) return own;
    const id = own.namespaceIds.byNumber(number);
    if (id === undefined) throw new NetlinkError(Errno.EINVAL, 'Unknown network namespace id');
    return own.namespaces.get(id);
  }

  /** A change that names another namespace moves the link there first; all else happens there. */
  #move(found: Link, request: LinkRequest): void {
    const { attributes, cause } = request;
    const target = this.#targetOf(attributes, request);
    if (target === undefined || target.links === found.home) return;
    const { name, newInterfaceIndex } = attributes;
    const wantsName = request.header.interfaceIndex > 0 && name !== undefined && name !== '';
    target.links.take(
      found,
      {
        ...(wantsName ? { name } : {}),
        ...(newInterfaceIndex === undefined ? {} : { index: newInterfaceIndex }),
      },
      { ...cause, echo: false },
    );
  }

  #change(found: Link, request: LinkRequest, kindChanges: LinkChanges = {}): void {
    const { attributes, cause } = request;
    const { broadcast } = attributes;
    if (broadcast !== undefined && broadcast.length < found.address.length)
      throw new NetlinkError(Errno.EINVAL);
    checkAddressFamilies(request.payload, found);
    refuseUnsupported(attributes);
    this.#move(found, request);
    // The kernel echoes links that come and go, not those that change.
    const changes = { ...linkChangesOf(request), ...kindChanges };
    found.home.change(found, changes, { ...cause, echo: false });
  }

  #changeGroup(group: number, request: LinkRequest): void {
    for (const member of this.#network.links.all().filter((one) => one.group === group))
      this.#change(member, request);
  }

  #changeProperties(request: LinkRequest, change: (found: Link, name: string) => void): void {
    if (!names(request)) throw new NetlinkError(Errno.EINVAL);
    const found = this.#get(request);
    const { properties } = request.attributes;
    const { alternativeNames = [] } = properties ?? {};
    if (alternativeNames.length === 0) return;
    for (const name of alternativeNames) change(found, name);
    this.#network.links.announceState(found, { ...request.cause, echo: false });
  }

  #decodeData(set: AttributeSet | undefined, data: Uint8Array | undefined, attribute: string): LinkData {
    if (set === undefined || data === undefined) return {};
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const failed = set.check(view, 0, data.byteLength, false);
    if (failed !== undefined) {
      throw new NetlinkError(failed.failure.errno, failed.failure.text, { attribute });
    }
    return set.decode(view, 0, data.byteLength);
  }
}

/** What names a link that has just been made: IFLA_NEW_IFINDEX and IFLA_IFNAME. */
function cookieOf({ index: newInterfaceIndex, name }: Link): AckCookie {
  const writer = new ByteWriter(64);
  link.attributes.encode(writer, { newInterfaceIndex, name });
  return new AckCookie(writer.slice());
}

function aliasOf({ alias }: LinkRequest['attributes']) {
  return alias === undefined ? {} : { alias };
}

/** What bridges read in their own way has not been looked at yet. */
function parsed(request: LinkRequest): LinkRequest {
  const { flags, strict, cause, payload, namespaces } = request;
  if (payload.length < link.header.size) throw new NetlinkError(Errno.EINVAL, 'Invalid header length');
  return { ...parseRequest(link, payload, false), flags, strict, cause, payload, namespaces };
}

/** Whether a request says which link it means. */
function names({ header, attributes }: DecodedLink): boolean {
  return (
    header.interfaceIndex > 0 || attributes.name !== undefined || attributes.alternativeName !== undefined
  );
}

/** What strict checking does not accept in a request for one link. */
function refuseGetStrictly({ header, attributes, payload }: LinkRequest): void {
  if (payload[PADDING] !== 0 || header.type !== 0 || header.flags !== 0 || header.changedFlags !== 0) {
    throw new NetlinkError(Errno.EINVAL, 'Invalid values in header for get link request');
  }
  const {
    targetNamespaceId: _id,
    extendedMask: _mask,
    name: _name,
    alternativeName: _other,
    ...others
  } = attributes;
  if (Object.keys(others).length > 0)
    throw new NetlinkError(Errno.EINVAL, 'Unsupported attribute in get link request');
}

/** What strict checking does not accept in a dump request. */
function refuseStrictly({ header, attributes, payload }: LinkRequest): void {
  if (payload.length < link.header.size) throw new NetlinkError(Errno.EINVAL, 'Invalid header for link dump');
  if (payload[PADDING] !== 0 || header.type !== 0 || header.flags !== 0 || header.changedFlags !== 0) {
    throw new NetlinkError(Errno.EINVAL, 'Invalid values in header for link dump request');
  }
  if (header.interfaceIndex !== 0) {
    throw new NetlinkError(Errno.EINVAL, 'Filter by device index not supported for link dumps');
  }
  const {
    targetNamespaceId,
    extendedMask: _mask,
    master: _master,
    information: _information,
    ...others
  } = attributes;
  if (targetNamespaceId !== undefined)
    throw new NetlinkError(Errno.EINVAL, 'Invalid target network namespace id');
  if (Object.keys(others).length > 0) {
    throw new NetlinkError(Errno.EINVAL, 'Unsupported attribute in link dump request');
  }
}
