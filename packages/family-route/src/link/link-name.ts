import { Errno, NetlinkError } from '@nlspace/core';

/** IFNAMSIZ without the NUL. */
const MAX_NAME_BYTES = 15;
const NAME_TEMPLATE_LIMIT = 32768;

/** `dev_valid_name`: what can name a network interface. */
export function isValidLinkName(name: string): boolean {
  if (name === '' || name === '.' || name === '..') return false;
  if (new TextEncoder().encode(name).length > MAX_NAME_BYTES) return false;
  return !/[/:\s]/.test(name);
}

/**
 * The name that a link gets: the one asked for, or the first free one of a template such as `veth%d`. `firstFree` says
 * and learns from where on a template is worth trying.
 *
 * @throws {NetlinkError} EINVAL for what is not a name, EEXIST when it is taken, ENFILE when a template is used up.
 */
export function chooseLinkName(
  wanted: string,
  isTaken: (name: string) => boolean,
  firstFree: Map<string, number> = new Map(),
): string {
  if (!isValidLinkName(wanted)) throw new NetlinkError(Errno.EINVAL);
  const percent = wanted.indexOf('%');
  if (percent === -1) {
    if (isTaken(wanted)) throw new NetlinkError(Errno.EEXIST);
    return wanted;
  }
  if (wanted[percent + 1] !== 'd' || wanted.indexOf('%', percent + 1) !== -1) {
    throw new NetlinkError(Errno.EINVAL);
  }
  for (let number = firstFree.get(wanted) ?? 0; number < NAME_TEMPLATE_LIMIT; number++) {
    const name = wanted.replace('%d', String(number));
    if (!isTaken(name)) {
      if (!isValidLinkName(name)) break;
      firstFree.set(wanted, number);
      return name;
    }
  }
  throw new NetlinkError(Errno.ENFILE);
}
