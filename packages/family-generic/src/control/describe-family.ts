import type { Operation } from '@nlspace/core';
import { genericHeader } from '../generic-header.js';
import type { ServedGenericFamily } from '../served-generic-family.js';
import { type FamilyDescription, OperationFlag } from './control-message.js';
import { policyOf } from './describe-policy.js';

/** CTRL_CMD_NEWFAMILY about a family, as Linux 6.18 writes it (ctrl_fill_info). */
export function describeFamily(family: ServedGenericFamily): FamilyDescription {
  const operations = operationFlags(family);
  const { groups } = family;
  return {
    attributes: {
      familyName: family.name,
      familyId: family.familyId,
      version: family.version,
      headerSize: family.headerSize - genericHeader.size,
      highestAttribute: highestAttribute(family),
      ...(operations.length === 0 ? {} : { operations }),
      ...(groups.length === 0 ? {} : { groups: [...groups] }),
    },
  };
}

/** CTRL_CMD_NEWMCAST_GRP and DELMCAST_GRP (ctrl_fill_mcgrp_info). */
export function describeGroup(
  { name: familyName, familyId }: ServedGenericFamily,
  group: { readonly name: string; readonly id: number },
): FamilyDescription {
  return { attributes: { familyName, familyId, groups: [group] } };
}

function operationFlags({ commands }: ServedGenericFamily): { command: number; flags: number }[] {
  return commands.map(({ number, do: single, dump }) => ({
    command: number,
    flags: (single === undefined ? 0 : flagsOf(single)) | (dump === undefined ? 0 : flagsOf(dump)),
  }));
}

function flagsOf(operation: Operation): number {
  const { exchange, options } = operation;
  let flags = exchange === 'do' ? OperationFlag.Do : OperationFlag.Dump;
  if (options.privilege === 'admin') flags |= OperationFlag.AdminPermission;
  if (options.privilege === 'uns-admin') flags |= OperationFlag.NamespaceAdminPermission;
  if (policyOf(operation) !== undefined) flags |= OperationFlag.HasPolicy;
  return flags;
}

function highestAttribute({ options }: ServedGenericFamily): number {
  return Math.max(0, (options.attributes?.byType.length ?? 0) - 1);
}
