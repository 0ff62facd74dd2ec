import { Errno, MessageFlag } from '@nlspace/core';

/**
 * What makes two routes the same, and what RTM_NEWROUTE does about it.
 *
 * IPv4: prefix, TOS and priority are the key. Routes with the same key live side by side if anything else in them differs
 * (type, scope, protocol, source, metrics, nexthop); routes that differ in nothing are twins.
 * IPv6: prefix and priority are the key. Routes with the same device and gateway are twins, whatever else they say. Routes
 * with a gateway, and only those, join the multipath route that has their key.
 */
export enum RouteAction {
  /** Refuse with the row's errno. */
  Refuse,
  /** Nothing to do: the route is there already. */
  Keep,
  /** The first route of its prefix with this key goes, the new one takes its place. */
  ReplaceFirst,
  /** In front of the routes with the same key. */
  InsertFirst,
  /** Behind the routes with the same key. */
  InsertLast,
  /** Becomes a leg of the multipath route with the same key. */
  Join,
}

/** Where among the routes with the same key the twin is. */
export enum Twin {
  None,
  First,
  Later,
}

export interface IdentityRow {
  /** Whether there is a route with the same key. */
  readonly known?: boolean;
  readonly twin?: Twin | 'any';
  /** IPv6: there is a route with the same key that the new one can join. */
  readonly joinable?: boolean;
  readonly exclusive?: true;
  readonly replace?: true;
  readonly append?: true;
  readonly create?: boolean;
  readonly action: RouteAction;
  readonly errno?: Errno;
  /** `nlmsg_flags` of the notification. */
  readonly flags?: number;
}

const { Create, Exclusive, Append, Replace } = MessageFlag;

/** The first row that fits decides (fib_table_insert). */
export const IPV4_ROWS: readonly IdentityRow[] = [
  { known: true, exclusive: true, action: RouteAction.Refuse, errno: Errno.EEXIST },
  { known: true, replace: true, twin: Twin.First, action: RouteAction.Keep },
  { known: true, replace: true, twin: Twin.Later, action: RouteAction.Refuse, errno: Errno.EEXIST },
  { known: true, replace: true, action: RouteAction.ReplaceFirst, flags: Replace },
  { known: true, twin: 'any', action: RouteAction.Refuse, errno: Errno.EEXIST },
  { create: false, action: RouteAction.Refuse, errno: Errno.ENOENT },
  { known: true, append: true, action: RouteAction.InsertLast, flags: Create | Append },
  { known: true, action: RouteAction.InsertFirst, flags: Create },
  { action: RouteAction.InsertLast, flags: Create | Exclusive },
];

/** The first row that fits decides (fib6_add_rt2node). Without REPLACE, CREATE is not needed. */
export const IPV6_ROWS: readonly IdentityRow[] = [
  { known: true, exclusive: true, action: RouteAction.Refuse, errno: Errno.EEXIST },
  { known: true, replace: true, action: RouteAction.ReplaceFirst, flags: Replace },
  { known: true, twin: 'any', action: RouteAction.Refuse, errno: Errno.EEXIST },
  { known: false, replace: true, create: false, action: RouteAction.Refuse, errno: Errno.ENOENT },
  { known: true, joinable: true, append: true, action: RouteAction.Join, flags: Create | Append },
  { known: true, joinable: true, action: RouteAction.Join, flags: Create },
  { known: true, append: true, action: RouteAction.InsertLast, flags: Create | Append },
  { known: true, action: RouteAction.InsertLast, flags: Create },
  { append: true, action: RouteAction.InsertLast, flags: Create | Exclusive | Append },
  { action: RouteAction.InsertLast, flags: Create | Exclusive },
];

/** Request flags that the rows look at. */
const FLAG_SHIFT = 8;
const FLAG_COMBINATIONS = 16;

/** Rows resolved for every situation, so that a decision is one look. */
export class IdentityRules {
  readonly #resolved: IdentityRow[] = [];

  constructor(rows: readonly IdentityRow[]) {
    for (let situation = 0; situation < 2 * 3 * 2 * FLAG_COMBINATIONS; situation++) {
      const flags = (situation % FLAG_COMBINATIONS) << FLAG_SHIFT;
      const rest = Math.floor(situation / FLAG_COMBINATIONS);
      const known = rest % 2 === 1;
      const twin = (rest >> 1) % 3;
      const joinable = rest >= 6;
      const row = rows.find(
        (candidate) =>
          (candidate.known === undefined || candidate.known === known) &&
          (candidate.twin === undefined ||
            candidate.twin === twin ||
            (candidate.twin === 'any' && twin !== Twin.None)) &&
          (candidate.joinable === undefined || candidate.joinable === joinable) &&
          (!candidate.exclusive || (flags & Exclusive) !== 0) &&
          (!candidate.replace || (flags & Replace) !== 0) &&
          (!candidate.append || (flags & Append) !== 0) &&
          (candidate.create === undefined || candidate.create === ((flags & Create) !== 0)),
      );
      if (row === undefined) throw new Error(`no row of the identity table fits situation ${situation}`);
      this.#resolved.push(row);
    }
  }

  decide(messageFlags: number, known: boolean, twin: Twin, joinable: boolean): IdentityRow {
    const flags = (messageFlags >>> FLAG_SHIFT) & (FLAG_COMBINATIONS - 1);
    const rest = (known ? 1 : 0) + twin * 2 + (joinable ? 6 : 0);
    return this.#resolved[rest * FLAG_COMBINATIONS + flags] as IdentityRow;
  }
}
