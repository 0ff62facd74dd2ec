import {
  Do,
  Dump,
  type DumpContext,
  Errno,
  inject,
  injectable,
  MessageFlag,
  NetlinkError,
  type RawDump,
} from '@nlspace/core';
import { EncodedDump } from '../network/encoded-dump.js';
import { AddressFamily } from '../network/ip-bytes.js';
import type { Network } from '../network/network.js';
import { NETWORK } from '../network/network-token.js';
import { RouteMessageType } from '../route-message-type.js';
import { RouteDescription } from './route-description.js';
import { RouteDump } from './route-dump.js';
import { type RouteRequest, route } from './route-message.js';
import { RouteFlag } from './route-numbers.js';
import { RouteResolver } from './route-resolver.js';

const WRITE = { privilege: 'admin', validation: 'none' } as const;

/** RTM_*ROUTE */
@injectable()
export class RouteHandler {
  readonly #network: Network;
  readonly #resolver: RouteResolver;
  readonly #description = new RouteDescription();

  constructor(@inject(NETWORK) network: Network) {
    this.#network = network;
    this.#resolver = new RouteResolver(network.routes);
  }

  /** CREATE, EXCL, REPLACE and APPEND as `route-identity.ts` says. */
  @Do(RouteMessageType.NewRoute, route, WRITE)
  put({ payload, flags, cause }: RouteRequest): void {
    this.#network.routes.add(this.#read(payload), flags.bits, cause);
  }

  @Do(RouteMessageType.DeleteRoute, route, WRITE)
  delete({ payload, cause }: RouteRequest): void {
    this.#network.routes.remove(this.#read(payload), cause);
  }

  /** How a packet would go. */
  @Do(RouteMessageType.GetRoute, route, { replyType: RouteMessageType.NewRoute, validation: 'none' })
  get(request: RouteRequest): Uint8Array {
    return this.#resolver.resolve(request);
  }

  @Dump(RouteMessageType.GetRoute, route, { replyType: RouteMessageType.NewRoute, done: 'apart' })
  dump(request: RouteRequest, context: DumpContext): RawDump {
    const { header, attributes, strict } = request;
    const { routes, links, clock } = this.#network;
    const family = header.addressFamily;
    const isOneFamily = family === AddressFamily.Inet || family === AddressFamily.Inet6;
    const fibs = isOneFamily ? [routes.fib(family)] : [routes.ipv4Fib, routes.ipv6Fib];
    if (!strict) {
      // Nothing here has come from a router's prefixes.
      if ((header.flags & RouteFlag.Prefix) !== 0) return new EncodedDump([]);
      const filter = { table: 0, protocol: 0, type: 0, interfaceIndex: 0, messageFlags: 0 };
      return new RouteDump(fibs, filter, clock);
    }
    refuseStrictly(request);
    const table = attributes.table ?? header.table;
    const interfaceIndex = attributes.outputInterface ?? 0;
    const { protocol, type } = header;
    if (interfaceIndex !== 0 && links.byIndex(interfaceIndex) === undefined)
      throw new NetlinkError(Errno.ENODEV);
    if (table !== 0 || protocol !== 0 || type !== 0 || interfaceIndex !== 0 || header.flags !== 0)
      context.markFiltered();
    if (table !== 0 && isOneFamily && routes.fib(family).table(table) === undefined) {
      throw new NetlinkError(
        Errno.ENOENT,
        `${family === AddressFamily.Inet ? 'ipv4' : 'ipv6'}: FIB table does not exist`,
      );
    }
    // Nothing is ever cached, nor has come from a router's prefixes.
    if (header.flags !== 0) return new EncodedDump([]);
    // Without caches every strict dump shows but a part.
    const messageFlags = MessageFlag.DumpFiltered;
    return new RouteDump(fibs, { table, protocol, type, interfaceIndex, messageFlags }, clock);
  }

  #read(payload: Uint8Array): RouteDescription {
    const description = this.#description;
    const family = payload[0];
    if (family !== AddressFamily.Inet && family !== AddressFamily.Inet6)
      throw new NetlinkError(Errno.EOPNOTSUPP);
    description.read(payload, 0, payload.length);
    return description;
  }
}

/** What strict checking does not accept in a dump request (ip_valid_fib_dump_req). */
function refuseStrictly({ header, attributes, payload }: RouteRequest): void {
  const refuse = (text: string): never => {
    throw new NetlinkError(Errno.EINVAL, text);
  };
  if (payload.length < route.header.size) refuse('Invalid header for FIB dump request');
  if (
    header.destinationLength !== 0 ||
    header.sourceLength !== 0 ||
    header.typeOfService !== 0 ||
    header.scope !== 0
  ) {
    refuse('Invalid values in header for FIB dump request');
  }
  if ((header.flags & ~(RouteFlag.Cloned | RouteFlag.Prefix)) !== 0)
    refuse('Invalid flags for FIB dump request');
  if (Object.keys(attributes).some((key) => key !== 'table' && key !== 'outputInterface')) {
    refuse('Unsupported attribute in dump request');
  }
}
