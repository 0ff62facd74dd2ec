import { readFileSync } from 'node:fs';
import {
  type FaultEvent,
  type FaultRule,
  type FaultyNetlink,
  parseFault,
  parseFaults,
} from '@nlspace/middleware';
import { faults } from '../middleware/faults.js';
import { OPERATIONS } from '../middleware/operations.js';
import type { CommandLine } from './arguments.js';
import type { Layer } from './layer.js';
import { readingRule } from './reading-rule.js';

type FaultArguments = Pick<
  CommandLine,
  'faults' | 'faultFiles' | 'faultSeed' | 'faultDryRun' | 'verbose' | 'traceFile'
>;

/** A rule, and what users know it by. */
interface NamedRule {
  readonly rule: FaultRule;
  readonly name: string;
}

/**
 * What `--fault` and `--faults` ask for. A dry run tells of each fault that would have been, `--verbose` of each that is,
 * and at the end it is told which rules have matched nothing: such a rule is probably a mistake.
 *
 * @throws {UsageError} pointing to the place in the text of a rule.
 */
export function faultLayer(given: FaultArguments, tell: (line: string) => void): Layer {
  const { faultSeed: seed, faultDryRun: dryRun, verbose } = given;
  const named = readRules(given);
  const names = named.map(({ name }) => name);
  let netlink: FaultyNetlink | undefined;
  return {
    middleware: (inner, vocabularies) => {
      netlink = faults(inner, {
        rules: named.map(({ rule }) => rule),
        vocabularies,
        ...(seed === undefined ? {} : { seed }),
        dryRun,
        onFault: (event) => {
          if (dryRun || verbose) tell(eventText(event, names[event.index] ?? '', dryRun));
        },
      });
      return netlink;
    },
    finish: () => {
      for (const [index, { matched, happened, complaint }] of (netlink?.counts() ?? []).entries()) {
        const why = complaint === undefined ? '' : ` (${complaint})`;
        if (matched === 0) tell(`the fault ${names[index]} has matched nothing${why}`);
        else if (dryRun)
          tell(`the fault ${names[index]} has matched ${matched}, would have happened to ${happened}`);
      }
    },
  };
}

function eventText({ rule, message, matched }: FaultEvent, name: string, dryRun: boolean): string {
  const { processId, program } = message.opener;
  const who = program === undefined ? `process ${processId}` : `${program}[${processId}]`;
  const what = `${rule.action.kind} ${message.name} ${message.exchange} ${matched} of ${who}`;
  return `${dryRun ? 'would ' : ''}${what}: ${name}`;
}

function readRules({ faults: texts, faultFiles }: FaultArguments): NamedRule[] {
  const context = { operations: OPERATIONS };
  return [
    ...texts.map((text) => ({
      rule: readingRule('--fault', () => parseFault(text, context)),
      name: `"${text}"`,
    })),
    ...faultFiles.flatMap((file) => {
      const content = readFileSync(file, 'utf8');
      const rules = readingRule('--faults', () => parseFaults(content, file, context));
      return rules.map((rule, index) => ({ rule, name: `${index + 1} of ${file}` }));
    }),
  ];
}
