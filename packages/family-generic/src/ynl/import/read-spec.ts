import { LONGEST_NAME } from '../../names.js';
import type {
  ImportedEvent,
  ImportedExchange,
  ImportedMessage,
  ImportedOperation,
  ImportedSet,
  ImportedSpec,
} from './imported-spec.js';
import { Place } from './place.js';
import { readSets } from './read-attributes.js';
import { ReadDefinitions } from './read-definitions.js';

const SPEC_WORDS = new Set([
  'name',
  'protocol',
  'version',
  'doc',
  'definitions',
  'attribute-sets',
  'operations',
  'mcast-groups',
  'kernel-policy',
  // For C:
  'uapi-header',
  'c-family-name',
  'c-version-name',
  'max-by-define',
  'cmd-max-name',
  'cmd-cnt-name',
  'kernel-family',
]);
const OPERATIONS_WORDS = new Set([
  'list',
  'enum-model',
  'fixed-header',
  // For C:
  'enum-name',
  'name-prefix',
  'async-enum',
  'async-prefix',
]);
const OPERATION_WORDS = new Set([
  'name',
  'value',
  'doc',
  'attribute-set',
  'flags',
  'dont-validate',
  'do',
  'dump',
  'notify',
  'event',
  'mcgrp',
  'fixed-header',
  // For C:
  'config-cond',
  'kernel-policy',
]);
const EXCHANGE_WORDS = new Set(['request', 'reply', 'pre', 'post']);
const MESSAGE_WORDS = new Set(['value', 'attributes']);
const GROUP_WORDS = new Set(['name', 'flags', 'c-define-name']);
const LAST_COMMAND = 0xff;
const LARGEST_VERSION = 0xff;

/**
 * Reads the specification of a generic netlink family, as a parser of YAML or JSON gives it.
 *
 * @throws {YnlError} naming the place that is wrong, or that says what cannot be had here.
 */
export function readYnl(data: unknown): ImportedSpec {
  const spec = new Place(data);
  const protocol = spec.at('protocol');
  if (protocol.isThere) {
    if (protocol.value === 'netlink-raw')
      protocol.fail('only generic families are imported, not raw netlink');
    protocol.oneOf(['genetlink', 'genetlink-c', 'genetlink-legacy']);
  }
  spec.record(SPEC_WORDS);
  const version = spec.at('version');
  const definitions = new ReadDefinitions(spec.at('definitions').maybeList());
  const sets = readSets(spec.at('attribute-sets').list(), definitions);
  const groups = readGroups(spec);
  const operations = spec.at('operations').record(OPERATIONS_WORDS);
  const header = operations.at('fixed-header');
  return {
    name: wireName(spec.at('name')),
    version: version.isThere ? version.integer(0, LARGEST_VERSION) : 1,
    doc: spec.at('doc').maybeText(),
    hasGlobalPolicy: spec.at('kernel-policy').value === 'global',
    definitions: definitions.byName,
    sets,
    ...new OperationReader(sets, groups, header.value).read(operations),
    groups,
    header: header.isThere ? definitions.struct(header).name : undefined,
  };
}

function readGroups(spec: Place): string[] {
  const groups: string[] = [];
  for (const group of spec.at('mcast-groups').at('list').maybeList()) {
    const name = group.record(GROUP_WORDS).at('name');
    if (groups.includes(wireName(name))) name.fail(`there is another group ${wireName(name)}`);
    groups.push(wireName(name));
  }
  return groups;
}

/** Names that go over the wire are bounded there. */
function wireName(place: Place): string {
  const name = place.name();
  return name.length > LONGEST_NAME ? place.fail(`${name} has more than ${LONGEST_NAME} bytes`) : name;
}

interface Numbers {
  readonly request: number;
  readonly reply: number;
}

class OperationReader {
  readonly #byName = new Map<string, Place>();

  constructor(
    private readonly sets: ReadonlyMap<string, ImportedSet>,
    private readonly groups: readonly string[],
    private readonly header: unknown,
  ) {}

  read(place: Place): { operations: ImportedOperation[]; events: ImportedEvent[] } {
    const model = place.at('enum-model');
    const isDirectional = model.isThere && model.oneOf(['unified', 'directional']) === 'directional';
    const operations: ImportedOperation[] = [];
    const events: ImportedEvent[] = [];
    const list = place.at('list').list();
    for (const one of list) {
      const name = one.record(OPERATION_WORDS).at('name').name();
      if (this.#byName.has(name)) one.at('name').fail(`there is another operation ${name}`);
      this.#byName.set(name, one);
    }
    const next = { request: 1, reply: 1 };
    for (const one of list) {
      const isEvent = one.at('notify').isThere || one.at('event').isThere;
      // A number that nothing is sent with.
      const isReserved = !isEvent && !one.at('do').isThere && !one.at('dump').isThere;
      if (isReserved && isDirectional) one.fail('it has none of do, dump, notify and event');
      const numbers = isDirectional ? directional(one, isEvent, next) : unified(one, next);
      if (isEvent) events.push(this.#event(one, numbers));
      else if (!isReserved) operations.push(this.#operation(one, numbers));
    }
    return { operations, events };
  }

  #operation(place: Place, numbers: Numbers): ImportedOperation {
    if (place.at('fixed-header').isThere && place.at('fixed-header').value !== this.header)
      place
        .at('fixed-header')
        .fail('a header of a single operation is not supported; all of a family have one');
    const flags = place
      .at('flags')
      .maybeList()
      .map((flag) =>
        flag.oneOf(['admin-perm', 'uns-admin-perm', 'cmd-cap-do', 'cmd-cap-dump', 'cmd-cap-haspol']),
      );
    const lenient = place
      .at('dont-validate')
      .maybeList()
      .map((one) => one.oneOf(['strict', 'dump', 'dump-strict']));
    const exchanges: ImportedExchange[] = [];
    for (const exchange of ['do', 'dump'] as const) {
      const one = place.at(exchange);
      if (!one.isThere) continue;
      one.record(EXCHANGE_WORDS);
      const own = numbersOf(place, exchange, numbers);
      const reply = one.at('reply');
      exchanges.push({
        exchange,
        request: this.#message(place, one.at('request'), own.request),
        reply: reply.isThere ? this.#message(place, reply, own.reply) : undefined,
        validation: validationOf(exchange, lenient),
      });
    }
    return {
      name: place.at('name').name(),
      command: numbers.request,
      doc: place.at('doc').maybeText(),
      privilege: flags.includes('admin-perm')
        ? 'admin'
        : flags.includes('uns-admin-perm')
          ? 'uns-admin'
          : undefined,
      exchanges,
    };
  }

  #event(place: Place, { reply }: Numbers): ImportedEvent {
    const group = place.at('mcgrp');
    if (group.isThere && !this.groups.includes(group.name()))
      group.fail(`there is no group ${group.name()} among the mcast-groups`);
    return {
      name: place.at('name').name(),
      doc: place.at('doc').maybeText(),
      message: place.at('notify').isThere
        ? this.#notified(place.at('notify'), reply)
        : this.#message(place, place.at('event'), reply),
      group: group.maybeText(),
    };
  }

  /** What a notification holds is what the operation that it names replies. */
  #notified(place: Place, command: number): ImportedMessage {
    const operation = this.#byName.get(place.name());
    const reply = [operation?.at('do').at('reply'), operation?.at('dump').at('reply')].find(
      (one) => one?.isThere,
    );
    if (operation === undefined || reply === undefined)
      return place.fail(`there is no operation ${place.name()} with a reply`);
    return this.#message(operation, reply, command);
  }

  #message(operation: Place, place: Place, command: number): ImportedMessage {
    const named = operation.at('attribute-set');
    const set = named.isThere ? this.sets.get(named.name()) : undefined;
    if (named.isThere && set === undefined) named.fail(`there is no attribute set ${named.name()}`);
    if (place.isThere) place.record(MESSAGE_WORDS);
    const seen = new Set<string>();
    for (const one of place.at('attributes').maybeList()) {
      const name = one.name();
      const attribute = set?.attributes.find((other) => other.name === name);
      if (attribute === undefined)
        one.fail(
          set === undefined ? 'the operation has no attribute-set' : `${set.name} has no attribute ${name}`,
        );
      if (seen.has(name)) one.fail(`${name} is listed twice`);
      seen.add(name);
    }
    return { command, set: set?.name, attributes: [...seen] };
  }
}

/** The kernel's lists say what is not checked. */
function validationOf(exchange: 'do' | 'dump', lenient: readonly string[]): ImportedExchange['validation'] {
  if (exchange === 'do') return lenient.includes('strict') ? 'liberal' : 'strict';
  if (lenient.includes('dump')) return 'none';
  return lenient.includes('dump-strict') ? 'liberal' : 'strict';
}

/** Requests, replies and notifications of one operation have one number, which counts up from the one before. */
function unified(place: Place, next: { request: number; reply: number }): Numbers {
  const request = commandOf(place.at('value'), next.request);
  next.request = request + 1;
  return { request, reply: request };
}

/** Requests have numbers of their own, and so have replies and notifications. */
function directional(place: Place, isEvent: boolean, next: { request: number; reply: number }): Numbers {
  if (isEvent) {
    const reply = commandOf(place.at('value'), next.reply);
    next.reply = reply + 1;
    return { request: reply, reply };
  }
  const mode = place.at('do').isThere ? place.at('do') : place.at('dump');
  const request = commandOf(mode.at('request').at('value'), next.request);
  const reply = commandOf(mode.at('reply').at('value'), next.reply);
  next.request = request + 1;
  next.reply = mode.at('reply').isThere ? reply + 1 : reply;
  return { request, reply };
}

function numbersOf(place: Place, exchange: 'do' | 'dump', { request, reply }: Numbers): Numbers {
  const mode = place.at(exchange);
  const own = commandOf(mode.at('request').at('value'), request);
  if (own !== request) mode.at('request').at('value').fail('do and dump of one operation have one number');
  return { request, reply: commandOf(mode.at('reply').at('value'), reply) };
}

function commandOf(place: Place, next: number): number {
  if (place.isThere) return place.integer(0, LAST_COMMAND);
  return next > LAST_COMMAND ? place.fail(`commands have numbers up to ${LAST_COMMAND}`) : next;
}
