import type { AddressWords } from './ip-words.js';

/** The loopback link of a network is always its first: what the host itself sends comes from there. */
export const LOOPBACK_INDEX = 1;

const UNSPECIFIED: AddressWords = new Uint32Array(4);

/** What is looked up: a packet, as far as rules and routes look at it. May be used again and again. */
export class Flow {
  destination: AddressWords = UNSPECIFIED;
  /** All zeros while it is not known. */
  source: AddressWords = UNSPECIFIED;
  /** For rules: where the packet comes from. */
  inputInterface = LOOPBACK_INDEX;
  /** For rules: the link that the sender has named; 0 for none. */
  outputInterface = 0;
  /** Routes over this link are wanted; 0 for any. */
  interfaceIndex = 0;
  /** IPv6: a route over another link is better than none. */
  acceptsOtherLinks = false;
  /** IPv4: only routes of this scope or a narrower one. */
  scope = 0;
  typeOfService = 0;
  mark = 0;
  userId = 0;
  ipProtocol = 0;
  sourcePort = 0;
  destinationPort = 0;
  flowLabel = 0;
  /** The VRF that one of its links is or belongs to; 0 for none. */
  vrf = 0;
  /** The table of that VRF. */
  vrfTable = 0;
  /** It is the VRF of the link that the sender has named, not of the one where the packet comes from. */
  isVrfOfOutput = false;
}

/** A packet of the host's own to an address, of which nothing else is known. */
export function flowTo(destination: AddressWords): Flow {
  const flow = new Flow();
  flow.destination = destination;
  return flow;
}
