import { align4, Errno, MESSAGE_HEADER_SIZE, NetlinkError } from '@nlspace/core';
import { AddressFamily } from '../network/ip-bytes.js';
import type { Link } from './link.js';
import { AddressGenerationMode } from './link-flags.js';
import { linkIpv6Settings, link as linkMessage } from './link-message.js';

const ATTRIBUTE_HEADER = 4;
const TYPE_MASK = 0x3fff;

/**
 * Looks at IFLA_AF_SPEC of a request before anything is done: which address families it speaks of, and whether the link has
 * them (`validate_linkmsg`).
 *
 * @param found the link that is to change; one that is to be made has no family yet.
 * @throws {NetlinkError} EAFNOSUPPORT for a family that the link has not got, EOPNOTSUPP for one that sets nothing, and what the
 * policy of the family says.
 */
export function checkAddressFamilies(payload: Uint8Array, found: Link | undefined): void {
  for (const [family, bytes] of familiesOf(payload)) {
    if (family === AddressFamily.Bridge) throw new NetlinkError(Errno.EOPNOTSUPP);
    const known = linkMessage.attributes.shape.addressFamilies.kind.nested?.byType[family];
    const isThere =
      family === AddressFamily.Inet
        ? found?.ipv4 !== undefined
        : family === AddressFamily.Inet6 && found?.ipv6 !== undefined;
    if (known === undefined || !isThere) throw new NetlinkError(Errno.EAFNOSUPPORT);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const failed = known.definition.kind.nested?.check(view, 0, bytes.length, false);
    if (failed !== undefined) {
      const { failure, offset = 0 } = failed;
      const start = MESSAGE_HEADER_SIZE + bytes.byteOffset - payload.byteOffset;
      throw new NetlinkError(failure.errno, failure.text, { offset: start + offset });
    }
    if (family === AddressFamily.Inet6) checkIpv6(linkIpv6Settings.decode(view, 0, bytes.length));
  }
}

/** A request that changes nothing is refused; so is stable privacy, for its secret is only set by /proc/sys. */
function checkIpv6({ addressGenerationMode: mode, token }: ReturnType<typeof linkIpv6Settings.decode>): void {
  const isUnknown = mode !== undefined && mode > AddressGenerationMode.Random;
  if (
    (mode === undefined && token === undefined) ||
    isUnknown ||
    mode === AddressGenerationMode.StablePrivacy
  )
    throw new NetlinkError(Errno.EINVAL);
}

/** What each nested attribute of the last IFLA_AF_SPEC holds, by address family. */
function* familiesOf(payload: Uint8Array): Generator<readonly [family: number, bytes: Uint8Array]> {
  const { addressFamilies } = linkMessage.attributes.shape;
  let all: Uint8Array = new Uint8Array(0);
  for (const [type, bytes] of attributesIn(payload.subarray(linkMessage.header.size)))
    if (type === addressFamilies.type) all = bytes;
  yield* attributesIn(all);
}

function* attributesIn(bytes: Uint8Array): Generator<readonly [type: number, bytes: Uint8Array]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let offset = 0; bytes.length - offset >= ATTRIBUTE_HEADER; ) {
    const length = view.getUint16(offset, true);
    if (length < ATTRIBUTE_HEADER || offset + length > bytes.length) return;
    yield [
      view.getUint16(offset + 2, true) & TYPE_MASK,
      bytes.subarray(offset + ATTRIBUTE_HEADER, offset + length),
    ];
    offset += align4(length);
  }
}
