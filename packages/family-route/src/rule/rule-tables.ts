import type { Link } from '../link/link.js';
import type { LinkObserver } from '../link/link-observer.js';
import { type RuleEnvironment, RuleList } from './rule-list.js';
import { RuleFamily } from './rule-numbers.js';

/** The rules of a network, one list for each address family that has some. */
export class RuleTables implements LinkObserver {
  /** In the order of a dump of all families. */
  readonly lists: readonly RuleList[];
  readonly ipv4: RuleList;
  readonly ipv6: RuleList;
  #hasVrfs = false;

  constructor(environment: RuleEnvironment) {
    this.ipv4 = new RuleList(RuleFamily.Inet, environment);
    this.ipv6 = new RuleList(RuleFamily.Inet6, environment);
    this.lists = [
      this.ipv4,
      new RuleList(RuleFamily.MulticastInet, environment),
      new RuleList(RuleFamily.MulticastInet6, environment),
      this.ipv6,
    ];
  }

  list(addressFamily: number): RuleList | undefined {
    return this.lists.find((list) => list.addressFamily === addressFamily);
  }

  linkRegistered({ name, index, ownTable }: Link): void {
    for (const list of this.lists) list.attach(name, index, ownTable !== undefined);
  }

  linkRenamed({ name, index, ownTable }: Link): void {
    for (const list of this.lists) {
      list.detach(index);
      list.attach(name, index, ownTable !== undefined);
    }
  }

  /** The first VRF brings rules, which stay when it goes. */
  tableGiven({ index }: Link): void {
    for (const list of this.lists) list.markVrf(index);
    if (this.#hasVrfs) return;
    this.#hasVrfs = true;
    const [ipv4, multicastIpv4, multicastIpv6, ipv6] = this.lists;
    for (const list of [ipv4, ipv6, multicastIpv4, multicastIpv6]) list?.addVrfRule();
  }

  linkUnregistered({ index }: Link): void {
    for (const list of this.lists) list.detach(index);
  }
}
