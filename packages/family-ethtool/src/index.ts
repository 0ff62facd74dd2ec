/** The ethtool family of NETLINK_GENERIC: what drivers say of links. */
export { EthtoolCommand, EthtoolReply } from './ethtool-command.js';
export { EthtoolFamily, ethtoolFamily } from './ethtool-family.js';
export { StringSet } from './string-sets.js';
