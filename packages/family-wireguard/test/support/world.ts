import {
  type AttributesOf,
  type Credentials,
  NetlinkDomain,
  NetlinkError,
  NetlinkProtocol,
  type NetlinkSocket,
  NO_CAUSE,
  type RawMessage,
  readMessages,
  SocketOption,
} from '@nlspace/core';
import { GenericClient, GenericNetlink } from '@nlspace/family-generic';
import { type Link, Network, routeFamily } from '@nlspace/family-route';
import {
  deviceAttributes,
  type PeerAttributes,
  WireguardCommand,
  type WireguardDevice,
  WireguardKind,
  wireguardFamily,
  wireguardMessage,
} from '../../src/index.js';

export const ROOT: Credentials = { uid: 0, gid: 0, pid: 4321, netAdmin: true };
export const NOBODY: Credentials = { uid: 65534, gid: 65534, pid: 5432, netAdmin: false };
/** Of the only family beside nlctrl. */
export const FAMILY = 0x13;

export type Attributes = AttributesOf<typeof wireguardMessage>;

/** A network with a WireGuard link `wg0`, and who asks about it. */
export interface World {
  readonly network: Network;
  readonly link: Link;
  readonly device: WireguardDevice;
  /** What handlers have thrown by mistake. */
  readonly defects: unknown[];
  add(name: string): Link;
  open(credentials?: Credentials): Promise<NetlinkSocket>;
  /** Configures `wg0`, or whom the attributes name. */
  set(attributes: Attributes): Promise<void>;
  /** The same, refused: errno and text. */
  refused(attributes: Attributes): Promise<{ errno: number; text: string | undefined }>;
  /** Everything that a dump says of `wg0`, put together. */
  get(): Promise<Omit<Attributes, 'peers'> & { readonly peers: PeerAttributes[] }>;
}

export async function openWorld(): Promise<World> {
  const defects: unknown[] = [];
  const network = new Network();
  const domain = new NetlinkDomain({
    families: [routeFamily(network), GenericNetlink, wireguardFamily(network)],
    onDefect: (error) => defects.push(error),
  });
  const add = (name: string) => network.links.create('wireguard', { name }, undefined, NO_CAUSE);
  const link = add('wg0');
  const client = await GenericClient.open(domain, 'wireguard', { message: wireguardMessage });
  const set: World['set'] = async (attributes) => {
    const isNamed = attributes.interfaceIndex !== undefined || attributes.interfaceName !== undefined;
    const whole = isNamed ? attributes : { ...attributes, interfaceName: 'wg0' };
    await client.do(WireguardCommand.SetDevice, { attributes: whole });
  };
  return {
    network,
    link,
    device: deviceOf(link),
    defects,
    add,
    set,
    async open(credentials = ROOT) {
      const socket = await domain.open({ protocol: NetlinkProtocol.Generic, credentials });
      await socket.setOption(SocketOption.ExtendedAck, 1);
      return socket;
    },
    async refused(attributes) {
      const error = await set(attributes).then(
        () => new Error('it was not refused'),
        (reason: unknown) => reason,
      );
      if (!(error instanceof NetlinkError)) throw error;
      return { errno: error.errno, text: error.text };
    },
    async get() {
      const peers: PeerAttributes[] = [];
      let device: Attributes = {};
      for await (const { attributes } of client.dump(WireguardCommand.GetDevice, {
        attributes: { interfaceName: 'wg0' },
      })) {
        const { peers: some = [], ...rest } = attributes;
        device = { ...device, ...rest };
        for (const peer of some) peers.push({ ...peer, allowedIps: [...(peer.allowedIps ?? [])] });
      }
      return { ...device, peers };
    },
  };
}

export function deviceOf(link: Link): WireguardDevice {
  return (link.behaviour as WireguardKind).deviceOf(link);
}

/** The 32 bytes of a key of which only the first few matter to a test. */
export function key(number: number): Uint8Array {
  const bytes = new Uint8Array(32).fill(9);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

/** `10.0.0.0/24` as attributes. */
export function allowedIp(text: string, flags?: number) {
  const [address = '', length = '32'] = text.split('/');
  const more = flags === undefined ? {} : { flags };
  const bytes = Uint8Array.from(address.split('.').map(Number));
  return { addressFamily: 2, address: bytes, prefixLength: Number(length), ...more };
}

/** The other way round, of all allowed IPs of a peer. */
export function allowedIpsOf({ allowedIps = [] }: PeerAttributes): string[] {
  return [...allowedIps].map(({ address, prefixLength }) => `${address?.join('.')}/${prefixLength}`);
}

/** A request as bytes, made of attributes as bytes. */
export function request(command: number, flags: number, attributes: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(20 + attributes.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, FAMILY, true);
  view.setUint16(6, flags, true);
  view.setUint32(8, 7, true);
  view.setUint8(16, command);
  view.setUint8(17, 1);
  bytes.set(attributes, 20);
  return bytes;
}

/** One attribute as bytes, of bytes. */
export function attribute(type: number, ...parts: readonly ArrayLike<number>[]): Uint8Array {
  const payload = Uint8Array.from(parts.flatMap((part) => Array.from(part)));
  const bytes = new Uint8Array((4 + payload.length + 3) & ~3);
  new DataView(bytes.buffer).setUint16(0, 4 + payload.length, true);
  new DataView(bytes.buffer).setUint16(2, type, true);
  bytes.set(payload, 4);
  return bytes;
}

/** `wg0` as an attribute. */
export const WG0 = attribute(2, [...new TextEncoder().encode('wg0'), 0]);

export interface Part {
  readonly bytes: number;
  readonly flags: number;
  readonly attributes: Attributes;
}

/** The messages of a dump about `wg0`, as they come to a reader with so large a buffer; `between` runs after the first datagram. */
export async function dumpParts(
  socket: NetlinkSocket,
  capacity: number,
  between: () => void = () => {},
): Promise<Part[]> {
  await socket.send(request(WireguardCommand.GetDevice, 0x301, WG0));
  const parts: Part[] = [];
  for (let next = socket.receive({ capacity }); next !== undefined; next = socket.receive({ capacity })) {
    const { length } = next.bytes;
    for (const message of readMessages(next.bytes.slice())) {
      if (message.header.type !== FAMILY) continue;
      parts.push({ bytes: length, flags: message.header.flags, attributes: attributesOf(message) });
    }
    if (parts.length === 1) between();
  }
  return parts;
}

function attributesOf({ payload }: RawMessage): Attributes {
  return deviceAttributes.decode(new DataView(payload.buffer, payload.byteOffset), 4, payload.length);
}
