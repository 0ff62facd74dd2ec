/** A specification with all words that mean something on the wire. */
export const ZOO = `# SPDX-License-Identifier: MIT
---
name: zoo
protocol: genetlink
doc: Animals; */ process.exit(3); /* and comments that would like to end.
uapi-header: linux/zoo.h

definitions:
  - {name: longest-name, name-prefix: zoo-, type: const, value: 7}
  - {name: motto, type: const, value: "it's"}
  - {name: diet, type: enum, value-start: 1, entries: [plants, {name: meat, doc: Of others.}]}
  - {name: colour, type: enum, entries: [{name: red, value: 4}, {name: blue, value: 9}]}
  - {name: habit, type: flags, entries: [swims, flies, {name: bit-9, value: 9}]}
  - name: size
    type: struct
    members:
      - {name: height, type: u16}
      - {name: gap, type: pad, len: 2}
      - {name: weight, type: u32, byte-order: big-endian}
      - {name: tag, type: binary, len: 4}

attribute-sets:
  - name: animal
    doc: What an animal is.
    attributes:
      - {name: name, type: string, checks: {max-len: zoo-longest-name}, doc: "'Its' name\\n*/"}
      - {name: pad, type: pad}
      - {name: diet, type: u8, enum: diet}
      - {name: colour, type: u32, enum: colour}
      - {name: habits, type: u32, enum: habit}
      - {name: diets, type: u16, enum: diet, enum-as-flags: true}
      - {name: port, type: u16, byte-order: big-endian, checks: {min: 1, max: 5000}}
      - {name: born, type: sint, checks: {max: s32-max}}
      - {name: age, type: uint}
      - {name: id, type: u64}
      - {name: cage, type: s32, value: 20}
      - {name: key, type: binary, checks: {exact-len: 3}}
      - {name: photo, type: binary, checks: {min-len: 2, max-len: longest-name}}
      - {name: size, type: binary, struct: size}
      - {name: asleep, type: flag}
      - {name: state, type: bitfield32, enum: habit}
      - {name: parent, type: nest, nested-attributes: kin}
      - {name: children, type: nest, nested-attributes: kin, multi-attr: true}
      - {name: friends, type: indexed-array, sub-type: nest, nested-attributes: kin}
      - {name: scores, type: indexed-array, sub-type: u16}
      - {name: votes, type: nest-type-value, type-value: [day, hour], nested-attributes: kin}
      - {name: legs, type: u8, multi-attr: true}
      - {name: limit, type: u32, checks: {min: 3}}
  - name: kin
    subset-of: animal
    attributes:
      - name: name
      - name: cage
        doc: Where else.
  - name: visitor
    attributes:
      - {name: ticket, type: u32}

operations:
  list:
    - {name: reserved, value: 3, doc: Nothing is sent with it.}
    - name: animal-get
      doc: One animal, or all.
      attribute-set: animal
      do:
        request: {attributes: [name]}
        reply: &animal
          attributes: [name, diet, colour, habits, diets, port, born, age, id, cage, key, photo, size, asleep, state,
            parent, children, friends, scores, votes, legs, limit]
      dump:
        request: {attributes: [cage]}
        reply: *animal
    - name: animal-set
      doc: Puts one there.
      attribute-set: animal
      flags: [admin-perm]
      do: {request: *animal}
    - name: animal-ntf
      doc: There is another one.
      notify: animal-get
      mcgrp: animals
    - name: visitor-ntf
      doc: Somebody has come.
      attribute-set: visitor
      event: {attributes: [ticket]}
      mcgrp: visitors
    - name: feed
      value: 20
      doc: All of them.
      dont-validate: [strict]
      do: {}

mcast-groups:
  list:
    - name: animals
    - name: visitors
`;

/** What somebody writes who has it imported. What must not compile says so. */
export const ZOO_USER = `
import { createNetlink, Errno, GenericFamily, type MessageOf, NetlinkError, type RequestOf } from 'nlspace';
import {
  animalGetReply, animalGetRequest, animalSetRequest, Colour, Diet, Habit, LONGEST_NAME, MOTTO, ZooClient,
  ZooCommand, ZooFamily, zooOptions,
} from './zoo.js';

type Animal = MessageOf<typeof animalGetReply>['attributes'];

@GenericFamily(zooOptions)
class Zoo extends ZooFamily {
  readonly #animals = new Map<string, Animal>();

  override animalGet({ attributes: { name = '' } }: RequestOf<typeof animalGetRequest>): MessageOf<typeof animalGetReply> {
    const attributes = this.#animals.get(name);
    if (attributes === undefined) throw new NetlinkError(Errno.ENOENT, \`no \${name}\`);
    return { attributes };
  }

  override animalSet({ attributes, cause }: RequestOf<typeof animalSetRequest>): void {
    this.#animals.set(attributes.name ?? '', structuredClone(attributes));
    this.notifyAnimalNtf(attributes, { cause });
    this.notifyVisitorNtf({ ticket: 4 });
    // @ts-expect-error tickets are numbers
    void (() => this.notifyVisitorNtf({ ticket: 'four' }));
  }
}

const lion: Animal = {
  name: 'lion', diet: Diet.Meat, colour: Colour.Blue, habits: Habit.Swims | Habit.Bit_9, diets: 6, port: 5000,
  born: -(2n ** 40n), age: 7n, id: 2n ** 63n, cage: -3, key: Uint8Array.of(1, 2, 3), photo: Uint8Array.of(9, 9),
  size: { height: 1, weight: 0x01020304, tag: Uint8Array.of(5, 6, 7, 8) }, asleep: true,
  state: { value: 1, selector: 3 }, parent: { name: 'lily' }, children: [{ name: 'a' }, { cage: 1 }],
  friends: [{ cage: 2 }, {}], scores: [3, 500], votes: new Map([[7, new Map([[1, { name: 'x' }]])]]),
  legs: [2, 2], limit: 3,
};

export async function play(): Promise<Record<string, unknown>> {
  const netlink = createNetlink();
  netlink.register(Zoo);
  await using client = await ZooClient.open(netlink);
  const animals = await client.subscribe('animals');
  const visitors = await client.subscribe('visitors');
  await client.animalSet(lion);
  const { attributes, command } = await client.animalGet({ name: 'lion' });
  const { value: told } = await animals.next();
  const { value: visited } = await visitors.next();
  if (visited?.command === ZooCommand.VisitorNtf) {
    const { ticket } = visited.attributes;
    // @ts-expect-error a visitor has no name
    void visited.attributes.name;
    void ticket;
  }
  const refusal = (request: Animal) =>
    client.animalSet(request).then(() => 'taken', ({ errno, text }: NetlinkError) => \`\${Errno[errno]}: \${text}\`);
  // @ts-expect-error one is asked for by its name only
  void (() => client.animalGet({ diet: Diet.Meat }));
  // @ts-expect-error its name is a string
  void (() => client.animalGet({ name: 1 }));
  // @ts-expect-error there is no such group
  void (() => client.subscribe('plants'));
  const dump = (async () => { for await (const one of client.animalGetDump({ cage: 1 })) void one; })();
  return {
    constants: [LONGEST_NAME, MOTTO],
    lion, got: attributes, command, told: told?.attributes, visited: visited?.attributes,
    same: await refusal({ ...lion, habits: 0 }),
    long: await refusal({ name: 'elephants' }),
    diet: await refusal({ diet: 3 }),
    none: await refusal({ diet: 0 }),
    colour: await refusal({ colour: 5 }),
    habits: await refusal({ habits: 4 }),
    diets: await refusal({ diets: 1 }),
    port: await refusal({ port: 5001 }),
    born: await refusal({ born: 2n ** 31n }),
    key: await refusal({ key: Uint8Array.of(1) }),
    photo: await refusal({ photo: new Uint8Array(8) }),
    state: await refusal({ state: { value: 4, selector: 4 } }),
    inside: await refusal({ children: [{ name: 'elephants' }] }),
    limit: await refusal({ limit: 2 }),
    dump: await dump.catch(({ errno, text }: NetlinkError) => \`\${Errno[errno]}: \${text}\`),
    feed: await client.feed({}).catch(({ errno, text }: NetlinkError) => \`\${Errno[errno]}: \${text}\`),
  };
}
`;
