import {
  Do,
  Dump,
  Errno,
  GROUP_NOTIFIER,
  type GroupNotifier,
  inject,
  injectable,
  type NamespaceId,
  NetlinkError,
  type RequestOf,
} from '@nlspace/core';
import { encodeMessageOf } from '../network/encoded-dump.js';
import type { Network } from '../network/network.js';
import type { NamespaceEvent } from '../network/network-events.js';
import { NETWORK } from '../network/network-token.js';
import { ROUTE_GROUPS } from '../route-groups.js';
import { RouteMessageType } from '../route-message-type.js';
import { type NamespaceNumber, namespaceNumber } from './namespace-message.js';
import { namespaceOf } from './namespace-reference.js';

type Request = RequestOf<typeof namespaceNumber>;

const NOT_ASSIGNED = -1;

/** RTM_*NSID: what this network calls other namespaces. */
@injectable()
export class NamespaceHandler {
  constructor(
    @inject(NETWORK) private readonly network: Network,
    @inject(GROUP_NOTIFIER) private readonly groups: GroupNotifier,
  ) {}

  notify(event: NamespaceEvent): void {
    const type =
      event.type === 'namespace-numbered'
        ? RouteMessageType.NewNamespaceId
        : RouteMessageType.DeleteNamespaceId;
    const body = { header: { addressFamily: 0 }, attributes: { number: event.number } };
    if (!this.groups.hasListeners(ROUTE_GROUPS.namespaceId, event.cause)) return;
    // Nobody requests RTM_DELNSID, so that the family has no schema for it.
    const message = encodeMessageOf(namespaceNumber, body, type);
    this.groups.notifyRaw(ROUTE_GROUPS.namespaceId, message, event.cause);
  }

  @Do(RouteMessageType.NewNamespaceId, namespaceNumber, { privilege: 'admin' })
  assign(request: Request): void {
    const { number } = request.attributes;
    if (number === undefined) throw new NetlinkError(Errno.EINVAL, 'nsid is missing');
    const id = peerOf(request);
    if (id === undefined) throw new NetlinkError(Errno.EINVAL, 'Peer netns reference is missing');
    this.network.namespaces.get(id, request.namespaces);
    this.network.numberNamespace(id, request.cause, number < 0 ? undefined : number);
  }

  @Do(RouteMessageType.GetNamespaceId, namespaceNumber, { replyType: RouteMessageType.NewNamespaceId })
  get(request: Request): NamespaceNumber {
    const { number, target } = request.attributes;
    const id = peerOf(request) ?? this.#byNumber(number);
    const own = this.network.namespaceIds.numberOf(id) ?? NOT_ASSIGNED;
    if (target === undefined) return message({ number: own });
    return message({ number: this.#targetOf(target).numberOf(id) ?? NOT_ASSIGNED, currentNumber: own });
  }

  @Dump(RouteMessageType.GetNamespaceId, namespaceNumber, { replyType: RouteMessageType.NewNamespaceId })
  *dump({ attributes, strict }: Request): Generator<NamespaceNumber> {
    const { target, ...others } = attributes;
    const isTargeted = strict && target !== undefined;
    if (strict && Object.keys(others).length > 0) {
      const attribute = Object.keys(others)[0] as string;
      throw new NetlinkError(Errno.EINVAL, 'Unsupported attribute in dump request', { attribute });
    }
    const targetId = isTargeted ? this.network.namespaceIds.byNumber(target) : undefined;
    if (isTargeted && targetId === undefined) {
      throw new NetlinkError(Errno.EINVAL, 'Invalid target network namespace id', { attribute: 'target' });
    }
    const own = this.network.namespaceIds;
    if (targetId === undefined) {
      for (const [number] of own.entries()) yield message({ number });
      return;
    }
    for (const [number, id] of this.network.namespaces.get(targetId).namespaceIds.entries()) {
      yield message({ number, currentNumber: own.numberOf(id) ?? NOT_ASSIGNED });
    }
  }

  #byNumber(number: number | undefined): NamespaceId {
    if (number === undefined) throw new NetlinkError(Errno.EINVAL, 'Peer netns reference is missing');
    const id = this.network.namespaceIds.byNumber(number);
    if (id === undefined) {
      throw new NetlinkError(Errno.ENOENT, 'Peer netns reference is invalid', { attribute: 'number' });
    }
    return id;
  }

  #targetOf(target: number): Network['namespaceIds'] {
    const id = this.network.namespaceIds.byNumber(target);
    if (id === undefined) {
      throw new NetlinkError(Errno.EINVAL, 'Target netns reference is invalid', { attribute: 'target' });
    }
    return this.network.namespaces.get(id).namespaceIds;
  }
}

function peerOf({ attributes: { processId, descriptor }, namespaces }: Request): NamespaceId | undefined {
  try {
    return namespaceOf({ processId, descriptor }, namespaces);
  } catch (error) {
    if (!(error instanceof NetlinkError) || error.errno === Errno.EOPNOTSUPP) throw error;
    const attribute = processId === undefined ? 'descriptor' : 'processId';
    throw new NetlinkError(error.errno, 'Peer netns reference is invalid', { attribute });
  }
}

function message(attributes: NamespaceNumber['attributes']): NamespaceNumber {
  return { header: { addressFamily: 0 }, attributes };
}
