import type { Class } from '@nlspace/core';
import type { GenericFamilyOptions } from './generic-family.js';
import { LONGEST_NAME } from './names.js';

/** @throws {Error} naming the class, what is wrong and what to do. */
export function checkOptions(target: Class, { name, groups = [], version = 1 }: GenericFamilyOptions): void {
  checkName(`the family of ${target.name}`, name);
  if (!Number.isInteger(version) || version < 0 || version > 0xff)
    throw new Error(`${target.name}: version ${version} is no byte`);
  for (const [index, group] of groups.entries()) {
    checkName(`group ${index + 1} of ${target.name}`, group);
    if (groups.indexOf(group) !== index)
      throw new Error(`${target.name} names the group ${group} twice; leave one out`);
  }
}

function checkName(what: string, name: string): void {
  const { length } = new TextEncoder().encode(name);
  if (length === 0 || length > LONGEST_NAME)
    throw new Error(`${what} is called "${name}", ${length} bytes; a name has 1 to ${LONGEST_NAME}`);
  if (name.includes('\0')) throw new Error(`${what} has a NUL in its name`);
}
