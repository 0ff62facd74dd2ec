import {
  type AttributeShape,
  align4,
  checkMessageAt,
  type DecodedMessage,
  decodeMessageAt,
  type HeaderShape,
  MESSAGE_HEADER_SIZE,
  type MessageSchema,
  NetlinkError,
} from '@nlspace/core';

/**
 * Checks a request's attributes as the kernel's parser does, and decodes it. For operations that look at the header
 * first, or at nothing else.
 *
 * @param knownOnly refuses unknown attributes and trailing bytes.
 * @param exact refuses payloads that are too long and a missing NLA_F_NESTED.
 * @throws {NetlinkError} what the policy says.
 */
export function parseRequest<H extends HeaderShape, A extends AttributeShape>(
  schema: MessageSchema<H, A>,
  payload: Uint8Array,
  knownOnly: boolean,
  exact = false,
): DecodedMessage<H, A> {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const failed =
    payload.length < align4(schema.header.size)
      ? undefined
      : checkMessageAt(schema as never, view, 0, payload.length, knownOnly, exact);
  if (failed !== undefined) {
    const { errno, text } = failed.failure;
    const { offset } = failed;
    throw new NetlinkError(errno, text, offset === undefined ? {} : { offset: offset + MESSAGE_HEADER_SIZE });
  }
  return decodeMessageAt(schema, view, 0, payload.length);
}
