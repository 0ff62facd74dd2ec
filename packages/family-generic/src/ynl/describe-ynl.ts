import {
  type AttributeSet,
  type Exchange,
  type MessageSchema,
  type OperationRecord,
  operationsOf,
} from '@nlspace/core';
import type { GenericFamilyOptions } from '../generic-family.js';
import { AttributeSpaces, type MessageRole } from './attribute-spaces.js';
import { Definitions } from './definitions.js';
import {
  type YnlAttribute,
  type YnlAttributeSet,
  type YnlDefinition,
  type YnlExchange,
  type YnlMessage,
  type YnlOperation,
  type YnlSpec,
  ynlName,
} from './ynl-spec.js';

/** A family as it is served, or options with an object whose methods are marked. */
export interface DescribedFamily {
  readonly options: GenericFamilyOptions;
  readonly instance: object;
}

/** What the kernel's schema for newer families has for names. */
const STRICT_NAME = /^[0-9a-z-]+$/;

/**
 * The YNL specification of a generic family, from its declaration. A do has a reply where its declaration names one
 * (`reply`); what YNL cannot say (attributes that a request needs) is left out.
 *
 * @throws {Error} naming what YNL cannot say and what to do.
 */
export function describeYnl({ options, instance }: DescribedFamily): YnlSpec {
  const { name, version = 1, doc = `The generic netlink family ${name}.`, groups = [], header } = options;
  const definitions = new Definitions();
  const spaces = new AttributeSpaces(definitions);
  if (options.attributes !== undefined) spaces.add(options.attributes, 'request');
  const records = operationsOf(instance);
  const isDirectional = records.some(({ number, options: { replyType = number } }) => replyType !== number);
  const context = { family: options, spaces, isDirectional };
  const fixedHeader =
    header === undefined || header.header.size === 0 ? undefined : definitions.struct(header.header);
  const list = [...commandsOf(context, records), ...eventsOf(context, records)];
  const sets = spaces.all;
  const isLegacy =
    isDirectional ||
    version !== 1 ||
    fixedHeader !== undefined ||
    ![name, ...groups].every((one) => STRICT_NAME.test(one)) ||
    list.some(({ flags }) => flags?.includes('uns-admin-perm')) ||
    sets.some(({ attributes }) => attributes.some(isLegacyAttribute));
  return {
    name,
    protocol: isLegacy ? 'genetlink-legacy' : 'genetlink',
    ...(version > 1 ? { version } : {}),
    doc,
    ...(isLegacy && options.attributes !== undefined ? { 'kernel-policy': 'global' as const } : {}),
    ...used(definitions.all, sets, fixedHeader),
    'attribute-sets': isLegacy ? sets : sets.map(newer),
    operations: {
      ...(isDirectional ? { 'enum-model': 'directional' as const } : {}),
      ...(fixedHeader === undefined ? {} : { 'fixed-header': fixedHeader }),
      list,
    },
    ...(groups.length === 0 ? {} : { 'mcast-groups': { list: groups.map((group) => ({ name: group })) } }),
  };
}

interface Context {
  readonly family: GenericFamilyOptions;
  readonly spaces: AttributeSpaces;
  readonly isDirectional: boolean;
}

/** Masks that only some messages check are named by nothing in the end. */
function used(
  definitions: readonly YnlDefinition[],
  sets: readonly YnlAttributeSet[],
  fixedHeader: string | undefined,
): { definitions?: readonly YnlDefinition[] } {
  const names = new Set<unknown>([fixedHeader]);
  for (const { enum: enumeration, struct, checks = {} } of sets.flatMap(({ attributes }) => attributes))
    for (const name of [enumeration, struct, checks['flags-mask'], checks.min, checks.max]) names.add(name);
  const found = definitions.filter(({ name }) => names.has(name));
  return found.length === 0 ? {} : { definitions: found };
}

/** Newer families end their strings with a NUL; their schema has no word for others. */
function newer({ name, attributes }: YnlAttributeSet): YnlAttributeSet {
  return {
    name,
    attributes: attributes.map(({ checks = {}, ...row }) => {
      const { 'unterminated-ok': _unsaid, ...rest } = checks;
      return Object.keys(rest).length === 0 ? row : { ...row, checks: rest };
    }),
  };
}

function isLegacyAttribute({ type, struct }: YnlAttribute): boolean {
  return type === 'bitfield32' || struct !== undefined;
}

function* commandsOf(context: Context, records: readonly OperationRecord[]): Generator<YnlOperation> {
  for (const number of new Set(records.map((record) => record.number))) {
    const find = (wanted: Exchange) =>
      records.find((record) => record.number === number && record.exchange === wanted);
    yield commandOf(
      context,
      number,
      [find('do'), find('dump')].filter((record) => record !== undefined),
    );
  }
}

function commandOf(context: Context, number: number, records: readonly OperationRecord[]): YnlOperation {
  const { family, spaces, isDirectional } = context;
  const name = commandName(family, number);
  const [first] = records;
  const privilege = first?.options.privilege;
  if (records.some(({ options }) => options.privilege !== privilege))
    throw new Error(`do and dump of ${family.name}.${name} need different privileges, which YNL cannot say`);
  const space = spaceOf(
    spaces,
    records.map(({ message }) => message),
    records.flatMap(({ exchange, message, options: { reply = message } }) =>
      exchange === 'dump' || reply !== message ? [reply] : [],
    ),
  );
  const lenient = records.flatMap(leniency);
  const docs = records.flatMap(({ options: { doc } }) => (doc === undefined ? [] : [doc]));
  return {
    name,
    ...(isDirectional ? {} : { value: number }),
    doc:
      docs.length > 0
        ? docs.join('\n')
        : records.map(({ exchange, method }) => `${String(method)} (${exchange})`).join(', '),
    ...(space === undefined ? {} : { 'attribute-set': space }),
    ...(privilege === undefined
      ? {}
      : { flags: [privilege === 'admin' ? ('admin-perm' as const) : ('uns-admin-perm' as const)] }),
    ...(lenient.length === 0 ? {} : { 'dont-validate': lenient }),
    ...Object.fromEntries(records.map((record) => [record.exchange, exchangeOf(record, isDirectional)])),
  };
}

function leniency({
  exchange,
  options: { validation = 'strict' },
}: OperationRecord): Array<'strict' | 'dump' | 'dump-strict'> {
  if (validation === 'strict') return [];
  if (exchange === 'do') return ['strict'];
  return [validation === 'none' ? 'dump' : 'dump-strict'];
}

function exchangeOf(
  { exchange, number, message, options }: OperationRecord,
  isDirectional: boolean,
): YnlExchange {
  const { reply = exchange === 'dump' ? message : undefined, replyType = number } = options;
  const value = (command: number) => (isDirectional ? { value: command } : {});
  const requested = namesOf(
    message.attributes,
    ({ replyOnly, kind }) => !replyOnly && kind.name !== 'unsupported',
  );
  return {
    ...(requested.length > 0 || isDirectional
      ? { request: { ...value(number), attributes: requested } }
      : {}),
    ...(reply === undefined ? {} : { reply: { ...value(replyType), attributes: namesOf(reply.attributes) } }),
  } satisfies { request?: YnlMessage; reply?: YnlMessage };
}

function* eventsOf(
  { family, spaces }: Context,
  records: readonly OperationRecord[],
): Generator<YnlOperation> {
  const { groups = [], notifications = {} } = family;
  for (const [command, message] of Object.entries(notifications)) {
    const number = Number(command);
    const isRequest = records.some((record) => record.number === number);
    const space = spaceOf(spaces, [], [message]);
    const name = commandName(family, number);
    yield {
      name: isRequest ? `${name}-ntf` : name,
      value: number,
      doc: `Told${groups.length === 1 ? ` to the group ${groups[0]}` : ''}; nobody asks for it.`,
      ...(space === undefined ? {} : { 'attribute-set': space }),
      event: { attributes: namesOf(message.attributes) },
      ...(groups[0] !== undefined && groups.length === 1 ? { mcgrp: groups[0] } : {}),
    };
  }
}

/** An operation has one space for all its messages: that of the one with most to say. */
function spaceOf(
  spaces: AttributeSpaces,
  requests: readonly MessageSchema[],
  replies: readonly MessageSchema[],
): string | undefined {
  const of = (messages: readonly MessageSchema[], role: MessageRole) =>
    messages.filter(({ attributes }) => attributes.byType.length > 0).map((message) => ({ message, role }));
  const all = [...of(requests, 'request'), ...of(replies, 'reply')];
  const sizeOf = ({ message }: (typeof all)[number]) => Object.keys(message.attributes.shape).length;
  const [first, ...others] = all.sort((a, b) => sizeOf(b) - sizeOf(a));
  if (first === undefined) return undefined;
  const space = spaces.add(first.message.attributes, first.role);
  for (const { message, role } of others) spaces.add(message.attributes, role, space);
  return space;
}

function namesOf(
  { shape }: AttributeSet,
  isTold: (definition: AttributeSet['shape'][string]) => boolean = ({ kind }) => kind.name !== 'unsupported',
): string[] {
  return Object.entries(shape)
    .filter(([, definition]) => isTold(definition))
    .map(([key]) => ynlName(key));
}

function commandName({ commands = {} }: GenericFamilyOptions, number: number): string {
  const name = commands[number];
  return typeof name === 'string' ? ynlName(name) : `command-${number}`;
}
