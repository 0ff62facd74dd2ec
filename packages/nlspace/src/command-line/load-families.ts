import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Class, type FamilySetup, isFamily, type NetlinkDomain } from '@nlspace/core';
import { FamilyModuleError } from './family-module-error.js';

/**
 * Registers every family that the modules export: decorated classes, what `genericFamily` gives, and such with their
 * providers, `{ family, providers }`.
 *
 * @throws {FamilyModuleError} naming the module and what is wrong with it.
 */
export async function loadFamilies(domain: NetlinkDomain, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const families = [...new Set(Object.values(await load(path)))].filter(isRegistrable);
    if (families.length === 0) {
      throw new FamilyModuleError(
        `${path} exports no family; export a class that is decorated with @GenericFamily(…) or @NetlinkFamily(…), which ` +
          'have to come from the nlspace that this command belongs to',
      );
    }
    for (const family of families) {
      try {
        domain.register(family);
      } catch (error) {
        throw new FamilyModuleError(`${path}: ${messageOf(error)}`, { cause: error });
      }
    }
  }
}

async function load(path: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(resolve(path)).href)) as Record<string, unknown>;
  } catch (error) {
    throw new FamilyModuleError(`${path} cannot be loaded: ${messageOf(error)}`, { cause: error });
  }
}

function isRegistrable(value: unknown): value is Class | FamilySetup {
  if (isFamily(value)) return true;
  return typeof value === 'object' && value !== null && 'family' in value && isFamily(value.family);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
