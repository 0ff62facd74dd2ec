/**
 * What a `@Do` may return instead of messages: bytes that go with its acknowledgement (NLMSGERR_ATTR_COOKIE), if the
 * socket asked for extended ACKs.
 */
export class AckCookie {
  constructor(readonly bytes: Uint8Array) {}
}
