import type { Link } from '../link/link.js';
import type { LinkObserver } from '../link/link-table.js';
import { type RuleEnvironment, RuleList } from './rule-list.js';
import { RuleFamily } from './rule-numbers.js';

/** The rules of a network, one list for each address family that has some. */
export class RuleTables implements LinkObserver {
  /** In the order of a dump of all families. */
  readonly lists: readonly RuleList[];
  readonly ipv4: RuleList;
  readonly ipv6: RuleList;

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

  linkRegistered({ name, index }: Link): void {
    for (const list of this.lists) list.attach(name, index);
  }

  linkRenamed({ name, index }: Link): void {
    for (const list of this.lists) {
      list.detach(index);
      list.attach(name, index);
    }
  }

  linkUnregistered({ index }: Link): void {
    for (const list of this.lists) list.detach(index);
  }
}
