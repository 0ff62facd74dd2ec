import { NetlinkError, NO_CAUSE } from '@nlspace/core';
import { AddressFamily, AddressGenerationMode, LinkFlag } from '@nlspace/family-route';
import test from 'ava';
import fc from 'fast-check';
import {
  AddressSlot,
  Announcement,
  addressText,
  DumpKind,
  decodeMessage,
  type RtsockMessage,
  RtsockType,
} from '../src/index.js';
import { bytesOf, openWorld, type World } from './support/world.js';

const NAMES = ['d0', 'd1', 'd2'] as const;
const ADDRESSES = ['10.1.0.1/24', '10.1.0.2/24', '10.2.0.1/16', '2001:db8:5::1/64', '2001:db8:6::1/128'];
/** IFA_F_NODAD */
const FLAGS = { ipv4: 0, ipv6: 2 };

type Operation =
  | { readonly verb: 'create'; readonly name: string }
  | { readonly verb: 'delete'; readonly name: string }
  | { readonly verb: 'up' | 'down'; readonly name: string }
  | { readonly verb: 'mtu'; readonly name: string; readonly mtu: number }
  | { readonly verb: 'add' | 'remove'; readonly name: string; readonly address: string };

const name = fc.constantFrom(...NAMES);
const arbitraryOperation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ verb: fc.constant('create' as const), name }),
  fc.record({ verb: fc.constant('delete' as const), name }),
  fc.record({ verb: fc.constantFrom('up' as const, 'down' as const), name }),
  fc.record({ verb: fc.constant('mtu' as const), name, mtu: fc.constantFrom(1400, 1500) }),
  fc.record({
    verb: fc.constantFrom('add' as const, 'add' as const, 'remove' as const),
    name,
    address: fc.constantFrom(...ADDRESSES),
  }),
);

function perform({ network }: World, operation: Operation): void {
  const { links, addresses } = network;
  if (operation.verb === 'create') {
    const made = links.create('dummy', { name: operation.name }, undefined, NO_CAUSE);
    links.change(made, { addressGenerationMode: AddressGenerationMode.None }, NO_CAUSE);
    return;
  }
  const link = links.byName(operation.name);
  if (link === undefined) return;
  switch (operation.verb) {
    case 'delete':
      links.remove([link], NO_CAUSE);
      break;
    case 'up':
    case 'down':
      links.change(
        link,
        { flags: operation.verb === 'up' ? LinkFlag.Up : 0, flagsMask: LinkFlag.Up },
        NO_CAUSE,
      );
      break;
    case 'mtu':
      links.change(link, { mtu: operation.mtu }, NO_CAUSE);
      break;
    default: {
      const [text = '', length] = operation.address.split('/');
      const address = { local: bytesOf(text), prefixLength: Number(length) };
      const family = address.local.length === 4 ? 'ipv4' : 'ipv6';
      if (operation.verb === 'remove') addresses[family].delete(link, address, NO_CAUSE);
      else addresses[family].put(link, { ...address, flags: FLAGS[family] }, NO_CAUSE);
    }
  }
}

/** Interfaces by number, each as a text; addresses, each as the number of its interface and itself. */
interface View {
  readonly interfaces: Map<number, string>;
  readonly addresses: Set<string>;
}

const addressOf = (message: RtsockMessage & { kind: 'address' }): string => {
  const address = message.addresses[AddressSlot.InterfaceAddress];
  if (address === undefined) throw new Error('an address says which');
  return `${message.header.interfaceIndex} ${addressText(address)}`;
};

const stateOf = ({ header }: RtsockMessage & { kind: 'interface' }): string =>
  `flags ${header.flags} link ${header.data.linkState} mtu ${header.data.mtu}`;

/** What the sysctl says. */
function viewOf({ bridge }: World): View {
  const view: View = { interfaces: new Map(), addresses: new Set() };
  for (const bytes of bridge.dump({ kind: DumpKind.Interfaces })) {
    const message = decodeMessage(bytes);
    if (message.kind === 'interface') view.interfaces.set(message.header.interfaceIndex, stateOf(message));
    if (message.kind === 'address') view.addresses.add(addressOf(message));
  }
  return view;
}

/** What the network itself has. */
function addressesOf({ network }: World): Set<string> {
  const texts = new Set<string>();
  for (const family of [AddressFamily.Inet, AddressFamily.Inet6]) {
    for (const { link, local: address } of network.addresses.all(family)) {
      const scopeId = address[0] === 0xfe ? link.index : 0;
      texts.add(
        `${link.index} ${addressText(address.length === 4 ? { family: 2, address } : { family: 28, address, scopeId })}`,
      );
    }
  }
  return texts;
}

/** What a listener makes of a message; it fails at what cannot be. */
function follow({ interfaces, addresses }: View, message: RtsockMessage): void {
  if (message.kind === 'address') {
    const address = addressOf(message);
    const isNew = message.type === RtsockType.NewAddress;
    if (addresses.has(address) === isNew) throw new Error(`${address} is told twice`);
    if (isNew) addresses.add(address);
    else addresses.delete(address);
  } else if (message.kind === 'interface') {
    const { interfaceIndex } = message.header;
    if (interfaces.get(interfaceIndex) === stateOf(message))
      throw new Error(`${interfaceIndex} is told twice`);
    interfaces.set(interfaceIndex, stateOf(message));
  } else if (message.kind === 'announcement') {
    const { interfaceIndex, what } = message;
    const isNew = what === Announcement.Arrival;
    if (interfaces.has(interfaceIndex) === isNew) throw new Error(`${interfaceIndex} is told twice`);
    if (isNew) interfaces.set(interfaceIndex, '');
    else interfaces.delete(interfaceIndex);
  }
}

test('whatever happens to links and addresses is told once, so that who listens knows what the sysctl says', async (t) => {
  let performed = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(arbitraryOperation, { minLength: 1, maxLength: 20 }), async (operations) => {
      const world = await openWorld();
      const listener = world.open();
      const followed = viewOf(world);
      for (const operation of operations) {
        try {
          perform(world, operation);
          performed++;
        } catch (error) {
          if (!(error instanceof NetlinkError)) throw error;
        }
        await Promise.resolve();
        for (let next = listener.receive(); next !== undefined; next = listener.receive())
          follow(followed, decodeMessage(next));
        const now = viewOf(world);
        t.deepEqual([...now.addresses].sort(), [...addressesOf(world)].sort());
        t.deepEqual([...followed.addresses].sort(), [...now.addresses].sort(), JSON.stringify(operation));
        t.deepEqual([...followed.interfaces.keys()].sort(), [...now.interfaces.keys()].sort());
        // A new interface is announced by its name: what it is like is told when that changes.
        for (const [index, state] of followed.interfaces)
          if (state !== '') t.is(now.interfaces.get(index), state, JSON.stringify(operation));
      }
      t.deepEqual(world.defects, []);
    }),
    { numRuns: 200, seed: 1 },
  );
  t.true(performed > 500);
});
