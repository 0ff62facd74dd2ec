import { type Cause, Errno, NetlinkError, NO_CAUSE } from '@nlspace/core';
import { RouteTableId } from '../route/route-numbers.js';
import { DETACHED, Rule, type RuleLink, type RuleRequest } from './rule.js';
import type { RuleEvent } from './rule-events.js';
import { DSCP_MASK, FLOW_LABEL_MASK, RuleAction, RuleFamily } from './rule-numbers.js';
import { isMeant, isTwin } from './rule-selector.js';

/** What rules ask of the rest of the network. */
export interface RuleEnvironment {
  readonly links: {
    byName(name: string): { readonly index: number; readonly ownTable: number | undefined } | undefined;
  };
  readonly tables: {
    /** Makes a table that a rule sends to, if it is not there. */
    createTable(addressFamily: RuleFamily, id: number): void;
    /** The lowest number that no IPv4 table has. */
    unusedTable(): number;
  };
  emit(event: RuleEvent): void;
}

/** RTPROT_KERNEL */
const BY_KERNEL = 2;

/** What the first VRF of a network brings: whatever comes from or goes to links of a VRF is looked up in its table. */
const VRF_PRIORITY = 1000;

function kernelRequest(addressFamily: RuleFamily, table: number): RuleRequest {
  return {
    addressFamily,
    action: RuleAction.ToTable,
    flags: 0,
    table,
    protocol: BY_KERNEL,
    mark: 0,
    markMask: 0,
    tunnelId: 0n,
    asksLink: false,
    ipProtocol: 0,
    sourcePortMask: 0,
    destinationPortMask: 0,
    typeOfService: 0,
    suppressedLength: -1,
    suppressedGroup: -1,
    target: 0,
  };
}

/** The rules of a fresh network, by priority. */
const FIRST_RULES: Readonly<Record<RuleFamily, ReadonlyArray<readonly [priority: number, table: number]>>> = {
  [RuleFamily.Inet]: [
    [0, RouteTableId.Local],
    [32766, RouteTableId.Main],
    [32767, RouteTableId.Default],
  ],
  [RuleFamily.MulticastInet]: [[32767, RouteTableId.Default]],
  [RuleFamily.MulticastInet6]: [[32767, RouteTableId.Main]],
  [RuleFamily.Inet6]: [
    [0, RouteTableId.Local],
    [32766, RouteTableId.Main],
  ],
};

function invalid(text: string, attribute?: string): NetlinkError {
  return new NetlinkError(Errno.EINVAL, text, attribute === undefined ? {} : { attribute });
}

/** The rules of one address family, in the order in which they are asked. */
export class RuleList {
  #rules: readonly Rule[];
  #isCustom = false;

  constructor(
    readonly addressFamily: RuleFamily,
    private readonly environment: RuleEnvironment,
  ) {
    this.#rules = FIRST_RULES[addressFamily].map(
      ([priority, table]) => new Rule(kernelRequest(addressFamily, table), priority, table),
    );
  }

  /** By priority; of the same priority, the oldest first. */
  get rules(): readonly Rule[] {
    return this.#rules;
  }

  /** Whether the rules have ever been touched. Before that, lookups take a shorter way, with results of its own. */
  get isCustom(): boolean {
    return this.#isCustom;
  }

  /** @throws {NetlinkError} EEXIST when it must be new and is not, EINVAL when it makes no sense. */
  add(request: RuleRequest, isExclusive: boolean, cause: Cause): void {
    const priority = request.priority ?? this.#defaultPriority();
    this.#checkTarget(request, priority);
    if (isExclusive && this.#rules.some((rule) => isTwin(rule, request, priority)))
      throw new NetlinkError(Errno.EEXIST);
    this.#checkSelector(request);
    if (this.addressFamily === RuleFamily.Inet) this.#isCustom = true;
    const rule = new Rule(request, priority, this.#tableOf(request));
    this.#isCustom = true;
    for (const link of linksOf(rule)) {
      const found = this.environment.links.byName(link.name);
      link.index = found?.index ?? DETACHED;
      link.isVrf = found?.ownTable !== undefined;
    }
    const position = this.#rules.findIndex((other) => other.priority > priority);
    this.#rules = this.#rules.toSpliced(position < 0 ? this.#rules.length : position, 0, rule);
    this.#resolveTargets();
    this.environment.emit({ type: 'rule-changed', rule, cause });
  }

  /** Removes the first rule that fits. @throws {NetlinkError} ENOENT when none does, EPERM when it is permanent. */
  remove(request: RuleRequest, cause: Cause): void {
    this.#checkTarget(request, request.priority ?? this.#defaultPriority());
    const rule = this.#rules.find((candidate) => isMeant(candidate, request));
    if (rule === undefined) throw new NetlinkError(Errno.ENOENT);
    if ((rule.is.flags & 1) !== 0) throw new NetlinkError(Errno.EPERM);
    // IPv6 goes on by its shorter way when all that has happened is that rules were removed.
    if (this.addressFamily === RuleFamily.Inet) this.#isCustom = true;
    this.#rules = this.#rules.filter((other) => other !== rule);
    this.#resolveTargets();
    this.environment.emit({ type: 'rule-removed', rule, cause });
  }

  /** Adds the rule about links of VRFs, unless somebody has done so already. */
  addVrfRule(): void {
    const request = { ...kernelRequest(this.addressFamily, 0), asksLink: true, priority: VRF_PRIORITY };
    if (!this.#rules.some((rule) => isTwin(rule, request, VRF_PRIORITY))) this.add(request, true, NO_CAUSE);
  }

  /** Rules that wait for a link of this name have it now. Nobody is told. */
  attach(name: string, index: number, isVrf: boolean): void {
    for (const rule of this.#rules) {
      for (const link of linksOf(rule)) {
        if (link.index !== DETACHED || link.name !== name) continue;
        link.index = index;
        link.isVrf = isVrf;
      }
    }
  }

  /** A link that rules may name has turned out to be a VRF. */
  markVrf(index: number): void {
    for (const rule of this.#rules)
      for (const link of linksOf(rule)) if (link.index === index) link.isVrf = true;
  }

  detach(index: number): void {
    for (const rule of this.#rules) {
      for (const link of linksOf(rule)) if (link.index === index) link.index = DETACHED;
    }
  }

  /** One less than the priority of the second rule. */
  #defaultPriority(): number {
    const second = this.#rules[1]?.priority ?? 0;
    return second === 0 ? 0 : second - 1;
  }

  #checkTarget({ action, target }: RuleRequest, priority: number): void {
    if (action === RuleAction.Goto && target <= priority) throw invalid('Backward goto not supported');
  }

  /** What the address family says of the selector (fib4_rule_configure, fib6_rule_configure). */
  #checkSelector(request: RuleRequest): void {
    const isIpv4 = this.addressFamily === RuleFamily.Inet;
    if (!isIpv4 && this.addressFamily !== RuleFamily.Inet6) return;
    const { typeOfService, dscp, dscpMask } = request;
    if (isIpv4 && (request.flowLabel !== undefined || request.flowLabelMask !== undefined))
      throw invalid('Flow label cannot be specified for IPv4 FIB rules');
    if ((typeOfService & 3) !== 0) throw invalid('Invalid dsfield (tos): ECN bits must be 0');
    if (isIpv4 && (typeOfService & 0xe0) !== 0) throw invalid('Invalid tos');
    if (dscp !== undefined && typeOfService !== 0) throw invalid('Cannot specify both TOS and DSCP');
    if (dscpMask !== undefined) {
      if (dscp === undefined) throw invalid('Cannot specify DSCP mask without DSCP value', 'dscpMask');
      if ((dscp & ~dscpMask & DSCP_MASK) !== 0) throw invalid('Invalid DSCP mask', 'dscpMask');
    }
    checkFlowLabel(request);
  }

  #tableOf({ action, table, asksLink }: RuleRequest): number {
    if (action !== RuleAction.ToTable || asksLink) return table;
    const { tables } = this.environment;
    if (this.addressFamily === RuleFamily.Inet && table === RouteTableId.Unspecified) {
      const unused = tables.unusedTable();
      tables.createTable(this.addressFamily, unused);
      return unused;
    }
    if (this.addressFamily === RuleFamily.Inet6) {
      if (table === RouteTableId.Unspecified) throw invalid('Invalid table');
      tables.createTable(this.addressFamily, table);
    }
    return table;
  }

  #resolveTargets(): void {
    for (const rule of this.#rules) {
      if (rule.is.action === RuleAction.Goto)
        rule.targetPosition = this.#rules.findIndex(({ priority }) => priority === rule.is.target);
    }
  }
}

function checkFlowLabel({ flowLabel, flowLabelMask }: RuleRequest): void {
  if (flowLabel === undefined && flowLabelMask === undefined) return;
  if (flowLabel === undefined) throw new NetlinkError(Errno.EINVAL, undefined, { missing: 26 });
  if (flowLabelMask === undefined) throw new NetlinkError(Errno.EINVAL, undefined, { missing: 27 });
  if (flowLabelMask > FLOW_LABEL_MASK) throw invalid('Invalid flow label mask', 'flowLabelMask');
  if ((flowLabel & ~flowLabelMask) !== 0) throw invalid('Flow label and mask do not match');
}

function linksOf({ input, output }: Rule): RuleLink[] {
  return [input, output].filter((link) => link !== undefined);
}
