import { FREEBSD_SOCKETS, LINUX_SOCKETS, type SocketProfile } from '@nlspace/core';
import { FREEBSD_NETWORK, LINUX_NETWORK, type NetworkProfile } from '@nlspace/family-route';

/** Which system a domain behaves like where they part. Numbers on the wire are Linux's in each. */
export interface Profile {
  readonly sockets: SocketProfile;
  readonly network: NetworkProfile;
  readonly families: FamilyProfile;
}

/** Which generic families there are from the beginning, of those that only one of the systems has. */
export interface FamilyProfile {
  readonly ethtool: boolean;
  /** `nlsysevent` */
  readonly sysevent: boolean;
  /** With it come links of that kind. */
  readonly wireguard: boolean;
}

export const PROFILES = {
  linux: {
    sockets: LINUX_SOCKETS,
    network: LINUX_NETWORK,
    families: { ethtool: true, sysevent: false, wireguard: true },
  },
  freebsd: {
    sockets: FREEBSD_SOCKETS,
    network: FREEBSD_NETWORK,
    families: { ethtool: false, sysevent: true, wireguard: false },
  },
} as const satisfies Readonly<Record<string, Profile>>;

export type ProfileName = keyof typeof PROFILES;

export function isProfileName(name: string): name is ProfileName {
  return Object.hasOwn(PROFILES, name);
}

/** The flags in which a profile differs from Linux, as text: `sockets.echoes: false`. */
export function profileDifferences(profile: Profile): string[] {
  return (['sockets', 'network', 'families'] as const).flatMap((part) => {
    const linux: object = PROFILES.linux[part];
    return Object.entries(profile[part])
      .filter(([flag]) => flag !== 'name')
      .map(([flag, value]) => [flag, textOf(value), textOf((linux as Record<string, unknown>)[flag])])
      .filter(([, value, usual]) => value !== usual)
      .map(([flag, value]) => `${part}.${flag}: ${value}`);
  });
}

function textOf(value: unknown): string {
  if (value === undefined) return 'all';
  if (value instanceof Set) return [...value].join(' ') || 'none';
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([key, inner]) => `${key} ${textOf(inner)}`)
    .join(', ');
}
