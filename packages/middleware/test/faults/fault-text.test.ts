import { Errno } from '@nlspace/core';
import test from 'ava';
import { type FaultRule, parseFault, parseFaults, RuleError } from '../../src/index.js';

const RULES: ReadonlyArray<readonly [string, FaultRule]> = [
  [
    'RTM_GETROUTE dump: interrupt once',
    {
      match: { operations: ['RTM_GETROUTE'], exchange: 'dump' },
      action: { kind: 'interrupt' },
      when: { times: 1 },
    },
  ],
  [
    'RTM_NEWROUTE,RTM_DELROUTE do by zebra with table=main and destination: fail EPERM "not \\"you\\"" at destination 3rd',
    {
      match: {
        operations: ['RTM_NEWROUTE', 'RTM_DELROUTE'],
        exchange: 'do',
        program: 'zebra',
        conditions: [{ key: 'table', value: 'main' }, { key: 'destination' }],
      },
      action: { kind: 'fail', errno: Errno.EPERM, text: 'not "you"', attribute: 'destination' },
      when: { from: 3, times: 1 },
    },
  ],
  [
    '* by 1234 on generic: delay 1.5s from 2nd every 3rd 25% seed 7 5 times',
    {
      match: { operations: ['*'], program: 1234, protocol: 16 },
      action: { kind: 'delay', milliseconds: 1500 },
      when: { from: 2, every: 3, probability: 0.25, seed: 7, times: 5 },
    },
  ],
  [
    'meter.Set with name="a b": fail 11 in done twice',
    {
      match: { operations: ['meter.Set'], conditions: [{ key: 'name', value: 'a b' }] },
      action: { kind: 'fail', errno: Errno.EAGAIN, text: undefined, attribute: undefined, in: 'done' },
      when: { times: 2 },
    },
  ],
  [
    'RTM_NEWADDR with address=2001:db8::: overrun losing 5',
    {
      match: { operations: ['RTM_NEWADDR'], conditions: [{ key: 'address', value: '2001:db8::' }] },
      action: { kind: 'overrun', losing: 5 },
      when: {},
    },
  ],
  [
    'RTM_NEWLINK notification on 0: reorder behind 2',
    {
      match: { operations: ['RTM_NEWLINK'], exchange: 'notification', protocol: 0 },
      action: { kind: 'reorder', behind: 2 },
      when: {},
    },
  ],
];

for (const [text, rule] of RULES) {
  test(`reads ${text}`, (t) => {
    t.deepEqual(parseFault(text), rule);
  });
}

/** What is wrong, and the piece of the text that is pointed to. */
const MISTAKES: ReadonlyArray<readonly [string, RegExp, string]> = [
  ['', /^an operation .* is missing/, ''],
  ['RTM_GETROUTE dump', /^a colon and what goes wrong are missing/, ''],
  ['RTM_GETROUTE dmp: interrupt', /^"dmp" says nothing about messages; did you mean dump\?/, 'dmp'],
  ['RTM_GETROUTE: interupt once', /^there is no fault "interupt"; did you mean interrupt\?/, 'interupt'],
  ['RTM_NEWROUTE do: drop', /^drop cannot happen to a do, only to: notification/, 'drop'],
  ['RTM_NEWROUTE: fail EPREM', /^"EPREM" is no errno; did you mean EPERM\?/, 'EPREM'],
  ['RTM_NEWROUTE: fail EPERM "no', /^the quotation does not end/, '"no'],
  ['RTM_NEWROUTE: fail EPERM in error', /^"in" is followed by "done"/, 'error'],
  ['RTM_NEWROUTE: delay 5', /^how long is missing, such as 200ms/, '5'],
  ['RTM_NEWROUTE: drop onec', /^"onec" does not say when; did you mean once\?/, 'onec'],
  ['RTM_NEWROUTE: drop 5', /^"times" is missing/, ''],
  ['RTM_NEWROUTE: drop 101%', /^that is more than always/, '101%'],
  ['RTM_NEWROUTE with table=: drop', /^the value of table is missing/, ': drop'],
  ['RTM_NEWROUTE on ruote: drop', /^"ruote" is no protocol/, 'ruote'],
  ['RTM_NEWROUTE: truncate', /^the number of bytes that are left is missing/, ''],
];

for (const [text, problem, place] of MISTAKES) {
  test(`refuses ${text || 'nothing'}`, (t) => {
    const error = t.throws(() => parseFault(text), { instanceOf: RuleError, message: problem });
    const pointed = text.slice(error?.offset);
    t.true(place === '' ? pointed === '' : pointed.startsWith(place), pointed);
    t.true(error?.message.endsWith(`\n  ${text}\n  ${' '.repeat(error.offset)}^`));
  });
}

test('a file has a rule a line, comments and empty lines; a mistake is named by file, line and column', (t) => {
  const file = '# losses\n\n  RTM_NEWROUTE: drop once\nRTM_GETLINK dump: interrupt\n';
  t.deepEqual(
    parseFaults(file, 'rules').map(({ action }) => action.kind),
    ['drop', 'interrupt'],
  );
  t.throws(() => parseFaults(`${file}  RTM_NEWLINK: dorp\n`, 'rules'), {
    message: /^rules:5:16: there is no fault "dorp"; did you mean drop\?.*\n {4}RTM_NEWLINK: dorp\n {17}\^$/s,
  });
});
