import type { ObjectName, StateDifference } from '@nlspace/family-route/client';

const SINGULAR: Readonly<Record<ObjectName, string>> = {
  links: 'link',
  addresses: 'address',
  routes: 'route',
  nexthops: 'nexthop',
  neighbours: 'neighbour',
  rules: 'rule',
};

const SIGNS = { removed: '-', added: '+', changed: '~' } as const;

/** Of what is there on one side only, what says most. */
const TELLING: Readonly<Record<ObjectName, readonly string[]>> = {
  links: ['kind', 'lower', 'master', 'address', 'mtu', 'isUp'],
  addresses: ['scope', 'label'],
  routes: ['type', 'gateway', 'link', 'nexthops', 'nexthopId', 'protocol'],
  nexthops: ['gateway', 'link', 'members', 'blackhole'],
  neighbours: ['linkLayerAddress', 'state'],
  rules: ['source', 'destination', 'inputLink', 'outputLink', 'mark', 'action', 'table'],
};

/** `~ link eth0: mtu 1500 → 1400` */
export function differenceText({ of, name, change, fields }: StateDifference): string {
  const what = `${SIGNS[change]} ${SINGULAR[of]} ${name}`;
  const shown =
    change === 'changed'
      ? Object.entries(fields).map(([key, [from, to]]) => `${key} ${from ?? 'none'} → ${to ?? 'none'}`)
      : TELLING[of].flatMap((key) => {
          const [from, to] = fields[key] ?? [];
          const value = to ?? from;
          return value === undefined ? [] : [`${key} ${value}`];
        });
  return shown.length === 0 ? what : `${what}: ${shown.join(', ')}`;
}
