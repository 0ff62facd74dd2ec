/** Why a route has come or gone. */
export type RouteReason =
  /** Somebody asked for it. */
  | 'request'
  /** An address or a link brought it along, or took back what it had brought. */
  | 'kernel'
  /** Its link went down or is no more, or has lost IPv6. */
  | 'link'
  /** Its link has no IPv4 address any more. */
  | 'addresses'
  /** The source address that it preferred is gone. */
  | 'source'
  /** Its nexthop object is gone. */
  | 'nexthop'
  /** Its time was over. */
  | 'expiry';
