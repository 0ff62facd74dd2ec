import { camelCase, type Identifiers } from './identifiers.js';
import type { ImportedAttribute, ImportedMessage, ImportedSpec, ImportedType } from './imported-spec.js';
import { docComment, literal, objectOf } from './source-text.js';
import { memberOf, type WrittenDefinitions } from './write-definitions.js';

/** Requests are checked; replies are read as they come, also from another kernel than that of the specification. */
export type WrittenRole = 'request' | 'reply';

const KINDS: Readonly<Record<string, string>> = {
  u64: 'bigIntegerKind',
  s64: 'bigIntegerKind',
  uint: 'variableIntegerKind',
  sint: 'variableIntegerKind',
};
const BIG = /64$|int$/;

/** The attribute sets of a specification as TypeScript, as far as messages need them: those that are nested first. */
export class WrittenAttributes {
  readonly #source: string[] = [];
  readonly #written = new Map<string, string>();
  /** Those that are being written: one inside of itself has no end. */
  readonly #open = new Set<string>();
  readonly #requested = new Map<string, Set<string>>();

  constructor(
    private readonly spec: ImportedSpec,
    private readonly definitions: WrittenDefinitions,
    private readonly identifiers: Identifiers,
  ) {
    for (const { exchanges } of spec.operations)
      for (const { request } of exchanges) this.#request(request.set, request.attributes);
    this.#requestAll(this.policySet);
  }

  /** Whose checks nlctrl tells of as those of the family: the set that all requests share, or else all that is told. */
  get policySet(): string | undefined {
    const { hasGlobalPolicy, operations, events } = this.spec;
    if (!hasGlobalPolicy) return undefined;
    const requests = operations.flatMap(({ exchanges }) => exchanges.map(({ request }) => request));
    const messages = requests.length > 0 ? requests : events.map(({ message }) => message);
    const sets = new Set(messages.map(({ set }) => set));
    return sets.size === 1 ? messages[0]?.set : undefined;
  }

  get source(): string {
    return this.#source.join('\n');
  }

  /** The identifier of a set. */
  set(name: string, role: WrittenRole): string {
    const key = `${role} ${name}`;
    const known = this.#written.get(key);
    if (known !== undefined) return known;
    const found = this.spec.sets.get(name);
    this.#open.add(key);
    const keys = new Map<string, string>();
    const isDocumented = role === 'reply' || !this.#written.has(`reply ${name}`);
    const rows = (found?.attributes ?? [])
      // Nobody can send number 0: it is where C begins to count.
      .filter(({ value, type }) => value !== 0 || type.kind !== 'unused')
      .map((attribute) => {
        const row = this.#row(name, attribute, role, isDocumented);
        return `  ${memberOf(attribute.name, keys, name, camelCase)}: ${row},\n`;
      });
    this.#open.delete(key);
    const identifier = this.identifiers.take(
      `${camelCase(name)}${role === 'request' ? 'Policy' : 'Attributes'}`,
    );
    const doc =
      role === 'request'
        ? `What requests may say${found?.doc === undefined ? '' : `: ${found.doc}`}`
        : found?.doc;
    this.#source.push(
      `${docComment(doc)}export const ${identifier} = defineAttributes(${literal(name)}, {\n${rows.join('')}});\n`,
    );
    this.#written.set(key, identifier);
    return identifier;
  }

  /** The schema of a message. */
  message(
    name: string,
    { set, attributes }: ImportedMessage,
    role: WrittenRole,
    header: string | undefined,
  ): string {
    const rows = this.spec.sets.get(set ?? '')?.attributes ?? [];
    const keys = attributes
      .filter((name) => rows.some((row) => row.name === name && row.type.kind !== 'unused'))
      .map((name) => literal(camelCase(name)));
    const picked =
      set === undefined || keys.length === 0
        ? undefined
        : `pickAttributes(${[this.set(set, role), ...keys].join(', ')})`;
    return `defineMessage(${objectOf({ name: literal(name), header, attributes: picked })})`;
  }

  #request(set: string | undefined, names: Iterable<string>): void {
    if (set === undefined) return;
    const known = this.#requested.get(set) ?? new Set();
    this.#requested.set(set, known);
    for (const name of names) {
      if (known.has(name)) continue;
      known.add(name);
      const type = this.spec.sets.get(set)?.attributes.find((attribute) => attribute.name === name)?.type;
      if (type !== undefined && 'set' in type) this.#requestAll(type.set);
    }
  }

  #requestAll(set: string | undefined): void {
    this.#request(
      set,
      (this.spec.sets.get(set ?? '')?.attributes ?? []).map(({ name }) => name),
    );
  }

  #row(set: string, attribute: ImportedAttribute, role: WrittenRole, isDocumented: boolean): string {
    const { name, value, type, many, names, doc } = attribute;
    const isTaken = role === 'reply' || this.#requested.get(set)?.has(name) === true;
    if (type.kind === 'unused' || !isTaken) return `attr.unsupported(${value})`;
    const options = {
      ...(names === undefined || type.kind === 'bitfield32'
        ? {}
        : { valueNames: this.definitions.names(names.definition, names.asFlags) }),
      ...(doc === undefined || !isDocumented ? {} : { doc: literal(doc.trim()) }),
    };
    const row = this.#definition(value, type, role, options);
    return many ? `attr.many(${row})` : row;
  }

  #definition(
    value: number,
    type: ImportedType,
    role: WrittenRole,
    options: Readonly<Record<string, string>>,
  ): string {
    const isChecked = role === 'request';
    const call = (
      kind: string,
      first: string | undefined,
      more: Readonly<Record<string, string | undefined>> = {},
    ) =>
      `attr.${kind}(${[String(value), first, objectOf({ ...more, ...options })].filter(Boolean).join(', ')})`;
    switch (type.kind) {
      case 'unused':
        return `attr.unsupported(${value})`;
      case 'flag':
        return call('flag', undefined);
      case 'integer':
        return call(type.integer, undefined, integerOptions(type, isChecked));
      case 'string':
        return call('string', undefined, isChecked ? stringOptions(type) : {});
      case 'binary':
        // Of any length up to 32, addresses of the link layer have a kind of their own.
        if (type.isMac && type.max === 32 && type.length === undefined && type.min === undefined)
          return call('macAddress', undefined);
        return call('bytes', undefined, isChecked ? bytesOptions(type) : {});
      case 'struct':
        return call('struct', this.definitions.struct(type.struct));
      case 'bitfield32':
        return call('bitfield32', undefined, {
          valid: isChecked && type.valid !== undefined ? String(BigInt.asUintN(32, type.valid)) : undefined,
        });
      case 'items':
        return `attr.flagged(${call('items', kindOf(type.item))})`;
      case 'keyed':
        return this.#inside(type.set, role, value, options, (nested) =>
          call(
            'keyed',
            `${'keyedKind('.repeat(type.depth - 1)}nestedKind(${nested})${')'.repeat(type.depth - 1)}`,
          ),
        );
      default:
        return this.#inside(
          type.set,
          role,
          value,
          options,
          (nested) => `attr.flagged(${call(type.kind === 'nest' ? 'nested' : 'array', nested)})`,
        );
    }
  }

  #inside(
    set: string,
    role: WrittenRole,
    value: number,
    options: Readonly<Record<string, string>>,
    write: (nested: string) => string,
  ): string {
    if (!this.#open.has(`${role} ${set}`)) return write(this.set(set, role));
    // A constant cannot name itself: what is inside of its own kind stays bytes.
    return `attr.bytes(${[String(value), objectOf(options)].filter(Boolean).join(', ')})`;
  }
}

function integerOptions(
  { integer, isBigEndian, limits }: ImportedType & { kind: 'integer' },
  isChecked: boolean,
): Readonly<Record<string, string | undefined>> {
  const number = (limit: bigint | undefined) =>
    limit === undefined || !isChecked ? undefined : BIG.test(integer) ? `${limit}n` : String(limit);
  return {
    byteOrder: isBigEndian ? "'network'" : undefined,
    min: number(limits.min),
    max: number(limits.max),
    mask: number(limits.mask),
  };
}

function stringOptions({
  max,
  isTerminated,
}: ImportedType & { kind: 'string' }): Readonly<Record<string, string | undefined>> {
  return { max: max === undefined ? undefined : String(max), terminated: isTerminated ? 'true' : undefined };
}

function bytesOptions({
  length,
  min,
  max,
}: ImportedType & { kind: 'binary' }): Readonly<Record<string, string | undefined>> {
  const number = (limit: number | undefined) => (limit === undefined ? undefined : String(limit));
  const isLimited = length !== undefined || min !== undefined || max !== undefined;
  return {
    length: number(length),
    min: number(min),
    max: number(max),
    ranged: isLimited ? 'true' : undefined,
  };
}

function kindOf(item: ImportedType): string {
  switch (item.kind) {
    case 'integer': {
      const options = item.isBigEndian ? ", { byteOrder: 'network' }" : '';
      return `${KINDS[item.integer] ?? 'integerKind'}('${item.integer}'${options})`;
    }
    case 'string':
      return 'stringKind()';
    case 'flag':
      return 'flagKind()';
    default:
      return 'bytesKind()';
  }
}
