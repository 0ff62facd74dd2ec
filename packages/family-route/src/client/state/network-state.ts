import {
  type DecodedMessage,
  decodeMessage,
  MessageFlag,
  type RawMessage,
  type ReceivedMessage,
} from '@nlspace/core';
import { uninterrupted } from '../interruptions.js';
import { CLIENT_CATALOG } from '../messages.js';
import { Mirror } from '../mirror.js';
import type { RouteSockets } from '../sockets.js';
import { schemaOf } from '../translation.js';
import { TRANSLATIONS } from '../translations.js';
import {
  type ListedObjects,
  OBJECT_NAMES,
  OBJECT_OF_TYPE,
  type ObjectName,
  replaces,
  WATCHED,
} from '../watched.js';

/** A message about one object, as the kernel side has told it: RTM_NEW… */
export interface StateMessage {
  readonly messageType: number;
  readonly payload: Uint8Array;
}

type ObjectLists = { readonly [K in ObjectName]: readonly ListedObjects[K][] };

/** The links, addresses, routes, nexthops, neighbours and rules of a network at one moment, and the messages that told of them. */
export interface NetworkState extends ObjectLists {
  readonly messages: readonly StateMessage[];
}

/** RTM_DEL… among NEW, DEL, GET, SET. */
const DELETE = 1;

/** What messages say one after the other. Requests, and messages about other objects, are passed over. */
export function stateOf(messages: Iterable<RawMessage>): NetworkState {
  const names = new Map<number, string>();
  const links = { nameOf: (interfaceIndex: number) => names.get(interfaceIndex) };
  const mirrors = new Map(OBJECT_NAMES.map((of) => [of, new Mirror<object>(WATCHED[of].identity as never)]));
  const told = new Map<object, StateMessage>();
  for (const { header, payload } of messages) {
    const { type: messageType, flags } = header;
    const of = OBJECT_OF_TYPE.get(messageType & ~3);
    const schema = CLIENT_CATALOG.get(messageType, payload);
    const mirror = of === undefined ? undefined : mirrors.get(of);
    if (of === undefined || schema === undefined || mirror === undefined) continue;
    if ((messageType & 3) > DELETE || (flags & MessageFlag.Request) !== 0) continue;
    const message: DecodedMessage = decodeMessage(schema, payload);
    const object = TRANSLATIONS[of].read(message, links) as object | undefined;
    if (object === undefined || !TRANSLATIONS[of].matches(object, {}, undefined)) continue;
    if (of === 'links') {
      const { interfaceIndex, name } = object as ListedObjects['links'];
      names.set(interfaceIndex, name);
    }
    if ((messageType & 3) === DELETE) mirror.remove(object);
    else {
      mirror.put(object, replaces(flags) && (flags & MessageFlag.Multi) === 0);
      told.set(object, { messageType, payload });
    }
  }
  const lists = Object.fromEntries(OBJECT_NAMES.map((of) => [of, [...(mirrors.get(of)?.objects() ?? [])]]));
  const objects = lists as unknown as ObjectLists;
  const kept = OBJECT_NAMES.flatMap((of) => objects[of] as readonly object[]);
  return { ...objects, messages: kept.flatMap((object) => told.get(object) ?? []) };
}

/** Reads all lists, each as it was at one moment. @throws {NetlinkError} */
export async function readState(
  sockets: RouteSockets,
  signal: AbortSignal | undefined,
): Promise<NetworkState> {
  const messages: RawMessage[] = [];
  for (const of of OBJECT_NAMES) messages.push(...(await readList(sockets, of, signal)));
  return stateOf(messages);
}

async function readList(
  sockets: RouteSockets,
  of: ObjectName,
  signal: AbortSignal | undefined,
): Promise<RawMessage[]> {
  const { types, query } = TRANSLATIONS[of];
  const schema = schemaOf(TRANSLATIONS[of]);
  const body = await query({}, async () => 0);
  const options = { operation: `${of}.save`, signal };
  return uninterrupted(async () => {
    const messages: RawMessage[] = [];
    for await (const message of sockets.dump(types.get, schema, body, options)) messages.push(rawOf(message));
    return messages;
  });
}

function rawOf({ messageType: type, flags, payload }: ReceivedMessage): RawMessage {
  return { header: { length: 0, type, flags, sequence: 0, portId: 0 }, payload };
}
