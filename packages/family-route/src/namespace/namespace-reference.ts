import { Errno, type NamespaceId, type NamespaceView, NetlinkError } from '@nlspace/core';

/** A namespace as a request names it. */
export interface NamespaceReference {
  readonly processId?: number | undefined;
  readonly descriptor?: number | undefined;
}

/**
 * Which namespace a reference means (rtnl_link_get_net, get_net_ns_by_pid, get_net_ns_by_fd).
 *
 * @returns undefined when it names none.
 * @throws {NetlinkError} ESRCH for a process, EINVAL for a descriptor that leads to none; EOPNOTSUPP from a caller whose
 * processes and descriptors are not known here.
 */
export function namespaceOf(
  { processId, descriptor }: NamespaceReference,
  view: NamespaceView | undefined,
): NamespaceId | undefined {
  if (processId === undefined && descriptor === undefined) return undefined;
  if (view === undefined)
    throw new NetlinkError(Errno.EOPNOTSUPP, "the caller's processes and descriptors are not known here");
  const found = processId === undefined ? view.ofDescriptor(descriptor ?? -1) : view.ofProcess(processId);
  if (found === undefined) throw new NetlinkError(processId === undefined ? Errno.EINVAL : Errno.ESRCH);
  return found;
}
