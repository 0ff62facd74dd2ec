import type { Exchange } from '@nlspace/core';

/** How a message comes by: a request, or what a group is told. */
export type AnyExchange = Exchange | 'notification';

/** One condition about what a message says. */
export interface FieldCondition {
  /** A key of the fixed header or of the attributes, as traces show it: `table`, `destination`, `information.kind`. */
  readonly key: string;
  /** As traces show it, or as a number; without one, to be there is enough. */
  readonly value?: string | undefined;
}

/** Which messages a rule is about. What is left out does not matter. */
export interface MessagePattern {
  /** `RTM_GETROUTE`, `meter.Set`, `RTM_NEW*`, or a message type's number; any of them. */
  readonly operations?: readonly string[];
  readonly exchange?: AnyExchange | undefined;
  /** The third argument of `socket(AF_NETLINK, …)`. */
  readonly protocol?: number | undefined;
  /** Who opened the socket: a name, or a process ID. */
  readonly program?: string | number | undefined;
  /** All of them. */
  readonly conditions?: readonly FieldCondition[];
}

/** A test for operations of a pattern: `*` stands for any characters. */
export function operationTest(operations: readonly string[]): (name: string, messageType: number) => boolean {
  const tests = operations.map((operation) => {
    if (/^\d+$/.test(operation)) return (_: string, messageType: number) => messageType === Number(operation);
    if (!operation.includes('*')) return (name: string) => name === operation;
    const parts = operation.split('*').map((part) => part.replaceAll(/[^\w]/g, '\\$&'));
    const wanted = new RegExp(`^${parts.join('.*')}$`);
    return (name: string) => wanted.test(name);
  });
  return (name, messageType) => tests.some((test) => test(name, messageType));
}
