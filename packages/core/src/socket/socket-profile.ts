import { SocketOption } from './netlink.js';

/** Where systems part in how their netlink sockets behave. What each value is known from: `docs/profiles.md`. */
export interface SocketProfile {
  readonly name: string;
  /** The options that there are: setting another, or asking for it, gets ENOPROTOOPT. */
  readonly options: ReadonlySet<SocketOption>;
  /** The first send binds a socket that is not bound; else it stays unbound, and its replies name port ID 0. */
  readonly bindsOnSend: boolean;
  /** NLM_F_ECHO is obeyed. */
  readonly echoes: boolean;
  /** A receive fails with ENOBUFS, once, when notifications were lost; else they are lost without a word. */
  readonly reportsOverruns: boolean;
  /** NLMSG_DONE carries NLM_F_MULTI, as the messages that it ends. */
  readonly doneIsMultipart: boolean;
}

export const LINUX_SOCKETS: SocketProfile = {
  name: 'linux',
  options: new Set(Object.values(SocketOption)),
  bindsOnSend: true,
  echoes: true,
  reportsOverruns: true,
  doneIsMultipart: true,
};

export const FREEBSD_SOCKETS: SocketProfile = {
  name: 'freebsd',
  options: new Set([
    SocketOption.CapAck,
    SocketOption.ExtendedAck,
    SocketOption.StrictChecking,
    SocketOption.ReceiveBufferSize,
    SocketOption.ForceReceiveBufferSize,
    SocketOption.SendBufferSize,
    SocketOption.ForceSendBufferSize,
  ]),
  bindsOnSend: false,
  echoes: false,
  reportsOverruns: false,
  doneIsMultipart: false,
};
