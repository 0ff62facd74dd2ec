import { type Class, FREEBSD_SOCKETS, LINUX_SOCKETS, type SocketProfile } from '@nlspace/core';
import { EthtoolFamily } from '@nlspace/family-ethtool';
import { FREEBSD_NETWORK, LINUX_NETWORK, type NetworkProfile } from '@nlspace/family-route';

/** Which system a domain behaves like where they part. Numbers on the wire are Linux's in each. */
export interface Profile {
  readonly sockets: SocketProfile;
  readonly network: NetworkProfile;
  /** The generic families that it begins with, beside nlctrl. */
  readonly families: readonly ShippedFamily[];
}

/** Generic families that come with nlspace, by name. */
export const SHIPPED_FAMILIES = { ethtool: EthtoolFamily } as const satisfies Readonly<Record<string, Class>>;
export type ShippedFamily = keyof typeof SHIPPED_FAMILIES;

export const PROFILES = {
  linux: { sockets: LINUX_SOCKETS, network: LINUX_NETWORK, families: ['ethtool'] },
  freebsd: { sockets: FREEBSD_SOCKETS, network: FREEBSD_NETWORK, families: [] },
} as const satisfies Readonly<Record<string, Profile>>;

export type ProfileName = keyof typeof PROFILES;

export function isProfileName(name: string): name is ProfileName {
  return Object.hasOwn(PROFILES, name);
}

/** The flags in which a profile differs from Linux, as text: `sockets.echoes: false`. */
export function profileDifferences(profile: Profile): string[] {
  return (['sockets', 'network'] as const).flatMap((part) => {
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
