import { decodeMessage } from '@nlspace/core';
import type { SeenMessage } from '@nlspace/middleware';

/** Header fields and attributes of NETLINK_ROUTE that hold the index of a link. */
const INDEXES = [
  'interfaceIndex',
  'outputInterface',
  'inputInterface',
  'master',
  'link',
  'newInterfaceIndex',
] as const;

/** Those that hold a name; IFLA_ALT_IFNAME is a name of a link that has another. */
const NAMES = ['name', 'alternativeName'] as const;

/** Size of `struct rtnexthop`, and where the index is in it. */
const LEG = { size: 8, index: 4 } as const;

/** The links that a message of NETLINK_ROUTE speaks of, each by its index or its name. */
export function linksIn({ schema, raw }: SeenMessage): Array<number | string> {
  if (schema === undefined) return [];
  const { header, attributes } = decodeMessage(schema, raw.payload);
  const parts: ReadonlyArray<Readonly<Record<string, unknown>>> = [header, attributes];
  const indexes = parts.flatMap((part) => INDEXES.map((key) => part[key]));
  const names = parts.flatMap((part) => NAMES.map((key) => part[key]));
  const { multipath } = attributes as { multipath?: unknown };
  return [
    ...indexes.filter((index): index is number => typeof index === 'number' && index !== 0),
    ...names.filter((name): name is string => typeof name === 'string' && name !== ''),
    ...(multipath instanceof Uint8Array ? legLinks(multipath) : []),
  ];
}

/** `struct rtnexthop` after `struct rtnexthop`, each with attributes behind it. */
function legLinks(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const links: number[] = [];
  for (let offset = 0; bytes.length - offset >= LEG.size; ) {
    const length = view.getUint16(offset, true);
    // A leg by its gateway may leave by any link: −1 is none that there is.
    links.push(view.getInt32(offset + LEG.index, true) || -1);
    if (length < LEG.size) break;
    offset += (length + 3) & ~3;
  }
  return links;
}
