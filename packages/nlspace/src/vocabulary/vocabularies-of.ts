import { type Netlink, NetlinkDomain, NetlinkProtocol } from '@nlspace/core';
import { GenericNetlink } from '@nlspace/family-generic';
import { NUMBERS_ONLY, type Vocabularies } from '@nlspace/middleware';
import { familiesOf, genericVocabulary } from './generic-vocabulary.js';
import { ROUTE_VOCABULARY } from './route-vocabulary.js';

/**
 * The words for what goes to `netlink`: of NETLINK_ROUTE always, of NETLINK_GENERIC when it is a domain in this process,
 * which knows its families. Ask for them before middleware is put on it.
 */
export function vocabulariesOf(netlink: Netlink): Vocabularies {
  return (protocol) => {
    if (protocol === NetlinkProtocol.Route) return ROUTE_VOCABULARY;
    const served = netlink instanceof NetlinkDomain ? netlink.familyOf(protocol)?.instance : undefined;
    return served instanceof GenericNetlink ? genericVocabulary(familiesOf(served)) : NUMBERS_ONLY;
  };
}
