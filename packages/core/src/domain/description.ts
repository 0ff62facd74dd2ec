import { isFamilyHost } from '../family/family-host.js';
import type { Exchange, Operation } from '../family/operation.js';
import type { ServedProtocol } from './netlink-domain.js';

export interface OperationDescription {
  readonly exchange: Exchange;
  readonly number: number;
  readonly handler: string;
  readonly message: string;
}

export interface SocketDescription {
  readonly portId: number;
  readonly processId: number;
  readonly groups: readonly number[];
  readonly dumping: boolean;
  readonly sent: number;
  readonly requests: number;
  readonly received: number;
  readonly dropped: number;
  readonly overruns: number;
}

export interface ProtocolDescription {
  readonly protocol: number;
  readonly name: string;
  readonly groups: Readonly<Record<string, number>>;
  readonly operations: readonly OperationDescription[];
  /** Families that it serves beside its own operations, as NETLINK_GENERIC does. */
  readonly families: readonly ServedFamilyDescription[];
  readonly sockets: readonly SocketDescription[];
}

export interface ServedFamilyDescription {
  readonly name: string;
  /** The message type of its requests. */
  readonly number: number;
  readonly version: number;
  readonly groups: Readonly<Record<string, number>>;
  readonly operations: readonly OperationDescription[];
}

/** A domain as it can print itself. */
export interface DomainDescription {
  /** Which system its sockets behave like. */
  readonly profile: string;
  readonly protocols: readonly ProtocolDescription[];
}

export function describeProtocol({ family, sockets }: ServedProtocol): ProtocolDescription {
  return {
    protocol: family.options.protocol,
    name: family.options.name,
    groups: family.options.groups,
    operations: family.operations
      .filter(({ number }) => family.instance.serves?.(number) !== false)
      .map(describeOperation),
    families: isFamilyHost(family.instance)
      ? family.instance
          .guests()
          .map((guest) => ({ ...guest, operations: guest.operations.map(describeOperation) }))
      : [],
    sockets: [...sockets].map((socket) => ({
      portId: socket.portId,
      processId: socket.credentials.pid,
      groups: socket.joinedGroups,
      dumping: socket.isDumping,
      ...socket.counters,
      ...socket.receiveCounters,
    })),
  };
}

function describeOperation({ exchange, number, name, message }: Operation): OperationDescription {
  return { exchange, number, handler: name, message: message.name };
}
