import { RouteTableId } from '@nlspace/family-route';

/** How many FIBs there are (`net.fibs`): as many as FreeBSD can have. */
export const FIB_COUNT = 65_536;

/** The FIB that a table of the network is; undefined for the local one, which no FIB is, and for numbers beyond. */
export function fibOfTable(table: number): number | undefined {
  if (table === RouteTableId.Main) return 0;
  return table === RouteTableId.Local || table >= FIB_COUNT || table <= 0 ? undefined : table;
}

/** The table behind a FIB; undefined for numbers that are none: those of the main and the local table among them. */
export function tableOfFib(fib: number): number | undefined {
  if (fib === 0) return RouteTableId.Main;
  return fibOfTable(fib) === fib ? fib : undefined;
}
