import {
  align4,
  checkMessage,
  decodeMessage,
  Errno,
  MESSAGE_HEADER_SIZE,
  type MessageOf,
  NetlinkError,
} from '@nlspace/core';
import { readAddress } from '../route/ip-words.js';
import type { Range, RulePrefix, RuleRequest } from './rule.js';
import { rule as ruleMessage } from './rule-message.js';
import { DSCP_MASK, RuleAction, RuleFamily } from './rule-numbers.js';

/** Bytes of the attributes from this one on, which alone have to be exact. */
const EXACT_SIZES: Readonly<Record<number, number>> = { 25: 1, 26: 4, 27: 4, 28: 2, 29: 2, 30: 1 };
const DSCP_MASK_ATTRIBUTE = 30;
const NESTED_FLAG = 0x8000;

/** Of what is compared with -1 for "none". */
const UNSAID = -1;

type Attributes = NonNullable<MessageOf<typeof ruleMessage>['attributes']>;

function invalid(text: string, attribute?: string): NetlinkError {
  return new NetlinkError(Errno.EINVAL, text, attribute === undefined ? {} : { attribute });
}

/**
 * Reads RTM_NEWRULE and RTM_DELRULE.
 *
 * @throws {NetlinkError} as the kernel refuses, in its order (fib_nl2rule).
 */
export function readRuleRequest(payload: Uint8Array): RuleRequest {
  if (payload.length < ruleMessage.header.size) throw invalid('Invalid msg length');
  const addressFamily = payload[0] as RuleFamily;
  if (RuleFamily[addressFamily] === undefined)
    throw new NetlinkError(Errno.EAFNOSUPPORT, 'Rule family not supported');
  checkAttributes(payload);
  const { header, attributes } = decodeMessage(ruleMessage, payload);
  const isWide = addressFamily === RuleFamily.Inet6 || addressFamily === RuleFamily.MulticastInet6;
  const size = isWide ? 16 : 4;
  const source = readPrefix(header.sourceLength, attributes.source, size, 'source');
  const destination = readPrefix(header.destinationLength, attributes.destination, size, 'dst');
  const table = attributes.table ?? header.table;
  if (attributes.asksLink !== undefined && attributes.asksLink !== 1)
    throw invalid('Invalid l3mdev attribute');
  const asksLink = attributes.asksLink === 1;
  checkAction(header.action, attributes);
  if (asksLink && table !== 0) throw invalid('l3mdev and table are mutually exclusive');
  const { users, mark = 0, tunnelId = 0n, dscp, flowLabel, flowLabelMask, flow, dscpMask } = attributes;
  if (
    users !== undefined &&
    (users.start === 0xffffffff || users.end === 0xffffffff || users.start > users.end)
  )
    throw invalid('Invalid uid range');
  const { priority } = attributes;
  return {
    addressFamily,
    ...(priority === undefined ? {} : { priority }),
    action: header.action,
    flags: header.flags,
    table,
    protocol: attributes.protocol ?? 0,
    ...(source === undefined ? {} : { source }),
    ...(destination === undefined ? {} : { destination }),
    ...(attributes.inputName === undefined ? {} : { input: attributes.inputName }),
    ...(attributes.outputName === undefined ? {} : { output: attributes.outputName }),
    mark,
    // A mark without a mask is compared as a whole.
    markMask: attributes.markMask ?? (mark === 0 ? 0 : 0xffffffff),
    tunnelId,
    asksLink,
    ...(users === undefined ? {} : { users }),
    ipProtocol: attributes.ipProtocol ?? 0,
    ...readPorts(attributes),
    typeOfService: header.typeOfService,
    ...(dscp === undefined ? {} : { dscp }),
    ...(dscpMask === undefined ? {} : { dscpMask }),
    ...(flowLabel === undefined ? {} : { flowLabel }),
    ...(flowLabelMask === undefined ? {} : { flowLabelMask }),
    ...(flow === undefined ? {} : { realms: flow }),
    suppressedLength: (attributes.suppressPrefixLength ?? UNSAID) | 0,
    suppressedGroup: (attributes.suppressGroup ?? UNSAID) | 0,
    target: attributes.target ?? 0,
  };
}

/** The policy; whatever it finds has one text, which says nothing. */
function checkAttributes(payload: Uint8Array): void {
  const found = checkMessage(ruleMessage, payload, false);
  const inexact = findInexact(payload);
  const offset = Math.min(found?.offset ?? payload.length, inexact);
  if (offset === payload.length) return;
  const errno = inexact === offset ? Errno.EINVAL : (found?.failure.errno ?? Errno.EINVAL);
  throw new NetlinkError(errno as Errno, 'Error parsing msg', { offset: MESSAGE_HEADER_SIZE + offset });
}

/** Where the first attribute is whose size or bits are not exactly what they must be; the end when there is none. */
function findInexact(payload: Uint8Array): number {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  let offset = ruleMessage.header.size;
  while (payload.length - offset >= 4) {
    const length = view.getUint16(offset, true);
    if (length < 4 || offset + length > payload.length) break;
    const type = view.getUint16(offset + 2, true) & 0x3fff;
    const isNest = (view.getUint16(offset + 2, true) & NESTED_FLAG) !== 0;
    const size = EXACT_SIZES[type];
    if (size !== undefined && (length !== 4 + size || isNest)) return offset;
    if (type === DSCP_MASK_ATTRIBUTE && ((payload[offset + 4] as number) & ~DSCP_MASK) !== 0) return offset;
    offset += align4(length);
  }
  return payload.length;
}

function readPrefix(
  length: number,
  bytes: Uint8Array | undefined,
  size: number,
  name: string,
): RulePrefix | undefined {
  if (length === 0) return undefined;
  if (length > size * 8 || bytes?.length !== size) throw invalid(`Invalid ${name} address`);
  const address = new Uint32Array(4);
  readAddress(bytes, 0, size, address);
  return { address, length };
}

function checkAction(action: number, { target }: Attributes): void {
  if (target !== undefined && action !== RuleAction.Goto) throw invalid('Unexpected goto');
  if (target === undefined && action === RuleAction.Goto)
    throw invalid('Missing goto target for action goto');
}

function readPorts(
  attributes: Attributes,
): Pick<RuleRequest, 'sourcePorts' | 'sourcePortMask' | 'destinationPorts' | 'destinationPortMask'> {
  const { sourcePorts, destinationPorts } = attributes;
  checkPorts(sourcePorts, 'sport');
  const sourcePortMask = readPortMask(sourcePorts, attributes.sourcePortMask, 'sourcePortMask');
  checkPorts(destinationPorts, 'dport');
  const destinationPortMask = readPortMask(
    destinationPorts,
    attributes.destinationPortMask,
    'destinationPortMask',
  );
  return {
    ...(sourcePorts === undefined ? {} : { sourcePorts }),
    sourcePortMask,
    ...(destinationPorts === undefined ? {} : { destinationPorts }),
    destinationPortMask,
  };
}

function checkPorts(ports: Range | undefined, name: string): void {
  if (ports === undefined) return;
  if (ports.start === 0 || ports.end === 0xffff || ports.start > ports.end)
    throw invalid(`Invalid ${name} range`);
}

/** A single port is compared as a whole unless a mask says otherwise. */
function readPortMask(ports: Range | undefined, mask: number | undefined, attribute: string): number {
  if (mask === undefined) return ports !== undefined && ports.start === ports.end ? 0xffff : 0;
  if (ports === undefined) throw invalid('Cannot specify port mask without port value', attribute);
  if (ports.start !== ports.end) throw invalid('Cannot specify port mask for port range', attribute);
  if ((ports.start & ~mask) !== 0) throw invalid('Invalid port mask', attribute);
  return mask;
}
