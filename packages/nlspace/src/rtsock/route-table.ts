import {
  AddressSlot,
  addressText,
  BsdFamily,
  RtsockFlag,
  type RtsockRouteMessage,
} from '@nlspace/rtsock-bridge';

/** A letter for each flag, in the order in which netstat(1) users know them. */
const LETTERS: readonly (readonly [RtsockFlag, string])[] = [
  [RtsockFlag.Up, 'U'],
  [RtsockFlag.Gateway, 'G'],
  [RtsockFlag.Host, 'H'],
  [RtsockFlag.Reject, 'R'],
  [RtsockFlag.Static, 'S'],
  [RtsockFlag.Blackhole, 'B'],
  [RtsockFlag.Broadcast, 'b'],
  [RtsockFlag.Protocol1, '1'],
];

const COLUMNS = ['Destination', 'Gateway', 'Flags', 'Nhop#', 'Mtu', 'Weight', 'Netif'] as const;

/** Routes as `netstat -rn` shows them: one line for each path. */
export function routeTable(messages: readonly RtsockRouteMessage[]): string {
  const rows = messages.map((message) => cellsOf(message));
  const widths = COLUMNS.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] as string).length)),
  );
  return [COLUMNS, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join(' ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

function cellsOf({ header, addresses }: RtsockRouteMessage): string[] {
  const { [AddressSlot.Gateway]: gateway, [AddressSlot.Interface]: link } = addresses;
  const { mtu, weight, nexthopIndex } = header.metrics;
  return [
    destinationText(addresses),
    gateway === undefined ? '' : addressText(gateway),
    letters(header.flags),
    String(nexthopIndex),
    String(mtu),
    String(weight),
    link?.family === BsdFamily.Link ? link.name : '',
  ];
}

function destinationText(addresses: RtsockRouteMessage['addresses']): string {
  const { [AddressSlot.Destination]: destination, [AddressSlot.Netmask]: mask } = addresses;
  if (destination === undefined) return '';
  if (mask === undefined || mask.family === 'raw') return addressText(destination);
  const length = [...mask.address].reduce(
    (sum, byte) => sum + byte.toString(2).replaceAll('0', '').length,
    0,
  );
  return length === 0 ? 'default' : `${addressText(destination)}/${length}`;
}

function letters(flags: number): string {
  return LETTERS.filter(([flag]) => (flags & flag) !== 0)
    .map(([, letter]) => letter)
    .join('');
}
