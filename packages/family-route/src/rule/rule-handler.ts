import {
  Do,
  Dump,
  Errno,
  inject,
  injectable,
  NetlinkError,
  type RawDump,
  type RequestOf,
} from '@nlspace/core';
import { EncodedDump } from '../network/encoded-dump.js';
import type { Network } from '../network/network.js';
import { NETWORK } from '../network/network-token.js';
import { RouteMessageType } from '../route-message-type.js';
import type { Rule } from './rule.js';
import { encodeRule } from './rule-description.js';
import type { RuleList } from './rule-list.js';
import { rule } from './rule-message.js';
import { readRuleRequest } from './rule-request.js';

type Request = RequestOf<typeof rule>;

const WRITE = { privilege: 'admin', validation: 'none' } as const;

/** RTM_*RULE */
@injectable()
export class RuleHandler {
  readonly #network: Network;

  constructor(@inject(NETWORK) network: Network) {
    this.#network = network;
  }

  /** Rules may be there twice unless NLM_F_EXCL is set; NLM_F_CREATE is not needed. */
  @Do(RouteMessageType.NewRule, rule, WRITE)
  add({ payload, flags, cause }: Request): void {
    const request = readRuleRequest(payload);
    this.#list(request.addressFamily).add(request, flags.exclusive, cause);
  }

  @Do(RouteMessageType.DeleteRule, rule, WRITE)
  delete({ payload, cause }: Request): void {
    const request = readRuleRequest(payload);
    this.#list(request.addressFamily).remove(request, cause);
  }

  /** Rules are only listed; nobody answers for a single one. */
  @Do(RouteMessageType.GetRule, rule)
  get(_request: Request): void {
    throw new NetlinkError(Errno.EOPNOTSUPP);
  }

  @Dump(RouteMessageType.GetRule, rule, { replyType: RouteMessageType.NewRule, validation: 'none' })
  dump({ payload, strict }: Request): RawDump {
    if (strict) refuseStrictly(payload);
    const addressFamily = payload[0] as number;
    const { rules } = this.#network;
    return new EncodedDump(encodeAll(addressFamily === 0 ? rules.lists : [this.#list(addressFamily)]));
  }

  #list(addressFamily: number): RuleList {
    const list = this.#network.rules.list(addressFamily);
    if (list === undefined) throw new NetlinkError(Errno.EAFNOSUPPORT);
    return list;
  }
}

/** By position, as the kernel goes on with a list that has changed meanwhile. */
function* encodeAll(lists: readonly RuleList[]): Generator<Uint8Array> {
  for (const list of lists) {
    for (let position = 0; position < list.rules.length; position++)
      yield encodeRule(list.rules[position] as Rule, RouteMessageType.NewRule);
  }
}

/** What strict checking does not accept in a dump request (fib_valid_dumprule_req). */
function refuseStrictly(payload: Uint8Array): void {
  const refuse = (text: string): never => {
    throw new NetlinkError(Errno.EINVAL, text);
  };
  if (payload.length < rule.header.size) refuse('Invalid header for fib rule dump request');
  if (payload.subarray(1, rule.header.size).some((byte) => byte !== 0))
    refuse('Invalid values in header for fib rule dump request');
  if (payload.length > rule.header.size) refuse('Invalid data after header in fib rule dump request');
}
