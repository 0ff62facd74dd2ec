import type { Datagram, NetlinkAddress, NetlinkSocket, ReceiveOptions, SocketOption } from '@nlspace/core';

/**
 * A socket on another one that passes everything on: middleware extends it and overrides what it changes.
 *
 * `onReadable` is the inner socket's own listener. Who makes datagrams appear that the inner socket does not have, or
 * withholds some, overrides `readable` and `onReadable` together with `receive`.
 */
export class ForwardingSocket implements NetlinkSocket {
  constructor(protected readonly inner: NetlinkSocket) {}

  get protocol(): number {
    return this.inner.protocol;
  }

  get address(): NetlinkAddress {
    return this.inner.address;
  }

  get peer(): NetlinkAddress {
    return this.inner.peer;
  }

  get readable(): boolean {
    return this.inner.readable;
  }

  get onReadable(): (() => void) | undefined {
    return this.inner.onReadable;
  }

  set onReadable(listener: (() => void) | undefined) {
    this.inner.onReadable = listener;
  }

  bind(address: NetlinkAddress): Promise<void> {
    return this.inner.bind(address);
  }

  connect(address: NetlinkAddress): Promise<void> {
    return this.inner.connect(address);
  }

  joinGroup(group: number): Promise<void> {
    return this.inner.joinGroup(group);
  }

  leaveGroup(group: number): Promise<void> {
    return this.inner.leaveGroup(group);
  }

  memberships(): Promise<Uint32Array> {
    return this.inner.memberships();
  }

  setOption(option: SocketOption, value: number): Promise<void> {
    return this.inner.setOption(option, value);
  }

  getOption(option: SocketOption): Promise<number> {
    return this.inner.getOption(option);
  }

  send(datagram: Uint8Array, destination?: NetlinkAddress): Promise<void> | undefined {
    return this.inner.send(datagram, destination);
  }

  receive(options?: ReceiveOptions): Datagram | undefined {
    return this.inner.receive(options);
  }

  close(): void {
    this.inner.close();
  }
}
