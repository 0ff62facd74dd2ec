import { Errno, NetlinkError, NO_CAUSE } from '@nlspace/core';
import { addTun, configureTun, type Link, type Network, tunTraits } from '@nlspace/family-route';
import type { TunDevice, TunDevices, TunRequest } from '@nlspace/transport-seccomp';

/**
 * The TUN and TAP links that programs make on /dev/net/tun, in the networks of a world. No packet comes out of them:
 * reading from the descriptor fails with EBADFD.
 *
 * @param network any of them.
 */
export function tunDevices({ namespaces: networks }: Network): TunDevices {
  /** Links that programs are attached to, and how often. */
  const attached = new Map<Link, number>();
  return {
    attach(namespaces, request, canCreate) {
      const { links } = networks.get(namespaces.current, namespaces);
      const known = request.name === '' ? undefined : links.byName(request.name);
      const link = known ?? add(links, request, canCreate);
      if (known !== undefined) refuseAttaching(known, request, attached.get(known) ?? 0);
      attached.set(link, (attached.get(link) ?? 0) + 1);
      return deviceOf(link, () => {
        const left = (attached.get(link) ?? 1) - 1;
        if (left > 0) attached.set(link, left);
        else attached.delete(link);
        if (left <= 0 && !link.isDying && tunTraits(link)?.isPersistent === false)
          link.home.remove([link], NO_CAUSE);
      });
    },
  };
}

function add(links: Network['links'], request: TunRequest, canCreate: boolean): Link {
  if (!canCreate) throw new NetlinkError(Errno.EPERM);
  const { name, isExclusive: _exclusive, ...options } = request;
  return addTun(links, { ...options, ...(name === '' ? {} : { name }), isPersistent: false });
}

function refuseAttaching(link: Link, request: TunRequest, others: number): void {
  if (request.isExclusive) throw new NetlinkError(Errno.EBUSY);
  const traits = tunTraits(link);
  const isOther =
    traits === undefined || traits.isTap !== request.isTap || traits.isMultiQueue !== request.isMultiQueue;
  if (isOther) throw new NetlinkError(Errno.EINVAL);
  if (others > 0 && !traits.isMultiQueue) throw new NetlinkError(Errno.EBUSY);
}

function deviceOf(link: Link, detach: () => void): TunDevice {
  const change = (changes: Parameters<typeof configureTun>[1]) => {
    if (link.isDying) throw new NetlinkError(Errno.EBADFD);
    configureTun(link, changes);
  };
  return {
    name: link.name,
    setOwner: (owner) => change({ owner }),
    setGroup: (group) => change({ group }),
    setPersistent: (isPersistent) => change({ isPersistent }),
    detach,
  };
}
