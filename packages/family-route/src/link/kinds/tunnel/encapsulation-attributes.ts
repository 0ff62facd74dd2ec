import { attr, Errno, NetlinkError } from '@nlspace/core';

const network = { byteOrder: 'network' } as const;

/** What tunnels may be wrapped into once more (TUNNEL_ENCAP_*): nothing, here. */
const NO_ENCAPSULATION = 0;

/** `IFLA_*_ENCAP_*` in the order in which tunnels write them. @param first the number of `…_ENCAP_TYPE` */
export function encapsulationAttributes<N extends number>(first: N) {
  return {
    encapsulationType: attr.u16(first),
    encapsulationSourcePort: attr.u16(first + 2, network),
    encapsulationDestinationPort: attr.u16(first + 3, network),
    encapsulationFlags: attr.u16(first + 1),
  };
}

export interface Encapsulation {
  encapsulationType?: number;
  encapsulationSourcePort?: number;
  encapsulationDestinationPort?: number;
  encapsulationFlags?: number;
}

/**
 * What a request says of encapsulation: all of it is new as soon as one part is there.
 *
 * @throws {NetlinkError} EOPNOTSUPP for foo over UDP and its like.
 */
export function encapsulationOf(requested: Encapsulation, before: Required<Encapsulation> = NONE) {
  const { encapsulationType, encapsulationSourcePort, encapsulationDestinationPort, encapsulationFlags } =
    requested;
  if (encapsulationType !== undefined && encapsulationType !== NO_ENCAPSULATION)
    throw new NetlinkError(Errno.EOPNOTSUPP, 'tunnels in UDP (encap) are not supported');
  const given = {
    ...(encapsulationType === undefined ? {} : { encapsulationType }),
    ...(encapsulationSourcePort === undefined ? {} : { encapsulationSourcePort }),
    ...(encapsulationDestinationPort === undefined ? {} : { encapsulationDestinationPort }),
    ...(encapsulationFlags === undefined ? {} : { encapsulationFlags }),
  };
  return Object.keys(given).length === 0 ? encapsulationIn(before) : { ...NONE, ...given };
}

function encapsulationIn(state: Required<Encapsulation>): Required<Encapsulation> {
  const { encapsulationType, encapsulationSourcePort, encapsulationDestinationPort, encapsulationFlags } =
    state;
  return { encapsulationType, encapsulationSourcePort, encapsulationDestinationPort, encapsulationFlags };
}

const NONE: Required<Encapsulation> = {
  encapsulationType: NO_ENCAPSULATION,
  encapsulationSourcePort: 0,
  encapsulationDestinationPort: 0,
  encapsulationFlags: 0,
};
