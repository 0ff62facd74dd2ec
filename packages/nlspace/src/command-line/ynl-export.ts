import { NetlinkProtocol } from '@nlspace/core';
import {
  type DescribedFamily,
  describeYnl,
  type GenericNetlink,
  type YnlSpec,
} from '@nlspace/family-generic';
import { stringify } from 'yaml';
import { createNetlink } from '../create-netlink.js';
import type { CommandLine } from './arguments.js';
import { FamilyModuleError } from './family-module-error.js';
import { loadFamilies } from './load-families.js';
import { UsageError } from './usage-error.js';

/** The specification of a generic family, as YAML or JSON. */
export async function exportYnl(
  name: string,
  { families, profile, json, license }: CommandLine,
): Promise<string> {
  const netlink = createNetlink({ profile });
  await loadFamilies(netlink, families);
  const generic = netlink.familyOf(NetlinkProtocol.Generic)?.instance as GenericNetlink;
  const family = generic.byName(name);
  if (family === undefined) {
    const names = generic.all().map((one) => one.name);
    throw new UsageError(`there is no generic family ${name}; there are ${names.join(', ')}`);
  }
  const spec = specOf(family);
  return json ? jsonText(spec) : yamlText(spec, license);
}

function specOf(family: DescribedFamily): YnlSpec {
  try {
    return describeYnl(family);
  } catch (error) {
    throw new FamilyModuleError((error as Error).message, 'unusable', { cause: error });
  }
}

/**
 * The kernel's tools want a licence in the first line. They read YAML 1.1, so what that takes for something else (`on`,
 * `no`) is quoted.
 */
function yamlText(spec: YnlSpec, license: string): string {
  return `# SPDX-License-Identifier: ${license}\n---\n${stringify(spec, { aliasDuplicateObjects: false, lineWidth: 100, schema: 'yaml-1.1' })}`;
}

const LARGE = /"bigint:(-?\d+)"/g;

/** Limits above 2^53 as the digits they have: JSON has no bound, only JavaScript's writer does. */
function jsonText(spec: YnlSpec): string {
  const text = JSON.stringify(
    spec,
    (_key, value: unknown) => (typeof value === 'bigint' ? `bigint:${value}` : value),
    2,
  );
  return `${text.replace(LARGE, '$1')}\n`;
}
