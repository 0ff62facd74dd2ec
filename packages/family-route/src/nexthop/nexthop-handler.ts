import {
  checkMessage,
  Do,
  Dump,
  type DumpContext,
  Errno,
  inject,
  injectable,
  MESSAGE_HEADER_SIZE,
  type MessageSchema,
  NetlinkError,
  type RawDump,
  type Request,
  type RequestOf,
} from '@nlspace/core';
import { EncodedDump, encodeMessageOf } from '../network/encoded-dump.js';
import { AddressFamily } from '../network/ip-bytes.js';
import type { Network } from '../network/network.js';
import { NETWORK } from '../network/network-token.js';
import { RouteMessageType } from '../route-message-type.js';
import { describeBucket, describeNexthop } from './nexthop-description.js';
import {
  bucketDump,
  bucketQuery,
  nexthop,
  nexthopAddition,
  nexthopDeletion,
  nexthopDump,
  nexthopQuery,
} from './nexthop-message.js';
import type { NexthopGroup, NexthopObject } from './nexthop-object.js';
import { readNexthopRequest } from './nexthop-request.js';

const STRICT = { validation: 'strict', reply: nexthop } as const;
const WRITE = { ...STRICT, privilege: 'admin' } as const;

/** What a dump is restricted to; 0 and false are no restriction. */
interface NexthopFilter {
  readonly addressFamily: number;
  readonly interfaceIndex: number;
  readonly master: number;
  readonly onlyGroups: boolean;
}

/** RTM_*NEXTHOP and RTM_GETNEXTHOPBUCKET */
@injectable()
export class NexthopHandler {
  readonly #network: Network;

  constructor(@inject(NETWORK) network: Network) {
    this.#network = network;
  }

  /** Makes one; NLM_F_REPLACE changes one that is there. NLM_F_EXCL is not needed to be refused. */
  @Do(RouteMessageType.NewNexthop, nexthopAddition, WRITE)
  put(request: RequestOf<typeof nexthopAddition>): void {
    this.#network.nexthops.put(readNexthopRequest(request), request.flags.bits, request.cause);
  }

  @Do(RouteMessageType.DeleteNexthop, nexthopDeletion, WRITE)
  delete({ header, attributes, flags, cause }: RequestOf<typeof nexthopDeletion>): void {
    this.#network.nexthops.remove(idOf(header, attributes.id), flags.bits, cause);
  }

  @Do(RouteMessageType.GetNexthop, nexthopQuery, { ...STRICT, replyType: RouteMessageType.NewNexthop })
  get({ header, attributes }: RequestOf<typeof nexthopQuery>): Uint8Array {
    const found = this.#network.nexthops.store.byId(idOf(header, attributes.id));
    if (found === undefined) throw new NetlinkError(Errno.ENOENT);
    return encode(found, attributes.operationFlags);
  }

  @Dump(RouteMessageType.GetNexthop, nexthopDump, { reply: nexthop })
  dump(request: RequestOf<typeof nexthopDump>, context: DumpContext): RawDump {
    requireStrict(nexthopDump, request);
    const { header, attributes } = request;
    const filter = filterOf(header, attributes);
    const messages = this.#all(0, context, (found) =>
      isFiltered(found, filter, this.#network) ? [] : [encode(found, attributes.operationFlags)],
    );
    return new EncodedDump(messages);
  }

  @Do(RouteMessageType.GetNexthopBucket, bucketQuery, {
    ...STRICT,
    replyType: RouteMessageType.NewNexthopBucket,
  })
  getBucket({ header, attributes }: RequestOf<typeof bucketQuery>): Uint8Array {
    const id = idOf(header, attributes.id);
    const { resilientBucket } = attributes;
    if (resilientBucket === undefined) throw invalid('Bucket information is missing');
    const { index } = resilientBucket;
    if (index === undefined) throw invalid('Bucket index is missing');
    const group = this.#resilientGroup(id);
    if (index >= (group.buckets?.length ?? 0))
      throw new NetlinkError(Errno.ENOENT, 'Bucket index out of bounds');
    return encodeBucket(group, index);
  }

  @Dump(RouteMessageType.GetNexthopBucket, bucketDump, { reply: nexthop })
  dumpBuckets(request: RequestOf<typeof bucketDump>, context: DumpContext): RawDump {
    requireStrict(bucketDump, request, false);
    const { header, attributes } = request;
    const { id } = attributes;
    if (id === 0) throw invalid('Invalid nexthop id');
    const nexthopId = attributes.resilientBucket?.nexthopId;
    if (nexthopId === 0) throw invalid('Invalid nexthop id');
    const filter = filterOf(header, attributes);
    const network = this.#network;
    function* bucketsOf(group: NexthopObject): Generator<Uint8Array> {
      if (!group.isGroup || group.buckets === undefined) return;
      for (let index = 0; index < group.buckets.length; index++) {
        const member = group.buckets.memberOf(index)?.nexthop;
        if (member === undefined || isFiltered(member, filter, network)) continue;
        if (nexthopId !== undefined && nexthopId !== member.id) continue;
        yield encodeBucket(group, index);
      }
    }
    if (id !== undefined) return new EncodedDump(bucketsOf(this.#resilientGroup(id)));
    return new EncodedDump(this.#all(0, context, bucketsOf));
  }

  /** By id, ascending. What changes meanwhile is seen, and said. */
  *#all(
    first: number,
    context: DumpContext,
    messagesOf: (found: NexthopObject) => Iterable<Uint8Array>,
  ): Generator<Uint8Array> {
    const { store } = this.#network.nexthops;
    let { generation } = store;
    for (let found = store.atOrAfter(first); found !== undefined; found = store.atOrAfter(found.id + 1)) {
      for (const message of messagesOf(found)) {
        if (store.generation !== generation) {
          context.markInterrupted();
          generation = store.generation;
        }
        yield message;
      }
    }
  }

  #resilientGroup(id: number): NexthopGroup {
    const found = this.#network.nexthops.store.byId(id);
    if (found === undefined) throw new NetlinkError(Errno.ENOENT);
    if (!found.isGroup) throw invalid('Not a nexthop group');
    if (found.buckets === undefined) throw invalid('Nexthop group not of type resilient');
    return found;
  }
}

type Header = RequestOf<typeof nexthopDump>['header'];

function invalid(text: string): NetlinkError {
  return new NetlinkError(Errno.EINVAL, text);
}

function encode(found: NexthopObject, operationFlags = 0): Uint8Array {
  return encodeMessageOf(nexthop, describeNexthop(found, operationFlags), RouteMessageType.NewNexthop);
}

function encodeBucket(group: NexthopGroup, index: number): Uint8Array {
  return encodeMessageOf(nexthop, describeBucket(group, index), RouteMessageType.NewNexthopBucket);
}

function isBlank({ protocol, reserved, scope, flags }: Header): boolean {
  return protocol === 0 && reserved === 0 && scope === 0 && flags === 0;
}

/** Whom a request for one means (nh_valid_get_del_req). */
function idOf(header: Header, id: number | undefined): number {
  if (!isBlank(header)) throw invalid('Invalid values in header');
  if (id === undefined) throw invalid('Nexthop id is missing');
  if (id === 0) throw invalid('Invalid nexthop id');
  return id;
}

/**
 * Dumps are looked at by their first step, so that NLMSG_DONE says what is wrong; and always strictly. Of buckets it
 * says so without a word.
 */
function requireStrict(schema: unknown, { payload }: Pick<Request, 'payload'>, isExplained = true): void {
  if (payload.length < nexthop.header.size)
    throw new NetlinkError(Errno.EINVAL, isExplained ? 'Invalid header length' : undefined);
  const failed = checkMessage(schema as MessageSchema, payload, true);
  if (failed === undefined) return;
  const { failure, offset } = failed;
  if (!isExplained) throw new NetlinkError(failure.errno);
  throw new NetlinkError(
    failure.errno,
    failure.text,
    offset === undefined ? {} : { offset: offset + MESSAGE_HEADER_SIZE },
  );
}

const LARGEST_INDEX = 0x7fffffff;

function filterOf(
  header: Header,
  {
    interfaceIndex = 0,
    master = 0,
    groups,
  }: { interfaceIndex?: number; master?: number; groups?: boolean | undefined },
): NexthopFilter {
  if (interfaceIndex > LARGEST_INDEX) throw invalid('Invalid device index');
  if (master > LARGEST_INDEX) throw invalid('Invalid master device index');
  if (!isBlank(header)) throw invalid('Invalid values in header for nexthop dump request');
  return { addressFamily: header.addressFamily, interfaceIndex, master, onlyGroups: groups === true };
}

/** Whether a dump leaves it out (nh_dump_filtered). */
function isFiltered(found: NexthopObject, filter: NexthopFilter, { links }: Network): boolean {
  const { addressFamily, interfaceIndex, master, onlyGroups } = filter;
  if (onlyGroups && !found.isGroup) return true;
  if (interfaceIndex === 0 && master === 0 && addressFamily === AddressFamily.Unspecified) return false;
  if (found.isGroup) return true;
  const { definition } = found;
  if (addressFamily !== AddressFamily.Unspecified && definition.addressFamily !== addressFamily) return true;
  if (interfaceIndex !== 0 && definition.leg.interfaceIndex !== interfaceIndex) return true;
  return master !== 0 && links.byIndex(definition.leg.interfaceIndex)?.master?.index !== master;
}
