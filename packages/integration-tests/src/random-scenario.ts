import type { Scenario } from '@nlspace/testkit';
import fc from 'fast-check';
import { BRIDGE_COMMANDS, BRIDGE_PROBES, BRIDGE_WORLD } from './random/bridges.js';
import { Choices, type WeightedCommands } from './random/choices.js';
import { LINK_COMMANDS, LINK_PROBES } from './random/links.js';
import { MESSAGE_COMMANDS, MESSAGE_PROBES, MESSAGE_WORLD } from './random/messages.js';
import {
  NAMESPACE_COMMANDS,
  NAMESPACE_END,
  NAMESPACE_PROBES,
  NAMESPACE_WORLD,
  NAMESPACES,
} from './random/namespaces.js';
import { ROUTE_COMMANDS } from './random/routes.js';
import { RULE_COMMANDS } from './random/rules.js';
import { VXLAN_COMMANDS, VXLAN_PROBES, VXLAN_WORLD } from './random/vxlans.js';
import { TWO_NETWORKS } from './scenarios/worlds-begin.js';

/** In one list. */
export const COMMANDS = 40;
const PROBE_EVERY = 8;

/** What a list of random commands is about. */
interface Subject {
  readonly commands: WeightedCommands;
  /** How often, beside the others. */
  readonly weight: number;
  readonly world: readonly string[];
  /** Asked every so often. */
  readonly probes: readonly string[];
  readonly isAlone?: true;
  /** Links come up at both ends of a wire: the kernel sees their carriers in one order or the other. */
  readonly masks?: readonly string[];
  /** Whatever the list has made outside its world is removed. */
  readonly end?: readonly string[];
}

const NO_ORDER = ['order between links'];

const SUBJECTS: Readonly<Record<string, Subject>> = {
  routes: {
    commands: ROUTE_COMMANDS,
    weight: 4,
    world: TWO_NETWORKS,
    probes: ['ip addr', 'ip nexthop', 'ip -d route show table all', 'ip neigh show nud all'],
    masks: ['idle time'],
  },
  rules: {
    commands: RULE_COMMANDS,
    weight: 2,
    world: TWO_NETWORKS,
    probes: ['ip rule', 'ip -6 rule'],
  },
  links: {
    commands: LINK_COMMANDS,
    weight: 3,
    world: TWO_NETWORKS,
    probes: LINK_PROBES,
    masks: NO_ORDER,
  },
  bridges: {
    commands: BRIDGE_COMMANDS,
    weight: 2,
    world: [...TWO_NETWORKS, ...BRIDGE_WORLD],
    probes: BRIDGE_PROBES,
    masks: NO_ORDER,
  },
  vxlans: {
    commands: VXLAN_COMMANDS,
    weight: 2,
    world: [...TWO_NETWORKS, ...VXLAN_WORLD],
    probes: VXLAN_PROBES,
    masks: NO_ORDER,
  },
  messages: {
    commands: MESSAGE_COMMANDS,
    weight: 2,
    world: [...TWO_NETWORKS, ...MESSAGE_WORLD],
    probes: MESSAGE_PROBES,
    masks: [...NO_ORDER, 'mac'],
  },
  namespaces: {
    commands: NAMESPACE_COMMANDS,
    weight: 1,
    world: [...NAMESPACE_WORLD, ...TWO_NETWORKS],
    probes: NAMESPACE_PROBES,
    masks: NO_ORDER,
    isAlone: true,
    end: NAMESPACE_END,
  },
};

/** Commands that nobody thought of, and what they are about. */
export interface CommandList {
  readonly subject: string;
  readonly commands: readonly string[];
}

/** A failing list shrinks to the commands that it takes. @param subjects the names of those wanted. */
export function arbitraryCommands(subjects: readonly string[] = SUBJECT_NAMES): fc.Arbitrary<CommandList> {
  const choices = subjects.flatMap((name) => new Array<string>(SUBJECTS[name]?.weight ?? 0).fill(name));
  return fc
    .tuple(
      fc.noShrink(fc.constantFrom(...choices)),
      // A command is all its choices: it stays or goes.
      fc.array(fc.noShrink(fc.nat({ max: 0x7fffffff })), { minLength: 1, maxLength: COMMANDS, size: 'max' }),
    )
    .map(([subject, seeds]) => ({ subject, commands: seeds.map((seed) => commandOf(subject, seed)) }));
}

export const SUBJECT_NAMES = Object.keys(SUBJECTS);

function commandOf(subject: string, seed: number): string {
  const choices = new Choices(seed);
  return choices.weighted(subjectNamed(subject).commands)(choices).replace(/ +/g, ' ').trim();
}

function subjectNamed(name: string): Subject {
  const subject = SUBJECTS[name];
  if (subject === undefined) throw new Error(`no random commands are about ${name}`);
  return subject;
}

let scenarios = 0;

/** The commands in a world of their subject, looked at every so often. */
export function scenarioOf({ subject, commands }: CommandList): Scenario {
  const { world, probes, isAlone, end, masks } = subjectNamed(subject);
  const watched = commands.flatMap((command, index) =>
    (index + 1) % PROBE_EVERY === 0 ? [command, ...probes] : [command],
  );
  const suffix = `${process.pid}-${++scenarios}`;
  const named = (text: string): string =>
    NAMESPACES.reduce((name, one) => name.replaceAll(one, `nlspace-${one}-${suffix}`), text);
  return {
    name: 'random commands',
    commands: [...world, ...watched, ...(isAlone ? probes : [])].map(named),
    ...(masks === undefined ? {} : { masks }),
    ...(isAlone ? { isAlone, needsRoot: true } : {}),
    ...(end === undefined ? {} : { end: end.map(named) }),
  };
}
