import type { ListedLink } from '../links.js';
import { type ListedObjects, type ObjectName, WATCHED } from '../watched.js';

/** An object as it can be compared between networks: links go by their names, and what only counts or ages is left out. */
export interface PortableObject {
  readonly of: ObjectName;
  /** What it is known by: `eth0`, `10.0.0.0/8 table 254`. */
  readonly name: string;
  /** By key, as texts and numbers; what has several is JSON. */
  readonly fields: Readonly<Record<string, string | number | boolean>>;
}

/** Indexes, what no request sets, and what is said elsewhere. */
const NOT_OF_LINKS = [
  'interfaceIndex',
  'hardwareMap',
  'devlinkPort',
  'dpllPin',
  'linkNamespaceId',
  'queueingDiscipline',
  'carrier',
];

/** RTNH_F_*: what becomes of a route by what its link is just doing. */
const NOT_OF_ROUTES = ['interfaceIndex', 'flags'];

const LEFT_OUT: Readonly<Record<ObjectName, readonly string[]>> = {
  links: NOT_OF_LINKS,
  addresses: ['interfaceIndex', 'isTentative', 'isPermanent', 'isSecondary', 'isDeprecated', 'flags'],
  routes: NOT_OF_ROUTES,
  nexthops: ['interfaceIndex', 'flags'],
  neighbours: ['interfaceIndex'],
  rules: ['flags'],
};

type Namer = { readonly [K in ObjectName]: (object: ListedObjects[K]) => string };

const NAMES: Namer = {
  links: ({ name }) => name,
  addresses: ({ address, peer, link = '?' }) =>
    `${address}${peer === undefined ? '' : ` peer ${peer}`} on ${link}`,
  routes: ({ destination, source, table, typeOfService, priority, addressFamily }) =>
    [
      destination,
      ...(source === undefined ? [] : [`from ${source}`]),
      `table ${table}`,
      ...(typeOfService === 0 ? [] : [`tos ${typeOfService}`]),
      ...(priority === undefined ? [] : [`metric ${priority}`]),
      ...(addressFamily === 'inet6' && destination === '::/0' ? ['inet6'] : []),
    ].join(' '),
  nexthops: ({ id }) => String(id),
  neighbours: ({ address, link = '?' }) => `${address} on ${link}`,
  rules: ({ addressFamily, priority }) => `${priority} ${addressFamily}`,
};

/** @param links all that there are, by index. */
export function portable<K extends ObjectName>(
  of: K,
  object: ListedObjects[K],
  links: ReadonlyMap<number, ListedLink>,
): PortableObject {
  const { volatile, steady = {} } = WATCHED[of].identity;
  const nameOfLink = (index: number | undefined) =>
    index === undefined ? undefined : (links.get(index)?.name ?? `index ${index}`);
  const { interfaceIndex, master, lower, nexthops, linkNamespaceId } = object as {
    interfaceIndex?: number;
    master?: number;
    lower?: number;
    nexthops?: readonly { interfaceIndex?: number; flags?: number }[];
    linkNamespaceId?: number;
  };
  const fields: Record<string, string | number | boolean> = {};
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined || key === 'link' || key === 'master' || key === 'lower' || key === 'nexthops')
      continue;
    if (LEFT_OUT[of].includes(key) || (volatile as readonly string[]).includes(key)) continue;
    const read = (steady as Record<string, ((value: unknown, object: unknown) => unknown) | undefined>)[key];
    fields[key] = plain(read === undefined ? value : read(value, object));
  }
  const more = {
    link: of === 'links' ? undefined : nameOfLink(interfaceIndex),
    master: nameOfLink(master),
    lower:
      lower === undefined || lower === 0
        ? undefined
        : linkNamespaceId === undefined
          ? nameOfLink(lower)
          : 'in another namespace',
    nexthops: nexthops?.map(({ interfaceIndex, flags: _, ...leg }) =>
      JSON.stringify({ ...leg, link: nameOfLink(interfaceIndex) }),
    ),
  };
  for (const [key, value] of Object.entries(more)) if (value !== undefined) fields[key] = plain(value);
  return { of, name: NAMES[of](object), fields };
}

function plain(value: unknown): string | number | boolean {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array)
    return Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'bigint' ? String(inner) : inner instanceof Uint8Array ? plain(inner) : inner,
  );
}
