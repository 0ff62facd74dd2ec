import { type DumpContext, Errno, NetlinkError, type RequestOf } from '@nlspace/core';
import type { Link } from '../link/link.js';
import type { LinkTable } from '../link/link-table.js';
import { AddressFamily } from '../network/ip-bytes.js';
import { address } from './address-message.js';

type Request = RequestOf<typeof address>;

/**
 * The links that a request to dump addresses is about: one where strict checking looks for an index.
 *
 * @throws {NetlinkError} EINVAL for what strict checking does not accept, ENODEV where there is no such link.
 */
export function linksOfDump(
  request: Request,
  table: LinkTable,
  context: DumpContext,
): 'all' | readonly Link[] {
  const { addressFamily, interfaceIndex } = request.header;
  if (!request.strict) return 'all';
  refuseStrictly(request);
  if (interfaceIndex === 0) return 'all';
  context.markFiltered();
  const only = table.byIndex(interfaceIndex);
  if (only !== undefined) return [only];
  // Asked for all families, the kernel does not say that there is no such link.
  if (addressFamily === AddressFamily.Inet || addressFamily === AddressFamily.Inet6)
    throw new NetlinkError(Errno.ENODEV);
  return [];
}

/** Whether the header of a request to dump addresses names a link, which it does only where nothing else is in it. */
export function namesLink(payload: Uint8Array): boolean {
  const [, prefixLength, flags, scope, ...index] = payload.subarray(0, address.header.size);
  return !prefixLength && !flags && !scope && index.length === 4 && index.some((byte) => byte !== 0);
}

/** What strict checking does not accept in a dump request. */
function refuseStrictly({ header, attributes, payload }: Request): void {
  const family = header.addressFamily === AddressFamily.Inet6 ? 'ipv6' : 'ipv4';
  if (payload.length < address.header.size) {
    throw new NetlinkError(Errno.EINVAL, `${family}: Invalid header for address dump request`);
  }
  if (header.prefixLength !== 0 || header.flags !== 0 || header.scope !== 0) {
    throw new NetlinkError(Errno.EINVAL, `${family}: Invalid values in header for address dump request`);
  }
  if (attributes.targetNamespaceId !== undefined) {
    throw new NetlinkError(Errno.EINVAL, `${family}: Invalid target network namespace id`);
  }
  if (Object.keys(attributes).length > 0) {
    throw new NetlinkError(Errno.EINVAL, `${family}: Unsupported attribute in dump request`);
  }
}
