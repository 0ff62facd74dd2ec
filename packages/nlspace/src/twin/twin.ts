import type { Netlink } from '@nlspace/core';
import { type NetworkState, RouteClient } from '@nlspace/family-route/client';

/** Makes a network as a state says. @returns how much of it is not as it was, which `report` has been told in a line each. */
export async function becomeTwin(
  netlink: Netlink,
  state: NetworkState,
  report: (line: string) => void,
): Promise<number> {
  let lost = 0;
  await using client = await RouteClient.open(netlink);
  await client.restore(state, {
    report(line) {
      lost++;
      report(line);
    },
  });
  return lost;
}
