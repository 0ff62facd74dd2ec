/** What a socket is named by: `struct sockaddr_nl` without its family. */
export interface NetlinkAddress {
  /** Unique within a domain and protocol; 0 addresses the serving side. Unsigned 32 bits. */
  readonly portId: number;
  /** A bit per group 1…32 (bit 0 is group 1). Unsigned 32 bits. */
  readonly groups: number;
}

/** Who opened a socket. Front doors take this from the peer. */
export interface Credentials {
  readonly uid: number;
  readonly gid: number;
  readonly pid: number;
  /** CAP_NET_ADMIN: requests that change something need it. */
  readonly netAdmin: boolean;
}

/** Names one network namespace: equal texts, same namespace. */
export type NamespaceId = string;

/** The namespace that everything begins in. */
export const FIRST_NAMESPACE: NamespaceId = 'first';

/** How the owner of a socket names network namespaces. Front doors give it; without it there is only the first. */
export interface NamespaceView {
  /** The one that the socket was opened in, and stays in. */
  readonly current: NamespaceId;
  /** The thread that uses the socket now, by its number on this host: for back doors that act in its place. */
  readonly thread?: number;
  /** By a descriptor of the owner (IFLA_NET_NS_FD, NETNSA_FD); undefined when it is none of a network namespace. */
  ofDescriptor(descriptor: number): NamespaceId | undefined;
  /** By a process as the owner numbers it (IFLA_NET_NS_PID, NETNSA_PID); undefined when there is no such process. */
  ofProcess(processId: number): NamespaceId | undefined;
  /** From now on nobody gets this name for another namespace, until `exists` says no. For one that was just named. */
  keep(id: NamespaceId): void;
  /** Whether anybody can still name it. Costly. */
  exists(id: NamespaceId): boolean;
}

export interface OpenOptions {
  /** The third argument of `socket(AF_NETLINK, …)`. */
  readonly protocol: number;
  readonly credentials?: Credentials;
  readonly namespaces?: NamespaceView | undefined;
  readonly signal?: AbortSignal;
}

/** Something netlink sockets can be opened on: a domain in this process, the Linux kernel, a remote domain. */
export interface Netlink {
  /** @throws {NetlinkError} EPROTONOSUPPORT when nothing serves the protocol. */
  open(options: OpenOptions): Promise<NetlinkSocket>;
}

/** One datagram as a receive hands it out. `bytes` may be shared with other receivers: read it only. */
export interface Datagram {
  readonly bytes: Uint8Array;
  /** Who sent it: port ID 0 and a group bit for what comes from the serving side. */
  readonly source: NetlinkAddress;
  /** The group it was delivered for, also beyond 32; 0 for unicast (NETLINK_PKTINFO). */
  readonly group: number;
  /** Another namespace that it comes from, as the socket's own numbers it (NETLINK_LISTEN_ALL_NSID). */
  readonly namespaceNumber?: number;
}

export interface ReceiveOptions {
  /**
   * Bytes that the reader can take. A dump makes its next datagrams as large as the largest capacity
   * of an earlier successful receive, within [3776, 32448]. @default 32768
   */
  readonly capacity?: number;
  /** Leave the datagram in the buffer (MSG_PEEK). With capacity 0 that is all it does: no dump advances. */
  readonly peek?: boolean;
}

/** Integer options of socket(7) and netlink(7), by the names of this project. */
export enum SocketOption {
  /** NETLINK_PKTINFO */
  PacketInfo = 'packetInfo',
  /** NETLINK_BROADCAST_ERROR */
  BroadcastError = 'broadcastError',
  /** NETLINK_NO_ENOBUFS */
  NoOverrunError = 'noOverrunError',
  /** NETLINK_LISTEN_ALL_NSID: notifications also from the namespaces that the socket's own has numbers for. */
  ListenAllNamespaces = 'listenAllNamespaces',
  /** NETLINK_CAP_ACK */
  CapAck = 'capAck',
  /** NETLINK_EXT_ACK */
  ExtendedAck = 'extendedAck',
  /** NETLINK_GET_STRICT_CHK */
  StrictChecking = 'strictChecking',
  /** SO_RCVBUF: a set stores the double, within the domain's limits; a get gives what is stored. */
  ReceiveBufferSize = 'receiveBufferSize',
  /** SO_RCVBUFFORCE (set only): not capped, needs netAdmin. */
  ForceReceiveBufferSize = 'forceReceiveBufferSize',
  /** SO_SNDBUF */
  SendBufferSize = 'sendBufferSize',
  /** SO_SNDBUFFORCE (set only) */
  ForceSendBufferSize = 'forceSendBufferSize',
}

/**
 * One netlink socket as its owner sees it: the calls of socket(7), datagram by datagram.
 * Every refusal is a `NetlinkError` whose errno is the kernel's.
 */
export interface NetlinkSocket {
  readonly protocol: number;
  /** `portId` is 0 until the socket is bound (by `bind`, `connect` or the first send). */
  readonly address: NetlinkAddress;
  /** The default destination that `connect` has set; {0, 0} before. */
  readonly peer: NetlinkAddress;

  /** Port ID 0 lets the serving side choose: the owner's process ID if it is free. Replaces groups 1…32. */
  bind(address: NetlinkAddress): Promise<void>;
  connect(address: NetlinkAddress): Promise<void>;
  /** NETLINK_ADD_MEMBERSHIP. */
  joinGroup(group: number): Promise<void>;
  /** NETLINK_DROP_MEMBERSHIP. */
  leaveGroup(group: number): Promise<void>;
  /** NETLINK_LIST_MEMBERSHIPS: bit 0 of word 0 is group 1. */
  memberships(): Promise<Uint32Array>;
  setOption(option: SocketOption, value: number): Promise<void>;
  getOption(option: SocketOption): Promise<number>;

  /**
   * Hands over one datagram; the bytes may be reused when the call returns, also if it returns a promise.
   *
   * @returns nothing when every request in it has been handled and the replies can be received, else a promise of
   * that: a send is synchronous in the kernel, and programs rely on it.
   * @throws {NetlinkError} EAGAIN when unhandled datagrams fill the send buffer, EMSGSIZE, ECONNREFUSED, …
   */
  send(datagram: Uint8Array, destination?: NetlinkAddress): Promise<void> | undefined;
  /**
   * The next datagram, or nothing when there is none yet. A running dump is advanced until there is one, so nothing
   * is never the answer in mid-dump.
   *
   * @throws {NetlinkError} ENOBUFS once after an overrun.
   */
  receive(options?: ReceiveOptions): Datagram | undefined;
  /** Whether `receive` would give a datagram or throw. */
  readonly readable: boolean;
  /**
   * Called at every arrival, except for what a `receive` brings in while it runs (the next part of a dump): look at
   * `readable` after it. One listener: whoever owns the socket.
   */
  onReadable: (() => void) | undefined;
  /** Leaves all groups, frees the port ID. Idempotent. */
  close(): void;
}
