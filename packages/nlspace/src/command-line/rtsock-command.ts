import {
  AddressSlot,
  addressText,
  BsdErrno,
  BsdFamily,
  ControlOption,
  DumpKind,
  decodeControl,
  decodeMessage,
  messageObject,
  messageText,
  type RouteRequestOptions,
  RtsockFlag,
  type RtsockMessage,
  type RtsockRouteMessage,
  RtsockType,
  routeRequest,
} from '@nlspace/rtsock-bridge';
import type { ExitResult } from '@nlspace/transport-seccomp';
import { routeTable } from '../rtsock/route-table.js';
import { RtsockClient } from '../rtsock/rtsock-client.js';
import type { CommandLine, RtsockOptions } from './arguments.js';
import { UsageError } from './usage-error.js';

/** What a command has to work with. */
interface Task {
  readonly client: RtsockClient;
  readonly words: readonly string[];
  readonly options: RtsockOptions;
  readonly json: boolean;
  readonly address: string;
}

type Verb = (task: Task) => Promise<number>;
type RequestType = RouteRequestOptions['type'];

const VERBS: Readonly<
  Record<string, { readonly words: readonly [least: number, most: number]; readonly run: Verb }>
> = {
  monitor: { words: [0, 0], run: monitor },
  get: { words: [1, 1], run: (task) => request(task, RtsockType.Get, 'get') },
  add: { words: [1, 2], run: (task) => request(task, RtsockType.Add, 'add') },
  change: { words: [1, 2], run: (task) => request(task, RtsockType.Change, 'change') },
  delete: { words: [1, 2], run: (task) => request(task, RtsockType.Delete, 'delete') },
  dump: { words: [0, 1], run: dump },
};

const DUMPS: Readonly<Record<string, DumpKind>> = {
  routes: DumpKind.Routes,
  interfaces: DumpKind.Interfaces,
  multicast: DumpKind.MulticastAddresses,
  neighbours: DumpKind.RoutesByFlags,
};

const REFUSED = 1;
const SEQUENCE = 1;

/** `nlspace rtsock`: what route(8) does on BSD. */
export async function rtsockCommand({ program, to, json, rtsockOptions }: CommandLine): Promise<ExitResult> {
  const [name = '', ...words] = program;
  const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (verb === undefined) throw new UsageError(`rtsock takes ${Object.keys(VERBS).join(', ')}`);
  const [least, most] = verb.words;
  if (words.length < least || words.length > most)
    throw new UsageError(`see nlspace rtsock --help for ${name}`);
  if (to === undefined) throw new UsageError('rtsock needs --to unix:PATH');
  const client = RtsockClient.connect(to);
  try {
    const fib = readNumber('fib', rtsockOptions.fib, 65_535);
    if (fib !== undefined) await client.setOption(ControlOption.Fib, fib);
    const exitCode = await verb.run({ client, words, options: rtsockOptions, json, address: to });
    return { exitCode, signal: undefined };
  } finally {
    client.close();
  }
}

async function monitor({ client, options, json, address }: Task): Promise<number> {
  await client.setOption(ControlOption.Protocol, familyOf(options));
  process.stderr.write(`nlspace: listening to ${address}\n`);
  for (let bytes = await client.receive(); bytes !== undefined; bytes = await client.receive()) {
    const control = decodeControl(bytes);
    if (control === undefined) write(decodeMessage(bytes), json);
    else process.stderr.write(`nlspace: messages were lost, ${control.word0} so far\n`);
  }
  process.stderr.write(`nlspace: whoever served ${address} is gone\n`);
  return REFUSED;
}

async function request(task: Task, type: RequestType, verb: string): Promise<number> {
  const { client, words, options, json } = task;
  const [destination = '', gateway] = words;
  const mtu = readNumber('mtu', options.mtu, 0xffff_ffff);
  const weight = readNumber('weight', options.weight, 0xff_ffff);
  const origin = options.proto1 ? RtsockFlag.Protocol1 : RtsockFlag.Static;
  const isChange = type === RtsockType.Add || type === RtsockType.Change;
  const interfaceIndex =
    options.interface === undefined ? undefined : await indexOf(client, options.interface);
  const bytes = encode({
    type,
    destination,
    sequence: SEQUENCE,
    isIpv6: options.inet6 === true,
    wantsInterface: type === RtsockType.Get,
    flags:
      (isChange ? origin : 0) |
      (options.blackhole ? RtsockFlag.Blackhole : 0) |
      (options.reject ? RtsockFlag.Reject : 0),
    ...(gateway === undefined ? {} : { gateway }),
    ...(interfaceIndex === undefined ? {} : { interfaceIndex }),
    ...(mtu === undefined ? {} : { mtu }),
    ...(weight === undefined ? {} : { weight }),
  });
  client.send(bytes);
  const answer = await answerOf(client, type);
  const what = [destination, ...(gateway === undefined ? [] : [`gateway ${gateway}`])].join(': ');
  const { errno } = answer.header;
  if (errno !== 0) {
    process.stderr.write(`nlspace: ${verb} ${what}: ${BsdErrno[errno] ?? `error ${errno}`}\n`);
    return REFUSED;
  }
  if (json) write(answer, json);
  else if (type === RtsockType.Get) process.stdout.write(describeRoute(destination, answer));
  else process.stdout.write(`${verb} ${what}\n`);
  return 0;
}

function encode(options: RouteRequestOptions): Uint8Array {
  try {
    return routeRequest(options);
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

/** Others may be heard before. */
async function answerOf(client: RtsockClient, type: RequestType): Promise<RtsockRouteMessage> {
  for (;;) {
    const bytes = await client.receive();
    if (bytes === undefined) throw Object.assign(new Error('the other end is gone'), { syscall: 'read' });
    const message = decodeMessage(bytes);
    const isOwn = message.kind === 'route' && message.type === type && message.header.pid === process.pid;
    if (isOwn && message.header.sequence === SEQUENCE) return message;
  }
}

async function indexOf(client: RtsockClient, name: string): Promise<number> {
  for await (const bytes of client.dump({ kind: DumpKind.Interfaces })) {
    const message = decodeMessage(bytes);
    const link = message.kind === 'interface' ? message.addresses[AddressSlot.Interface] : undefined;
    if (link?.family === BsdFamily.Link && link.name === name) return link.interfaceIndex;
  }
  throw new UsageError(`there is no link ${name}`);
}

async function dump({ client, words, options, json }: Task): Promise<number> {
  const [name = 'routes'] = words;
  const kind = Object.hasOwn(DUMPS, name) ? DUMPS[name] : undefined;
  if (kind === undefined) throw new UsageError(`dump takes ${Object.keys(DUMPS).join(', ')}`);
  const messages: RtsockMessage[] = [];
  const family = familyOf(options);
  // Neighbours cannot be asked for without a family.
  const families =
    kind === DumpKind.RoutesByFlags && family === 0 ? [BsdFamily.Inet, BsdFamily.Inet6] : [family];
  for (const one of families)
    for await (const bytes of client.dump({ kind, family: one })) messages.push(decodeMessage(bytes));
  if (json || kind !== DumpKind.Routes) for (const message of messages) write(message, json);
  else process.stdout.write(routeTable(messages as RtsockRouteMessage[]));
  return 0;
}

function write(message: RtsockMessage, json: boolean): void {
  process.stdout.write(`${json ? JSON.stringify(messageObject(message)) : messageText(message)}\n`);
}

function familyOf({ inet, inet6 }: RtsockOptions): number {
  if (inet && inet6) throw new UsageError('--inet and --inet6 are everything: say neither');
  return inet ? BsdFamily.Inet : inet6 ? BsdFamily.Inet6 : BsdFamily.Unspecified;
}

function readNumber(option: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= most)) throw new UsageError(`--${option} takes a number up to ${most}, not ${text}`);
  return value;
}

/** As route(8) shows what it has found. */
function describeRoute(asked: string, message: RtsockRouteMessage): string {
  const { [AddressSlot.Destination]: destination, [AddressSlot.Netmask]: mask } = message.addresses;
  const { [AddressSlot.Gateway]: gateway, [AddressSlot.Interface]: link } = message.addresses;
  const object = messageObject(message) as { flags: string[]; metrics: Record<string, number> };
  const isGateway = (message.header.flags & RtsockFlag.Gateway) !== 0;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['route to', asked],
    ['destination', destination && addressText(destination)],
    ['mask', mask && addressText(mask)],
    ['gateway', isGateway ? gateway && addressText(gateway) : undefined],
    ['interface', link?.family === BsdFamily.Link ? link.name : undefined],
    ['flags', `<${object.flags.join()}>`],
    ['mtu', String(object.metrics['mtu'])],
    ['weight', String(object.metrics['weight'])],
  ];
  return rows
    .filter(([, value]) => value !== undefined)
    .map(([label, value]) => `${label.padStart(11)}: ${value}\n`)
    .join('');
}
