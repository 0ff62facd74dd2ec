/** `ndm_state` (NUD_*). A request may set several at once. */
export enum NeighbourState {
  None = 0x00,
  Incomplete = 0x01,
  Reachable = 0x02,
  Stale = 0x04,
  Delay = 0x08,
  Probe = 0x10,
  Failed = 0x20,
  NoArp = 0x40,
  Permanent = 0x80,
}

/** States that are sure of the link-layer address (NUD_CONNECTED). */
export const CONNECTED_STATES = NeighbourState.Permanent | NeighbourState.NoArp | NeighbourState.Reachable;
/** States that have a link-layer address (NUD_VALID). */
export const VALID_STATES =
  CONNECTED_STATES | NeighbourState.Probe | NeighbourState.Stale | NeighbourState.Delay;
/** States that time ends (NUD_IN_TIMER). */
export const TIMED_STATES =
  NeighbourState.Incomplete | NeighbourState.Reachable | NeighbourState.Delay | NeighbourState.Probe;

/** `ndm_flags` (NTF_*), and above them the bits of NDA_FLAGS_EXT (NTF_EXT_*). */
export enum NeighbourFlag {
  /** Do as if a packet had been sent there. */
  Use = 0x01,
  Self = 0x02,
  Master = 0x04,
  Proxy = 0x08,
  ExternallyLearned = 0x10,
  Offloaded = 0x20,
  Sticky = 0x40,
  Router = 0x80,
  /** Is asked for again whenever it is not known. */
  Managed = 0x100,
  Locked = 0x200,
  /** Never fails: somebody else vouches for it. */
  ExternallyValidated = 0x400,
}

/** Where NDA_FLAGS_EXT begins in the flags. */
export const EXTENDED_FLAGS_SHIFT = 8;
/** What NDA_FLAGS_EXT may hold (NTF_EXT_MASK). */
export const EXTENDED_FLAGS =
  (NeighbourFlag.Managed | NeighbourFlag.Locked | NeighbourFlag.ExternallyValidated) >> EXTENDED_FLAGS_SHIFT;
