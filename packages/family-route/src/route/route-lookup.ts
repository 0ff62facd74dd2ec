import { Errno } from '@nlspace/core';
import { AddressFamily } from '../network/ip-bytes.js';
import type { Rule } from '../rule/rule.js';
import type { RuleList } from '../rule/rule-list.js';
import { looksUp, ruleMatches } from '../rule/rule-match.js';
import { RuleAction, RuleFlag } from '../rule/rule-numbers.js';
import type { Fib } from './fib.js';
import { type Flow, LOOPBACK_INDEX } from './flow.js';
import { addressBytes, isUnspecified, readAddress, samePrefixWords } from './ip-words.js';
import { NONE } from './prefix-trie.js';
import { RouteDescription } from './route-description.js';
import type { RouteEnvironment } from './route-environment.js';
import { NexthopFlag, RouteScope, RouteTableId, RouteType } from './route-numbers.js';
import { RouteTable } from './route-table.js';
import type { SourceTrees } from './source-trees.js';

/** What was found. Good until the next lookup, which uses it again; `copy` for longer. */
export class Match {
  /** `NONE` when a rule refuses. */
  route: number = NONE;
  /** Not 0 when the route or the rule refuses: what a sender gets. */
  errno = 0;
  /** Which of a multipath route's legs; 0 for the only nexthop. */
  leg = 0;
  interfaceIndex = 0;
  /** What the rule says of the realms of its routes; 0 for nothing. */
  realms = 0;

  constructor(public table: RouteTable) {}

  copy(): Match {
    return Object.assign(new Match(this.table), this);
  }
}

/** The errno of the types that refuse; throw sends the search on. */
const REFUSALS: Readonly<Record<number, number>> = {
  [RouteType.Blackhole]: Errno.EINVAL,
  [RouteType.Unreachable]: Errno.EHOSTUNREACH,
  [RouteType.Prohibit]: Errno.EACCES,
  [RouteType.Throw]: Errno.EAGAIN,
};

export function refusalOf(type: number): number {
  return REFUSALS[type] ?? 0;
}

/** The errno of rules that refuse. An action that there is not is as good as blackhole. */
function ruleRefusal(action: number): number {
  if (action === RuleAction.Unreachable) return Errno.ENETUNREACH;
  return action === RuleAction.Prohibit ? Errno.EACCES : Errno.EINVAL;
}

/** What of the type of service IPv4 routes are compared with. */
const TOS_MASK = 0x1c;

/** Prefixes of one key: at most one per length. */
const MAX_MATCHES = 130;

/** RTA_PREF as it counts: low, medium, high. */
const PREFERENCE_WEIGHTS: readonly number[] = [2, 3, 2, 1];

/** Longest-prefix lookup in the tables of a FIB, as the rules of the network say. */
export class RouteLookup {
  readonly #matches = [
    new Int32Array(MAX_MATCHES),
    new Int32Array(MAX_MATCHES),
    new Int32Array(MAX_MATCHES),
  ] as const;
  readonly #description = new RouteDescription();
  readonly #match: Match;
  readonly #isIpv4: boolean;

  constructor(
    private readonly fib: Fib,
    private readonly rules: RuleList,
    private readonly environment: RouteEnvironment,
  ) {
    this.#match = new Match(new RouteTable(fib.addressFamily, RouteTableId.Unspecified));
    this.#isIpv4 = fib.addressFamily === AddressFamily.Inet;
  }

  /** While nobody has touched the rules, the local and the main table of IPv4 are searched as one. */
  get isMerged(): boolean {
    return this.#isIpv4 && !this.rules.isCustom;
  }

  /** Whether the rules have ever been touched. */
  get hasCustomRules(): boolean {
    return this.rules.isCustom;
  }

  /**
   * Asks the tables that the rules name. A throw route sends the search on to the next, unless it is to count as found;
   * then nothing is suppressed either (IPv6 looks for gateways so).
   */
  lookup(flow: Flow, throwEnds = false): Match | undefined {
    if (this.rules.isCustom) return this.#byRules(flow, throwEnds);
    return this.#isIpv4 ? this.#ipv4WithoutRules(flow) : this.#ipv6WithoutRules(flow, throwEnds);
  }

  /** Asks one table alone; IPv4's local and main together as long as they are one. */
  lookupIn(tableId: number, flow: Flow): Match | undefined {
    this.#match.realms = 0;
    if (this.isMerged && (tableId === RouteTableId.Local || tableId === RouteTableId.Main))
      return this.#searchBoth(flow);
    return this.#searchOne(this.fib.table(tableId), flow);
  }

  typeOf(match: Match): number {
    return this.fib.effectiveType(match.route);
  }

  scopeOf(match: Match): number {
    return this.fib.scope(match.route);
  }

  hasGateway(match: Match): boolean {
    return this.fib.hasGateway(match.route);
  }

  /** Whether the prefix that was found is the empty one. */
  isDefault(match: Match): boolean {
    return this.fib.prefixLength(match.route) === 0;
  }

  #ipv4WithoutRules(flow: Flow): Match | undefined {
    const match = this.#match;
    match.realms = 0;
    const found = this.#searchBoth(flow);
    if (found !== undefined && found.errno !== Errno.EAGAIN) return found;
    const last = this.#searchOne(this.fib.table(RouteTableId.Default), flow);
    return last?.errno === Errno.EAGAIN ? undefined : last;
  }

  #ipv6WithoutRules(flow: Flow, throwEnds: boolean): Match | undefined {
    this.#match.realms = 0;
    const found = this.#searchOne(this.fib.table(RouteTableId.Local), flow);
    if (found !== undefined && (throwEnds || found.errno !== Errno.EAGAIN)) return found;
    const last = this.#searchOne(this.fib.table(RouteTableId.Main), flow);
    return last !== undefined && (throwEnds || last.errno !== Errno.EAGAIN) ? last : undefined;
  }

  #byRules(flow: Flow, throwEnds: boolean): Match | undefined {
    this.#findVrf(flow);
    const { rules } = this.rules;
    for (let position = 0; position < rules.length; position++) {
      const rule = rules[position] as Rule;
      if (!ruleMatches(rule, flow)) continue;
      if (rule.is.action === RuleAction.Goto) {
        if (rule.targetPosition >= 0) position = rule.targetPosition - 1;
        continue;
      }
      if (rule.is.action === RuleAction.Nothing) continue;
      if (!looksUp(rule)) return this.#refuse(ruleRefusal(rule.is.action));
      const found = this.#searchOne(this.fib.table(rule.is.asksLink ? flow.vrfTable : rule.table), flow);
      if (found === undefined || (!throwEnds && found.errno === Errno.EAGAIN)) continue;
      if (!this.#suitsSource(rule, found, flow)) continue;
      if (!throwEnds && this.#isSuppressed(rule, found)) continue;
      found.realms = rule.is.realms ?? 0;
      return found;
    }
    return undefined;
  }

  /** l3mdev_update_flow: a VRF that is named as a link stands for its table, so that routes over any link are wanted. */
  #findVrf(flow: Flow): void {
    const { links } = this.environment;
    const output = flow.outputInterface === 0 ? undefined : links.byIndex(flow.outputInterface);
    const input =
      output === undefined && flow.inputInterface > LOOPBACK_INDEX
        ? links.byIndex(flow.inputInterface)
        : undefined;
    const vrf = (output ?? input)?.vrf;
    if (vrf === undefined) return;
    flow.vrf = vrf.index;
    flow.vrfTable = vrf.ownTable ?? 0;
    flow.isVrfOfOutput = output !== undefined;
    if (output?.index !== vrf.index) return;
    flow.outputInterface = 0;
    flow.interfaceIndex = 0;
  }

  #refuse(errno: number): Match {
    const match = this.#match;
    match.route = NONE;
    match.errno = errno;
    match.interfaceIndex = 0;
    match.realms = 0;
    return match;
  }

  /** Routes that refuse are never suppressed. */
  #isSuppressed({ is }: Rule, { route, errno, interfaceIndex }: Match): boolean {
    if (errno !== 0) return false;
    if (this.fib.prefixLength(route) <= is.suppressedLength) return true;
    if (is.suppressedGroup === -1) return false;
    return this.environment.links.byIndex(interfaceIndex)?.group === is.suppressedGroup;
  }

  /** fib6_rule_saddr: a source that nobody has named is what the route would choose, and must be in the rule's prefix. */
  #suitsSource({ is }: Rule, found: Match, flow: Flow): boolean {
    if (this.#isIpv4 || is.source === undefined || (is.flags & RuleFlag.FindSource) === 0) return true;
    if (!isUnspecified(flow.source)) return true;
    const chosen = this.environment.addresses.selectSource(
      AddressFamily.Inet6,
      found.interfaceIndex,
      RouteScope.Universe,
      addressBytes(flow.destination, 16),
    );
    if (chosen === undefined) return false;
    const words = new Uint32Array(4);
    readAddress(chosen, 0, 16, words);
    return samePrefixWords(words, is.source.address, is.source.length);
  }

  #searchOne(table: RouteTable | undefined, flow: Flow): Match | undefined {
    if (table === undefined) return undefined;
    if (table.sources !== undefined) return this.#searchBySource(table, table.sources, flow);
    const { trie } = table;
    const [matches] = this.#matches;
    for (let left = trie.matches(flow.destination, matches); left > 0; left--) {
      const found = this.#among(table, trie.payload(matches[left - 1] as number), flow);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /**
   * Under each destination, the longest first, the routes of the sources that fit, the longest first, and then those of
   * any source. But as in the kernel (fib6_node_lookup_1) the search does not begin with the latter where there are
   * routes by source, unless nothing is left but the default route.
   */
  #searchBySource(table: RouteTable, trees: SourceTrees, flow: Flow): Match | undefined {
    const { trie } = table;
    const { destinations } = trees;
    const [plain, bySource, sources] = this.#matches;
    let plainLeft = trie.matches(flow.destination, plain);
    let treesLeft = destinations.matches(flow.destination, bySource);
    let hasBegun = false;
    while (plainLeft > 0 || treesLeft > 0) {
      const plainLength = plainLeft > 0 ? trie.prefixLength(plain[plainLeft - 1] as number) : -1;
      const treeLength = treesLeft > 0 ? destinations.prefixLength(bySource[treesLeft - 1] as number) : -1;
      if (treeLength >= plainLength) {
        const tree = trees.at(bySource[--treesLeft] as number);
        for (let left = tree.matches(flow.source, sources); left > 0; left--) {
          hasBegun = true;
          const found = this.#among(table, tree.payload(sources[left - 1] as number), flow);
          if (found !== undefined) return found;
        }
      }
      if (plainLength >= treeLength) {
        const node = plain[--plainLeft] as number;
        if (treeLength === plainLength && plainLength > 0 && !hasBegun) continue;
        hasBegun = true;
        const found = this.#among(table, trie.payload(node), flow);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  /** Local and main as one: the longest prefix of both, local first where both have it. */
  #searchBoth(flow: Flow): Match | undefined {
    const local = this.fib.table(RouteTableId.Local);
    const main = this.fib.table(RouteTableId.Main);
    if (local === undefined || main === undefined) return this.#searchOne(local ?? main, flow);
    const [locals, mains] = this.#matches;
    let localsLeft = local.trie.matches(flow.destination, locals);
    let mainsLeft = main.trie.matches(flow.destination, mains);
    while (localsLeft > 0 || mainsLeft > 0) {
      const localNode = localsLeft > 0 ? (locals[localsLeft - 1] as number) : NONE;
      const mainNode = mainsLeft > 0 ? (mains[mainsLeft - 1] as number) : NONE;
      const isLocal =
        mainNode === NONE ||
        (localNode !== NONE && local.trie.prefixLength(localNode) >= main.trie.prefixLength(mainNode));
      if (isLocal) localsLeft--;
      else mainsLeft--;
      const table = isLocal ? local : main;
      const found = this.#among(table, table.trie.payload(isLocal ? localNode : mainNode), flow);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The route of a prefix that suits. */
  #among(table: RouteTable, first: number, flow: Flow): Match | undefined {
    return this.#isIpv4 ? this.#firstOf(table, first, flow) : this.#bestOf(table, first, flow);
  }

  /** IPv4: the first route that suits. */
  #firstOf(table: RouteTable, first: number, flow: Flow): Match | undefined {
    const { fib } = this;
    for (let route = first; route !== NONE; route = fib.next(route)) {
      const typeOfService = fib.typeOfService(route);
      if (typeOfService !== 0 && typeOfService !== (flow.typeOfService & TOS_MASK)) continue;
      if (fib.scope(route) < flow.scope) continue;
      const errno = refusalOf(fib.effectiveType(route));
      if (errno !== 0) return this.#found(table, route, 0, fib.interfaceIndex(route), errno);
      if ((fib.flags(route) & NexthopFlag.Dead) !== 0) continue;
      const wanted = flow.interfaceIndex;
      if (!fib.isMultipath(route)) {
        const interfaceIndex = fib.interfaceIndex(route);
        if (wanted === 0 || interfaceIndex === wanted) return this.#found(table, route, 0, interfaceIndex, 0);
        continue;
      }
      const { nexthops } = fib.describe(route, this.#description);
      for (let leg = 0; leg < nexthops.length; leg++) {
        const { flags, interfaceIndex } = nexthops[leg] as (typeof nexthops)[number];
        if ((flags & NexthopFlag.Dead) === 0 && (wanted === 0 || interfaceIndex === wanted))
          return this.#found(table, route, leg, interfaceIndex, 0);
      }
    }
    return undefined;
  }

  /** IPv6: the best route of the lowest metric that has one that suits (find_rr_leaf). */
  #bestOf(table: RouteTable, first: number, flow: Flow): Match | undefined {
    const { fib } = this;
    let best = -1;
    let metric = 0;
    for (let route = first; route !== NONE; route = fib.next(route)) {
      if (best >= 0 && fib.priority(route) !== metric) break;
      metric = fib.priority(route);
      const preference = (PREFERENCE_WEIGHTS[fib.preference(route)] as number) << 2;
      if (!fib.isMultipath(route)) {
        const interfaceIndex = fib.interfaceIndex(route);
        const score =
          (fib.flags(route) & NexthopFlag.Dead) !== 0 ? -1 : score6(interfaceIndex, preference, flow);
        if (score > best) {
          best = score;
          this.#found(table, route, 0, interfaceIndex, refusalOf(fib.effectiveType(route)));
        }
        continue;
      }
      const { nexthops } = fib.describe(route, this.#description);
      for (let leg = 0; leg < nexthops.length; leg++) {
        const { flags, interfaceIndex } = nexthops[leg] as (typeof nexthops)[number];
        const score = (flags & NexthopFlag.Dead) !== 0 ? -1 : score6(interfaceIndex, preference, flow);
        if (score <= best) continue;
        best = score;
        this.#found(table, route, leg, interfaceIndex, 0);
      }
    }
    return best < 0 ? undefined : this.#match;
  }

  #found(table: RouteTable, route: number, leg: number, interfaceIndex: number, errno: number): Match {
    const match = this.#match;
    match.table = table;
    match.route = route;
    match.leg = leg;
    match.interfaceIndex = interfaceIndex;
    match.errno = errno;
    return match;
  }
}

/** How well a nexthop suits; below 0 not at all (rt6_score_route). */
function score6(interfaceIndex: number, preference: number, flow: Flow): number {
  const isWanted = flow.interfaceIndex === 0 || interfaceIndex === flow.interfaceIndex;
  if (!isWanted && !flow.acceptsOtherLinks) return -1;
  return (isWanted ? 2 : 0) | preference;
}

/** A scope that every route has. */
export const ANY_SCOPE = RouteScope.Universe;
