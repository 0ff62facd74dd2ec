import type { AttributesOf, DecodedOf, MessageOf } from '@nlspace/core';
import { RouteMessageType } from '../route-message-type.js';
import { RuleAction, RuleFlag } from '../rule/rule-numbers.js';
import {
  type AddressFamilyName,
  familyName,
  familyNumber,
  familyOfBytes,
  parsePrefix,
  textOfPrefix,
} from './address-text.js';
import { ruleMessage } from './messages.js';
import { nameOf, numberOf, RULE_ACTIONS, type RuleActionName, TABLES, type TableName } from './names.js';
import { present } from './present.js';
import { isNamed } from './routes.js';
import type { Translation } from './translation.js';

type Message = DecodedOf<typeof ruleMessage>;
type Body = MessageOf<typeof ruleMessage>;
type Attributes = AttributesOf<typeof ruleMessage>;

type Hidden = 'table' | 'source' | 'destination' | 'inputName' | 'outputName' | 'asksLink';

/** A rule as lists give it. What has no words of its own here is as the schema of RTM_NEWRULE has it. */
export interface ListedRule extends Readonly<Omit<Attributes, Hidden | 'priority'>> {
  readonly addressFamily: AddressFamilyName;
  readonly priority: number;
  readonly action: RuleActionName | number;
  /** The table that is looked up. */
  readonly table: number;
  readonly source?: string;
  readonly destination?: string;
  readonly inputLink?: string;
  readonly outputLink?: string;
  /** The table is that of the link's VRF. */
  readonly asksLink: boolean;
  /** It matches what does not match. */
  readonly isInverted: boolean;
  readonly typeOfService: number;
  /** FIB_RULE_* */
  readonly flags: number;
}

/** A rule to be made, or what names one to be removed; one that was listed is one, too. */
export interface NewRule extends Readonly<Partial<Omit<Attributes, Hidden>>> {
  /** @default as the addresses', else 'inet' */
  readonly addressFamily?: AddressFamilyName;
  /** @default 'table' */
  readonly action?: RuleActionName | number;
  /** @default 'main', where the action is 'table' */
  readonly table?: TableName | number;
  readonly source?: string;
  readonly destination?: string;
  readonly inputLink?: string;
  readonly outputLink?: string;
  readonly asksLink?: boolean;
  readonly isInverted?: boolean;
  readonly typeOfService?: number;
  readonly flags?: number;
}

export interface RuleFilter {
  readonly addressFamily?: AddressFamilyName;
  readonly table?: TableName | number;
  readonly priority?: number;
}

/** Larger numbers of tables stand in an attribute. */
const LARGEST_SHORT_TABLE = 255;

export const RULES: Translation<ListedRule, NewRule, NewRule, RuleFilter, Message, Body> = {
  name: 'rules',
  types: {
    add: RouteMessageType.NewRule,
    remove: RouteMessageType.DeleteRule,
    get: RouteMessageType.GetRule,
  },
  message: ruleMessage,

  read({ header, attributes }) {
    const addressFamily = familyName(header.addressFamily);
    if (addressFamily === undefined) return undefined;
    const {
      table = header.table,
      source,
      destination,
      inputName,
      outputName,
      asksLink = 0,
      priority = 0,
      ...others
    } = attributes;
    const { sourceLength, destinationLength, typeOfService, flags, action } = header;
    return {
      ...others,
      ...present<ListedRule>({
        addressFamily,
        priority,
        action: nameOf(RULE_ACTIONS, action),
        table,
        source:
          source === undefined && sourceLength === 0
            ? undefined
            : textOfPrefix(header.addressFamily, source, sourceLength),
        destination:
          destination === undefined && destinationLength === 0
            ? undefined
            : textOfPrefix(header.addressFamily, destination, destinationLength),
        inputLink: inputName,
        outputLink: outputName,
        asksLink: asksLink !== 0,
        isInverted: (flags & RuleFlag.Invert) !== 0,
        typeOfService,
        flags,
      } as never),
    };
  },

  query: async ({ addressFamily }) => ({
    header: { addressFamily: familyNumber(addressFamily) },
    attributes: {},
  }),

  matches: (listed, { addressFamily, table, priority }) =>
    (addressFamily === undefined || listed.addressFamily === addressFamily) &&
    (table === undefined || isNamed(TABLES, listed.table, table)) &&
    (priority === undefined || listed.priority === priority),

  write: async (given) => writeRule(given, RuleAction.ToTable),
  writeSelector: async (given) => writeRule(given, RuleAction.Unspecified),
};

function writeRule(given: NewRule, defaultAction: RuleAction): Body {
  const {
    addressFamily,
    action,
    table,
    source,
    destination,
    inputLink,
    outputLink,
    asksLink = false,
    isInverted = false,
    typeOfService = 0,
    flags = 0,
    ...others
  } = given;
  const from = source === undefined ? undefined : parsePrefix(source);
  const to = destination === undefined ? undefined : parsePrefix(destination);
  const prefix = from ?? to;
  const family =
    addressFamily === undefined && prefix !== undefined
      ? familyOfBytes(prefix.bytes)
      : familyNumber(addressFamily ?? 'inet');
  const actionNumber = action === undefined ? defaultAction : numberOf(RULE_ACTIONS, action, 'action');
  const isLookup = actionNumber === RuleAction.ToTable && !asksLink;
  const number = table === undefined ? (isLookup ? TABLES.main : 0) : numberOf(TABLES, table, 'table');
  return {
    header: {
      addressFamily: family,
      sourceLength: from?.length ?? 0,
      destinationLength: to?.length ?? 0,
      typeOfService,
      table: number > LARGEST_SHORT_TABLE ? 0 : number,
      action: actionNumber,
      flags: (isInverted ? RuleFlag.Invert : 0) | (flags & (RuleFlag.Invert | RuleFlag.FindSource)),
    },
    attributes: {
      ...(others as Attributes),
      ...present<Attributes>({
        source: from?.bytes,
        destination: to?.bytes,
        table: number > LARGEST_SHORT_TABLE ? number : undefined,
        inputName: inputLink,
        outputName: outputLink,
        asksLink: asksLink ? 1 : undefined,
      } as never),
    },
  };
}
