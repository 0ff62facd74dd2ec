/** Who listens to the groups of one protocol, in the order of joining. */
export class MulticastGroups<Member> {
  readonly #members = new Map<number, Set<Member>>();

  join(group: number, member: Member): void {
    const members = this.#members.get(group);
    if (members === undefined) this.#members.set(group, new Set([member]));
    else members.add(member);
  }

  leave(group: number, member: Member): void {
    const members = this.#members.get(group);
    if (members?.delete(member) && members.size === 0) this.#members.delete(group);
  }

  hasMembers(group: number): boolean {
    return this.#members.has(group);
  }

  members(group: number): Iterable<Member> {
    return this.#members.get(group) ?? [];
  }
}
