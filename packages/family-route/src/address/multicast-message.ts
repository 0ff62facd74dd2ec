import { attr, defineAttributes, defineMessage } from '@nlspace/core';
import { addressCacheInfo, addressHeader } from './address-message.js';

/** RTM_NEWMULTICAST, RTM_DELMULTICAST, RTM_GETMULTICAST: a multicast address that a link listens to. */
export const multicastAddress = defineMessage({
  name: 'multicast-address',
  header: addressHeader,
  attributes: defineAttributes('multicast-address', {
    multicast: attr.bytes(7),
    cacheInfo: attr.struct(6, addressCacheInfo),
  }),
});
