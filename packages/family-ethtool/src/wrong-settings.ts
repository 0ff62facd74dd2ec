import { Errno, NetlinkError, type Request } from '@nlspace/core';
import type { DeviceHeader } from './device-header.js';

/** What the kernel finds wrong with a request before it asks the driver, which here could do none of it. */

type Attributes = Request['attributes'];
type Numbers = Readonly<Record<string, number | undefined>>;

/** `MASTER_SLAVE_CFG_*` that can be asked for. */
const [FIRST_ROLE, LAST_ROLE] = [2, 5];

export function wrongModes(attributes: Attributes): NetlinkError | undefined {
  const { masterSlave = FIRST_ROLE, lanes = 1 } = attributes as Numbers;
  if (masterSlave < FIRST_ROLE || masterSlave > LAST_ROLE)
    return new NetlinkError(Errno.EOPNOTSUPP, 'master/slave value is invalid', { attribute: 'masterSlave' });
  if ((lanes & (lanes - 1)) !== 0)
    return new NetlinkError(Errno.EINVAL, 'lanes value is invalid', { attribute: 'lanes' });
  return undefined;
}

export function missingFlags({ flags }: Attributes): NetlinkError | undefined {
  return flags === undefined ? new NetlinkError(Errno.EINVAL) : undefined;
}

/** In the order in which the kernel looks at them. */
const RING_SETTINGS = {
  receiveBufferLength: 'setting rx buf len not supported',
  tcpDataSplit: 'setting TCP data split is not supported',
  headerSplitThreshold: 'setting hds-thresh is not supported',
  completionSize: 'setting cqe size not supported',
  transmitPush: 'setting tx push not supported',
  receivePush: 'setting rx push not supported',
  transmitPushBufferLength: 'setting tx push buf len is not supported',
};

export function unknownRingSetting(attributes: Attributes): NetlinkError | undefined {
  const found = Object.entries(RING_SETTINGS).find(([key]) => (attributes as Numbers)[key] !== undefined);
  return found && new NetlinkError(Errno.EOPNOTSUPP, found[1], { attribute: found[0] });
}

/** What a PHY would have to do, by its number or by that of its link. */
export function noPhy(
  header: unknown,
  text = 'no phy matching phyindex',
  isSaidAnyway = false,
): NetlinkError | undefined {
  if ((header as DeviceHeader | undefined)?.phy !== undefined)
    return new NetlinkError(Errno.EOPNOTSUPP, text, { attribute: 'header' });
  return isSaidAnyway ? new NetlinkError(Errno.EOPNOTSUPP, text) : undefined;
}

const HALF_PAGE = 128;
const PAGE = 256;

/** @throws {NetlinkError} where a request does not name a part of one page of a module's memory. */
export function needMemory(attributes: Attributes): void {
  const { offset, length, page, address } = attributes as Numbers;
  if (offset === undefined || length === undefined || page === undefined || address === undefined)
    throw new NetlinkError(Errno.EINVAL);
  const wrong = (text: string, attribute: string) => new NetlinkError(Errno.EINVAL, text, { attribute });
  if (page !== 0 && offset < HALF_PAGE)
    throw wrong('reading from lower half page is allowed for page 0 only', 'page');
  if (offset < HALF_PAGE && offset + length > HALF_PAGE)
    throw wrong('reading cross half page boundary is illegal', 'length');
  if (offset + length > PAGE) throw wrong('reading cross page boundary is illegal', 'length');
}

/** Centimetres. */
const LONGEST_CABLE = 15_000;
const STEP = 100;
const LAST_PAIR = 3;

export function wrongCableTest({ configuration }: Attributes): NetlinkError | undefined {
  if (configuration === undefined) return undefined;
  const { first = STEP, last = LONGEST_CABLE, step, pair = 0 } = configuration as Numbers;
  const wrong = (text: string, key?: string) =>
    new NetlinkError(Errno.EINVAL, text, key === undefined ? {} : { attribute: `configuration.${key}` });
  // The kernel reads the number with a sign.
  if (pair > LAST_PAIR && pair < 0x80) return wrong('invalid pair parameter', 'pair');
  if (first > LONGEST_CABLE) return wrong('invalid first parameter', 'first');
  if (last > LONGEST_CABLE) return wrong('invalid last parameter', 'last');
  if (step === 0) return wrong('invalid step parameter', 'step');
  if (first > last) return wrong('invalid first/last parameter');
  if ((step ?? STEP) > last - first)
    return wrong('step parameter too big', step === undefined ? undefined : 'step');
  return undefined;
}
