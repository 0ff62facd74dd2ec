import { existsSync } from 'node:fs';
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
    for (const family of await importFamilies(path)) {
      try {
        domain.register(family);
      } catch (error) {
        throw new FamilyModuleError(`${path}: ${messageOf(error)}`, 'unusable', { cause: error });
      }
    }
  }
}

/**
 * The families that a module exports, at least one.
 *
 * @param query behind the module's URL: another one has the file read again.
 * @throws {FamilyModuleError} naming the module and what is wrong with it.
 */
export async function importFamilies(path: string, query = ''): Promise<(Class | FamilySetup)[]> {
  const families = [...new Set(Object.values(await load(path, query)))].filter(isRegistrable);
  if (families.length === 0) {
    throw new FamilyModuleError(
      `${path} exports no family; export a class that is decorated with @GenericFamily(…) or @NetlinkFamily(…), which ` +
        'have to come from the nlspace that this command belongs to',
    );
  }
  return families;
}

async function load(path: string, query: string): Promise<Record<string, unknown>> {
  const file = resolve(path);
  if (!existsSync(file)) throw new FamilyModuleError(`${path} cannot be loaded: no such file`, 'missing');
  try {
    return (await import(pathToFileURL(file).href + query)) as Record<string, unknown>;
  } catch (error) {
    throw new FamilyModuleError(`${path} cannot be loaded: ${messageOf(error)}`, 'unusable', {
      cause: error,
    });
  }
}

function isRegistrable(value: unknown): value is Class | FamilySetup {
  if (isFamily(value)) return true;
  return typeof value === 'object' && value !== null && 'family' in value && isFamily(value.family);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
