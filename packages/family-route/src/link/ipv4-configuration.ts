/** IPV4_DEVCONF_* of Linux 6.18, as far as something here depends on them. */
export enum Ipv4Setting {
  Forwarding = 1,
  MulticastForwarding = 2,
  NeighbourProxying = 3,
  ReversePathFilter = 8,
  NoTransformation = 15,
  NoTransformationPolicy = 16,
  PromoteSecondaries = 20,
  AcceptLocal = 23,
  SourceValidMark = 24,
  RouteLocalNetwork = 26,
  IgnoreRoutesWithLinkDown = 29,
  BroadcastForwarding = 32,
}

/** IPV4_DEVCONF_MAX */
export const LAST_IPV4_SETTING = 33;

/** What would make packets, and so the answers about routes, go another way. */
export const UNSUPPORTED_IPV4_SETTINGS: ReadonlySet<number> = new Set([
  Ipv4Setting.Forwarding,
  Ipv4Setting.MulticastForwarding,
  Ipv4Setting.ReversePathFilter,
  Ipv4Setting.AcceptLocal,
  Ipv4Setting.SourceValidMark,
  Ipv4Setting.RouteLocalNetwork,
  Ipv4Setting.IgnoreRoutesWithLinkDown,
  Ipv4Setting.BroadcastForwarding,
]);

/** IPv4 on one link (`in_device`). */
export class Ipv4Configuration {
  /** By IPV4_DEVCONF_*; what is not there is as in a fresh namespace. */
  readonly changed = new Map<number, number>();

  /** On its way out: addresses leave without regard to each other. */
  isEnding = false;

  get promotesSecondaries(): boolean {
    return (this.changed.get(Ipv4Setting.PromoteSecondaries) ?? 0) !== 0;
  }
}
