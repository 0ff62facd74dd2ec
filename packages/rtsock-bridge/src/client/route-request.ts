import ipaddr from 'ipaddr.js';
import { NO_METRICS } from '../rib/route-messages.js';
import { encodeMessage } from '../wire/message.js';
import { AddressSlot, MetricBit, RtsockFlag, type RtsockType } from '../wire/numbers.js';
import { internetAddress, linkGateway, netmaskOf, type SocketAddress } from '../wire/socket-address.js';

/** What a program asks a routing socket for. */
export interface RouteRequestOptions {
  readonly type: RtsockType.Add | RtsockType.Delete | RtsockType.Change | RtsockType.Get;
  /** `default`, an address, or an address and the length of a prefix: `10.8.0.0/16`, `fe80::%2/64`. */
  readonly destination: string;
  /** @default by the destination, for `default` IPv4 */
  readonly isIpv6?: boolean;
  /** An address; of a link-local one the link is said behind `%`. */
  readonly gateway?: string;
  /** The index of a link, where there is no gateway. */
  readonly interfaceIndex?: number;
  /** RTF_* beside those that follow from the rest. */
  readonly flags?: number;
  readonly sequence?: number;
  readonly mtu?: number;
  readonly weight?: number;
  /** RTA_IFP, RTA_IFA: whether the answer is to tell of the interface. @default false */
  readonly wantsInterface?: boolean;
}

/**
 * The bytes of a request.
 *
 * @throws {TypeError} for an address that is none.
 */
export function routeRequest(options: RouteRequestOptions): Uint8Array {
  const { type, gateway, interfaceIndex, sequence = 0, mtu, weight, wantsInterface = false } = options;
  const { address, length } = readDestination(options);
  const width = address.length === 4 ? 4 : 16;
  const scope = scopeOf(options.destination);
  const isHost = length === width * 8;
  const isPrefix = !isHost || options.destination.includes('/');
  const via = gatewayOf(gateway, interfaceIndex);
  const flags =
    (options.flags ?? 0) |
    RtsockFlag.Up |
    (isHost ? RtsockFlag.Host : 0) |
    (gateway === undefined ? 0 : RtsockFlag.Gateway);
  const inits = (mtu === undefined ? 0 : MetricBit.Mtu) | (weight === undefined ? 0 : MetricBit.Weight);
  return encodeMessage(
    {
      kind: 'route',
      type,
      header: {
        interfaceIndex: 0,
        spare: 0,
        flags: flags >>> 0,
        pid: 0,
        sequence,
        errno: 0,
        flagMask: 0,
        inits: BigInt(inits),
        metrics: { ...NO_METRICS, mtu: BigInt(mtu ?? 0), weight: BigInt(weight ?? 0) },
      },
      addresses: {
        [AddressSlot.Destination]: internetAddress(address, scope),
        ...(via === undefined ? {} : { [AddressSlot.Gateway]: via }),
        ...(isPrefix ? { [AddressSlot.Netmask]: netmaskOf(length, width) } : {}),
        ...(wantsInterface ? { [AddressSlot.Interface]: linkGateway(0, 0) } : {}),
      },
    },
    { isAligned: true },
  );
}

function gatewayOf(
  gateway: string | undefined,
  interfaceIndex: number | undefined,
): SocketAddress | undefined {
  if (gateway !== undefined) return internetAddress(parse(gateway), scopeOf(gateway));
  return interfaceIndex === undefined ? undefined : linkGateway(interfaceIndex, 0);
}

function readDestination({ destination, isIpv6 = false }: RouteRequestOptions): {
  address: Uint8Array;
  length: number;
} {
  if (destination === 'default') return { address: new Uint8Array(isIpv6 ? 16 : 4), length: 0 };
  const [text = '', lengthText] = destination.split('/');
  const address = parse(text);
  const most = address.length * 8;
  const length = lengthText === undefined ? most : Number(lengthText);
  if (!Number.isInteger(length) || length < 0 || length > most || lengthText === '')
    throw new TypeError(`${destination} has no prefix of ${lengthText} bits`);
  return { address, length };
}

/** The number behind `%`: ipaddr.js takes it, but does not say it as a number. */
function scopeOf(text: string): number {
  return Number(/%(\d+)/.exec(text)?.[1] ?? 0);
}

function parse(text: string): Uint8Array {
  const plain = text.replace(/%\d+$/, '');
  const isWhole = plain.includes(':')
    ? ipaddr.IPv6.isValid(plain)
    : ipaddr.IPv4.isValidFourPartDecimal(plain);
  if (!isWhole) throw new TypeError(`${text} is no address`);
  return Uint8Array.from(ipaddr.parse(plain).toByteArray());
}
