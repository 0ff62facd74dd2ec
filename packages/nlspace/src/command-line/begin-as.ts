import type { Netlink } from '@nlspace/core';

/** `--from`: a network begins as another one is. What is not as there is told on standard error. */
export async function beginAs(source: string, netlink: Netlink): Promise<void> {
  const { readSource } = await import('../twin/open-source.js');
  const { becomeTwin } = await import('../twin/twin.js');
  const report = (line: string) => process.stderr.write(`nlspace: ${line}\n`);
  await becomeTwin(netlink, await readSource(source), report);
}
