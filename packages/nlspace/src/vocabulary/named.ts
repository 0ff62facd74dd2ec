import {
  type Datagram,
  type Netlink,
  NetlinkDomain,
  NetlinkProtocol,
  type NetlinkSocket,
  type OpenOptions,
  type ReceiveOptions,
} from '@nlspace/core';
import { ControlCommand, familyDescription, GenericClient, GenericNetlink } from '@nlspace/family-generic';
import { ForwardingSocket, NUMBERS_ONLY, type Vocabularies } from '@nlspace/middleware';
import { createNetlink } from '../create-netlink.js';
import { FamilyDirectory } from './family-directory.js';
import { genericVocabulary } from './generic-vocabulary.js';
import { ROUTE_VOCABULARY } from './route-vocabulary.js';
import { vocabulariesOf } from './vocabularies-of.js';

/** A back end, and words for what goes to it. */
export interface Named {
  readonly netlink: Netlink;
  readonly vocabularies: Vocabularies;
}

/**
 * Words for what goes to any back end. A domain in this process knows its families. Of another one, nlctrl is asked over a socket
 * beside the first socket of NETLINK_GENERIC; later on it is listened to as it answers others.
 */
export function named(inner: Netlink): Named {
  if (inner instanceof NetlinkDomain) return { netlink: inner, vocabularies: vocabulariesOf(inner) };
  const directory = emptyDirectory();
  let asked: Promise<void> | undefined;
  const netlink: Netlink = {
    async open(options) {
      if (options.protocol !== NetlinkProtocol.Generic) return inner.open(options);
      asked ??= askForFamilies(inner, options, directory);
      await asked;
      return new ListeningSocket(await inner.open(options), directory);
    },
  };
  return { netlink, vocabularies: vocabulariesBy(directory) };
}

/** Of families that are told of in what has been captured. */
export function emptyDirectory(): FamilyDirectory {
  let served: GenericNetlink | undefined;
  return new FamilyDirectory(() => {
    served ??= createNetlink().familyOf(NetlinkProtocol.Generic)?.instance as GenericNetlink;
    return served;
  });
}

export function vocabulariesBy(directory: FamilyDirectory): Vocabularies {
  const generic = genericVocabulary(directory);
  return (protocol) => {
    if (protocol === NetlinkProtocol.Route) return ROUTE_VOCABULARY;
    return protocol === NetlinkProtocol.Generic ? generic : NUMBERS_ONLY;
  };
}

class ListeningSocket extends ForwardingSocket {
  constructor(
    inner: NetlinkSocket,
    private readonly directory: FamilyDirectory,
  ) {
    super(inner);
  }

  override receive(options?: ReceiveOptions): Datagram | undefined {
    const datagram = super.receive(options);
    if (datagram !== undefined) this.directory.learn(datagram.bytes);
    return datagram;
  }
}

/** Without an answer, families are numbers: that is no reason to keep a program from its socket. */
async function askForFamilies(
  inner: Netlink,
  options: OpenOptions,
  directory: FamilyDirectory,
): Promise<void> {
  // As the program would, with its rights and in its namespace; the port ID is free again before it opens its own.
  const beside: Netlink = {
    open: async ({ protocol }) => new ListeningSocket(await inner.open({ ...options, protocol }), directory),
  };
  try {
    const client = await GenericClient.open(beside, 'nlctrl', { message: familyDescription });
    try {
      for await (const _family of client.dump(ControlCommand.GetFamily));
    } finally {
      client.close();
    }
  } catch {
    // See above.
  }
}
