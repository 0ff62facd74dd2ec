import {
  Errno,
  type NetlinkAddress,
  NetlinkError,
  type NetlinkSocket,
  type RawMessage,
  SocketOption,
} from '@nlspace/core';
import { type Refusal, RefusingSocket } from '../refusing-socket.js';
import { type Opener, SeenMessage } from '../rules/seen-message.js';
import type { Vocabulary } from '../vocabulary.js';
import type { Authorizer } from './authorizer.js';
import type { LinkNames } from './link-names.js';

/** Options that need privilege. */
const PRIVILEGED: ReadonlySet<SocketOption> = new Set([
  SocketOption.ForceReceiveBufferSize,
  SocketOption.ForceSendBufferSize,
  SocketOption.ListenAllNamespaces,
]);

/** A socket whose requests are answered with EPERM where they are denied. */
export class AuthorizedSocket extends RefusingSocket {
  constructor(
    inner: NetlinkSocket,
    private readonly opener: Opener,
    private readonly vocabulary: Vocabulary,
    private readonly authorizer: Authorizer,
    private readonly links: LinkNames | undefined,
    /** Whether it can speak to nobody but the serving side, and take no liberties. */
    private readonly isOrdinary: boolean,
  ) {
    super(inner);
  }

  override async connect(address: NetlinkAddress): Promise<void> {
    this.#needServingSide(address);
    await super.connect(address);
  }

  override async setOption(option: SocketOption, value: number): Promise<void> {
    if (this.isOrdinary && PRIVILEGED.has(option)) throw new NetlinkError(Errno.EPERM);
    await super.setOption(option, value);
  }

  override send(datagram: Uint8Array, destination?: NetlinkAddress): Promise<void> | undefined {
    if (destination !== undefined) this.#needServingSide(destination);
    return super.send(datagram, destination);
  }

  protected override refusalOf(request: RawMessage): Refusal | undefined {
    const message = SeenMessage.request(request, this.vocabulary, this.opener);
    const text = this.authorizer.denial(message, this.links);
    return text === undefined ? undefined : { errno: Errno.EPERM, text };
  }

  #needServingSide({ portId, groups }: NetlinkAddress): void {
    if (this.isOrdinary && (portId !== 0 || groups !== 0)) throw new NetlinkError(Errno.EPERM);
  }
}
