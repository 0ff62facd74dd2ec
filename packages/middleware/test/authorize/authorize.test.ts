import { Errno, type NetlinkSocket, type OpenOptions, readRefusal, SocketOption } from '@nlspace/core';
import {
  CONTRACT_PROTOCOL,
  ContractType,
  errnoOf,
  NEAR_GROUP,
  nextErrno,
  nextMessages,
  type RequestParts,
  requests,
  transportContract,
} from '@nlspace/transport-contract';
import test from 'ava';
import {
  type AuthorizeOptions,
  authorize,
  parseAuthorization,
  RuleError,
  type Vocabulary,
} from '../../src/index.js';
import { CONTRACT_WORDS, contractDomain } from '../support/contract-world.js';

const WORDS: Vocabulary = {
  ...CONTRACT_WORDS,
  isRead: ({ header }) => header.type === ContractType.List || header.type === ContractType.Fetch,
};

for (const [name, rules] of [
  ['nothing denied', []],
  ['rules that never match', ['deny * by nobody', 'deny Touch with name=nobody']],
] as const)
  transportContract(
    test,
    (served) => ({
      netlink: authorize(served, { rules, vocabularies: () => WORDS }),
    }),
    { name },
  );

async function world(options: AuthorizeOptions, credentials?: OpenOptions['credentials']) {
  const { domain, family } = contractDomain();
  const netlink = authorize(domain, { vocabularies: () => WORDS, ...options });
  const open = () =>
    netlink.open({ protocol: CONTRACT_PROTOCOL, ...(credentials === undefined ? {} : { credentials }) });
  return { domain, family, netlink, open, socket: await open() };
}

async function answer(socket: NetlinkSocket, type: ContractType, parts: Partial<RequestParts> = {}) {
  await socket.send(requests({ type, ...parts }));
  return nextErrno(socket);
}

test('read-only lets ask and refuses all else, with a text for those who want it', async (t) => {
  const { socket, family } = await world({ readOnly: true });
  await socket.setOption(SocketOption.ExtendedAck, 1);
  await socket.send(requests({ type: ContractType.Touch }));
  const [error] = await nextMessages(socket);
  const refusal = error && readRefusal(error, '');
  t.deepEqual([refusal?.errno, refusal?.text], [Errno.EPERM, 'Touch is denied: read-only']);
  t.is(await answer(socket, ContractType.Fetch), 0);
  await socket.send(requests({ type: ContractType.List, count: 1 }));
  t.is((await nextMessages(socket)).length, 2);
  t.is(family.handled, 1);
});

test('a read-only socket has no privileges: not in the domain, not among sockets, not over its buffers', async (t) => {
  const { socket, open, domain } = await world({ readOnly: true });
  const other = await open();
  await other.joinGroup(NEAR_GROUP);
  await other.bind({ portId: 9, groups: 0 });
  for (const option of [
    SocketOption.ForceReceiveBufferSize,
    SocketOption.ForceSendBufferSize,
    SocketOption.ListenAllNamespaces,
  ])
    await t.throwsAsync(socket.setOption(option, 1), { message: 'EPERM' });
  const touch = requests({ type: ContractType.Touch });
  t.throws(() => socket.send(touch, { portId: 9, groups: 0 }), { message: 'EPERM' });
  t.throws(() => socket.send(touch, { portId: 0, groups: 4 }), { message: 'EPERM' });
  await t.throwsAsync(socket.connect({ portId: 9, groups: 0 }), { message: 'EPERM' });
  await socket.connect({ portId: 0, groups: 0 });
  await socket.setOption(SocketOption.ReceiveBufferSize, 4_096);
  t.false(other.readable);
  t.is(domain.describe().protocols[0]?.sockets.length, 2);
});

test('where read-only has no exception, sockets are opened without privilege', async (t) => {
  const seen: unknown[] = [];
  const served = {
    open: (options: OpenOptions) => {
      seen.push(options.credentials?.netAdmin);
      return Promise.reject(new Error('seen'));
    },
  };
  const root = { uid: 0, gid: 0, pid: 7, netAdmin: true };
  for (const options of [{ readOnly: true }, { readOnly: true, rules: ['allow Touch'] }, {}])
    await t.throwsAsync(authorize(served, options).open({ protocol: 1, credentials: root }));
  t.deepEqual(seen, [false, true, true]);
});

test('the first rule that matches decides', async (t) => {
  const { socket } = await world({
    readOnly: true,
    rules: ['deny Touch with index=1', 'allow Touch with index', 'deny List dump'],
  });
  t.is(await answer(socket, ContractType.Touch), Errno.EPERM);
  t.is(await answer(socket, ContractType.Touch, { attributes: { index: 1 } }), Errno.EPERM);
  t.is(await answer(socket, ContractType.Touch, { attributes: { index: 2 } }), 0);
  t.is(await answer(socket, ContractType.List), Errno.EPERM);
});

test('one that is denied does not hold up the others of its datagram', async (t) => {
  const { socket, family } = await world({ rules: ['deny Touch with index=1'] });
  const all = [0, 1, 2].map((index) => ({
    type: ContractType.Touch,
    sequence: index,
    attributes: { index },
  }));
  await socket.send(requests(...all));
  const errnos = [];
  for (const { sequence } of all) {
    const [message] = await nextMessages(socket);
    t.is(message?.header.sequence, sequence);
    errnos.push(message && errnoOf(message));
  }
  t.deepEqual(errnos, [0, Errno.EPERM, 0]);
  t.is(family.handled, 2);
});

/** What a request about these links gets by one rule: the links are the names in it, `?` is one that nobody knows. */
const LINKS: ReadonlyArray<readonly [rule: string, links: string, errno: number]> = [
  ['allow * link a', 'a', 0],
  ['allow * link a', 'a a', 0],
  ['allow * link a', 'a b', Errno.EPERM],
  ['allow * link a', 'b', Errno.EPERM],
  ['allow * link a', '?', Errno.EPERM],
  ['allow * link a', '', Errno.EPERM],
  ['deny * link a', 'a', Errno.EPERM],
  ['deny * link a', 'a b', Errno.EPERM],
  ['deny * link a', '?', Errno.EPERM],
  ['deny * link a', 'b', 0],
];

for (const [rule, links, errno] of LINKS) {
  test(`${rule}: a request about "${links}" gets ${Errno[errno] ?? 'through'}`, async (t) => {
    const { socket } = await world({
      readOnly: rule.startsWith('allow'),
      rules: [rule],
      linkNames: async () => ({
        of: (message) =>
          (message.valueTexts('name')?.[0] ?? '')
            .split(' ')
            .filter((name) => name !== '')
            .map((name) => (name === '?' ? undefined : name)),
      }),
    });
    t.is(await answer(socket, ContractType.Touch, { attributes: { name: links } }), errno);
  });
}

test('without somebody who knows links, rules about them allow nothing', async (t) => {
  const { socket } = await world({ readOnly: true, rules: ['allow Touch link a'] });
  t.is(await answer(socket, ContractType.Touch), Errno.EPERM);
  const { socket: other } = await world({ rules: ['deny Touch link a'] });
  t.is(await answer(other, ContractType.Touch), Errno.EPERM);
});

test('a rule reads as it is written', (t) => {
  t.deepEqual(parseAuthorization('deny RTM_DELLINK,RTM_SETLINK do by dhcpcd with mtu=9000 link eth0'), {
    effect: 'deny',
    match: {
      operations: ['RTM_DELLINK', 'RTM_SETLINK'],
      exchange: 'do',
      program: 'dhcpcd',
      conditions: [{ key: 'mtu', value: '9000' }],
    },
    link: 'eth0',
  });
  t.deepEqual(parseAuthorization('allow *'), { effect: 'allow', match: { operations: ['*'] } });
});

for (const [text, problem, offset] of [
  ['forbid *', /^a rule begins with allow or deny/, 0],
  ['deny * notification', /^notifications are not asked for/, 7],
  ['deny * link', /^the name of a link is missing/, 11],
  ['deny * link a do', /^the name of the link comes last/, 14],
  ['deny * lnk a', /^"lnk" says nothing about messages/, 7],
] as const) {
  test(`refuses ${text}`, (t) => {
    const error = t.throws(() => parseAuthorization(text), { instanceOf: RuleError, message: problem });
    t.is(error?.offset, offset);
  });
}
