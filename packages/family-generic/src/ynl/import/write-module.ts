import { camelCase, Identifiers, pascalCase } from './identifiers.js';
import type {
  ImportedEvent,
  ImportedExchange,
  ImportedMessage,
  ImportedOperation,
  ImportedSpec,
} from './imported-spec.js';
import { docComment, literal, objectOf } from './source-text.js';
import { WrittenAttributes, type WrittenRole } from './write-attributes.js';
import { memberOf, WrittenDefinitions } from './write-definitions.js';

/** What a module may need from the package, and which of it are types only. */
const VALUES = [
  'attr',
  'bigIntegerKind',
  'bytesKind',
  'Do',
  'Dump',
  'defineAttributes',
  'defineHeader',
  'defineMessage',
  'Errno',
  'field',
  'flagKind',
  'GenericClient',
  'GenericFamily',
  'GROUP_NOTIFIER',
  'inject',
  'integerKind',
  'keyedKind',
  'NetlinkError',
  'nestedKind',
  'pickAttributes',
  'stringKind',
  'variableIntegerKind',
] as const;
const TYPES = [
  'AttributesOf',
  'DecodedOf',
  'GenericFamilyOptions',
  'GenericMessage',
  'GroupNotifier',
  'MappedSubscription',
  'MessageOf',
  'MessageSchema',
  'Netlink',
  'NotifyOptions',
  'RequestOf',
  'RequestOptions',
  'ValueNames',
] as const;

export interface ModuleOptions {
  /** The licence of the specification, as SPDX says it. */
  readonly license?: string | undefined;
}

/**
 * A TypeScript module for a specification: its declarations, a family in which each operation is still to be written (it
 * answers EOPNOTSUPP), and a client.
 *
 * @throws {Error} naming what TypeScript has no words for.
 */
export function writeModule(spec: ImportedSpec, { license }: ModuleOptions = {}): string {
  const body = new ModuleWriter(spec).body();
  const code = body.replace(/\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\.)*'/g, '');
  const isUsed = (name: string) => new RegExp(`\\b${name}\\b`).test(code);
  const imports = [...VALUES.filter(isUsed), ...TYPES.filter(isUsed).map((name) => `type ${name}`)];
  return [
    `// Made by \`nlspace ynl import\` from the specification of the generic netlink family ${spec.name}.\n`,
    ...(license === undefined ? [] : [`// SPDX-License-Identifier: ${license}\n`]),
    `import {\n${imports.map((name) => `  ${name},\n`).join('')}} from 'nlspace';\n\n`,
    body,
  ].join('');
}

/** An exchange with the identifiers of its schemas. */
interface Exchange {
  readonly operation: ImportedOperation;
  readonly exchange: ImportedExchange;
  readonly method: string;
  readonly request: string;
  readonly reply: string | undefined;
}

interface Event {
  readonly event: ImportedEvent;
  readonly method: string;
  readonly message: string;
  /** As the module says it. */
  readonly command: string;
}

class ModuleWriter {
  readonly #identifiers = new Identifiers([...VALUES, ...TYPES]);
  readonly #definitions: WrittenDefinitions;
  readonly #attributes: WrittenAttributes;
  readonly #messages: string[] = [];
  readonly #header: string | undefined;
  readonly #commands: string;
  readonly #options: string;
  readonly #received: string;
  readonly #groups: string;
  readonly #notification: string;

  constructor(private readonly spec: ImportedSpec) {
    const { name, header } = spec;
    const pascal = pascalCase(name);
    this.#commands = this.#identifiers.take(`${pascal}Command`);
    this.#options = this.#identifiers.take(`${camelCase(name)}Options`);
    this.#received = this.#identifiers.take(`${camelCase(name)}Received`);
    this.#groups = this.#identifiers.take(`${pascal}Group`);
    this.#notification = this.#identifiers.take(`${pascal}Notification`);
    this.#definitions = new WrittenDefinitions(spec, this.#identifiers);
    this.#attributes = new WrittenAttributes(spec, this.#definitions, this.#identifiers);
    this.#header = header === undefined ? undefined : this.#definitions.struct(header);
  }

  body(): string {
    const { spec } = this;
    const pascal = pascalCase(spec.name);
    const commands = this.#writeCommands();
    const exchanges = this.#exchanges();
    const events = this.#events(commands.byNumber);
    const options = this.#writeOptions(events);
    const received = this.#writeReceived(exchanges, events);
    const parts = [
      this.#definitions.source,
      this.#attributes.source,
      commands.source,
      this.#messages.join(''),
      spec.groups.length === 0
        ? ''
        : `export type ${this.#groups} = ${spec.groups.map(literal).join(' | ')};\n`,
      options,
      exchanges.length + events.length === 0 ? '' : this.#writeFamily(`${pascal}Family`, exchanges, events),
      received,
      this.#writeNotification(events),
      this.#writeClient(`${pascal}Client`, exchanges, events),
    ];
    return parts.filter((part) => part !== '').join('\n');
  }

  #writeCommands(): { source: string; byNumber: ReadonlyMap<number, string> } {
    const byNumber = new Map<number, string>();
    const members = new Map<string, string>();
    const rows: string[] = [];
    const add = (name: string, number: number) => {
      if (byNumber.has(number)) return;
      const member = memberOf(name, members, `the operations of ${this.spec.name}`);
      byNumber.set(number, `${this.#commands}.${member}`);
      rows.push(`  ${member} = ${number},\n`);
    };
    for (const { name, command } of this.spec.operations) add(name, command);
    for (const { name, message } of this.spec.events) add(name, message.command);
    return { source: `export enum ${this.#commands} {\n${rows.join('')}}\n`, byNumber };
  }

  #command(number: number, byNumber: ReadonlyMap<number, string>): string {
    return byNumber.get(number) ?? String(number);
  }

  #exchanges(): Exchange[] {
    const methods = new Identifiers(MEMBERS);
    return this.spec.operations.flatMap((operation) => {
      const stem = camelCase(operation.name);
      const schemas = new Map<string, string>();
      return operation.exchanges.map((exchange): Exchange => {
        const kind = exchange.exchange === 'do' ? '' : 'Dump';
        const schema = (message: ImportedMessage, role: WrittenRole, name: string) => {
          const source = this.#attributes.message(operation.name, message, role, this.#header);
          const key = `${role} ${source}`;
          const known = schemas.get(key);
          if (known !== undefined) return known;
          const identifier = this.#message(`${stem}${schemas.has(name) ? kind : ''}${name}`, source);
          schemas.set(key, identifier).set(name, identifier);
          return identifier;
        };
        return {
          operation,
          exchange,
          method: methods.take(`${stem}${kind}`),
          request: schema(exchange.request, 'request', 'Request'),
          reply: exchange.reply === undefined ? undefined : schema(exchange.reply, 'reply', 'Reply'),
        };
      });
    });
  }

  #events(commands: ReadonlyMap<number, string>): Event[] {
    const methods = new Identifiers(MEMBERS);
    return this.spec.events.map((event) => {
      const stem = camelCase(event.name);
      return {
        event,
        method: methods.take(`notify${pascalCase(event.name)}`),
        message: this.#message(
          `${stem}Message`,
          this.#attributes.message(event.name, event.message, 'reply', this.#header),
        ),
        command: this.#command(event.message.command, commands),
      };
    });
  }

  #message(wanted: string, source: string): string {
    const identifier = this.#identifiers.take(wanted);
    this.#messages.push(`export const ${identifier} = ${source};\n`);
    return identifier;
  }

  #writeOptions(events: readonly Event[]): string {
    const { name, doc, version, groups } = this.spec;
    const { policySet } = this.#attributes;
    const notifications = events.map(({ command, message }) => `    [${command}]: ${message},\n`).join('');
    const rows = {
      name: literal(name),
      doc: doc === undefined ? undefined : literal(doc.trim()),
      version: version === 1 ? undefined : String(version),
      commands: this.#commands,
      attributes: policySet === undefined ? undefined : this.#attributes.set(policySet, 'request'),
      header: this.#header === undefined ? undefined : `defineMessage({ header: ${this.#header} })`,
      groups: groups.length === 0 ? undefined : `[${groups.map(literal).join(', ')}]`,
      notifications: notifications === '' ? undefined : `{\n${notifications}  }`,
    };
    const given = Object.entries(rows).filter((row) => row[1] !== undefined);
    return [
      '/** What the family says of itself: `@GenericFamily` takes it, also before a class that extends the one below. */\n',
      `export const ${this.#options} = {\n${given.map(([key, value]) => `  ${key}: ${value},\n`).join('')}} satisfies GenericFamilyOptions;\n`,
    ].join('');
  }

  #writeFamily(wanted: string, exchanges: readonly Exchange[], events: readonly Event[]): string {
    const { name, groups } = this.spec;
    const creation =
      groups.length === 0
        ? ''
        : `  constructor(@inject(GROUP_NOTIFIER) protected readonly groups: GroupNotifier<${this.#groups}>) {}\n\n`;
    const methods = [
      ...exchanges.map((exchange) => this.#handler(exchange)),
      ...(groups.length === 0 ? [] : events.map((event) => this.#notifier(event))),
    ];
    return [
      docComment(
        `The family ${name}, to be written: each method answers EOPNOTSUPP until it does its work, here or in a class that extends this one.`,
      ),
      `@GenericFamily(${this.#options})\n`,
      `export class ${this.#identifiers.take(wanted)} {\n${creation}${methods.join('\n')}}\n`,
    ].join('');
  }

  #handler({ operation, exchange, method, request, reply }: Exchange): string {
    const { name, command, privilege, doc } = operation;
    const isDump = exchange.exchange === 'dump';
    const isFirst = operation.exchanges[0] === exchange;
    const number = memberOf(name, new Map(), name);
    const answer = exchange.reply?.command ?? command;
    const options = objectOf({
      privilege: privilege === undefined ? undefined : literal(privilege),
      validation: exchange.validation === 'strict' ? undefined : literal(exchange.validation),
      reply,
      replyType: answer === command ? undefined : String(answer),
      doc: doc === undefined || !isFirst ? undefined : literal(doc.trim()),
    });
    const replied = `MessageOf<typeof ${reply ?? request}>`;
    const result = isDump
      ? `Iterable<${replied}>`
      : reply === undefined
        ? 'void | Promise<void>'
        : `${replied} | Promise<${replied}>`;
    const args = [`${this.#commands}.${number}`, request, options].filter((one) => one !== '').join(', ');
    return [
      `  @${isDump ? 'Dump' : 'Do'}(${args})\n`,
      `  ${method}(_request: RequestOf<typeof ${request}>): ${result} {\n`,
      `    throw new NetlinkError(Errno.EOPNOTSUPP, ${literal(`${name} (${exchange.exchange}) is not implemented`)});\n`,
      '  }\n',
    ].join('');
  }

  #notifier({ event, method, message, command }: Event): string {
    const body = this.#body(message);
    const to = event.group === undefined ? 'group' : literal(event.group);
    const first = event.group === undefined ? `group: ${this.#groups}, ` : '';
    return [
      docComment(event.doc, '  '),
      `  protected ${method}(${first}${body.parameter}, options?: NotifyOptions): void {\n`,
      `    this.groups.notify(${to}, ${command}, ${body.argument}, options);\n`,
      '  }\n',
    ].join('');
  }

  /** Messages with a header are given whole, others by their attributes. */
  #body(message: string, isOptional = false): { parameter: string; argument: string } {
    if (this.#header !== undefined)
      return { parameter: `body: MessageOf<typeof ${message}>`, argument: 'body' };
    const otherwise = isOptional ? ' = {}' : '';
    return {
      parameter: `attributes: AttributesOf<typeof ${message}>${otherwise}`,
      argument: '{ attributes }',
    };
  }

  /** How a client reads what comes: with all attributes of the set, for another kernel may send more. */
  #writeReceived(exchanges: readonly Exchange[], events: readonly Event[]): string {
    const sets = new Map<number, string | undefined>();
    const messages = [
      ...exchanges.map(({ exchange }) => exchange.reply),
      ...events.map(({ event }) => event.message),
    ];
    for (const message of messages) {
      if (message === undefined) continue;
      const { command, set } = message;
      const known = sets.get(command);
      if (known !== undefined && set !== undefined && known !== set)
        throw new Error(
          `what comes with the command ${command} of ${this.spec.name} is of the sets ${known} and ${set}: a client cannot tell them apart`,
        );
      sets.set(command, set ?? known);
    }
    const rows = [...sets].map(([command, set]) => {
      const attributes = set === undefined ? undefined : this.#attributes.set(set, 'reply');
      return `  ${command}: defineMessage(${objectOf({ header: this.#header, attributes }) || '{}'}),\n`;
    });
    return `/** Replies and notifications by command, with all attributes that may be in them. */\nexport const ${this.#received}: Readonly<Record<number, MessageSchema>> = {\n${rows.join('')}};\n`;
  }

  #writeNotification(events: readonly Event[]): string {
    if (events.length === 0 || this.spec.groups.length === 0) return '';
    const kinds = events.map(
      ({ command, message }) => `  | ({ readonly command: ${command} } & DecodedOf<typeof ${message}>)\n`,
    );
    return `/** What the groups tell. */\nexport type ${this.#notification} =\n${kinds.join('').trimEnd()};\n`;
  }

  #writeClient(wanted: string, exchanges: readonly Exchange[], events: readonly Event[]): string {
    const { name, groups } = this.spec;
    const identifier = this.#identifiers.take(wanted);
    const empty = `defineMessage(${objectOf({ header: this.#header }) || '{}'})`;
    const notification = events.length > 0 ? this.#notification : 'GenericMessage';
    const subscribe =
      groups.length === 0
        ? ''
        : [
            '\n  /** Joins a group and gives its notifications from now on. */\n',
            `  async subscribe(group: ${this.#groups}): Promise<MappedSubscription<${notification}>> {\n`,
            `    return (await this.client.subscribe(group)) as MappedSubscription<${notification}>;\n`,
            '  }\n',
          ].join('');
    return [
      docComment(`The client’s end of the family ${name}, on a domain, a transport or the kernel.`),
      `export class ${identifier} implements AsyncDisposable {\n`,
      '  private constructor(\n    /** For what this class has no words. */\n    readonly client: GenericClient<MessageSchema>,\n  ) {}\n\n',
      '  /** @throws {NetlinkError} ENOENT where there is no such family. */\n',
      `  static async open(netlink: Netlink, { signal }: { readonly signal?: AbortSignal } = {}): Promise<${identifier}> {\n`,
      `    const message: MessageSchema = ${empty};\n`,
      `    const options = { message, messages: ${this.#received}, ...(signal === undefined ? {} : { signal }) };\n`,
      `    return new ${identifier}(await GenericClient.open(netlink, ${literal(name)}, options));\n`,
      '  }\n\n',
      exchanges.map((exchange) => this.#call(exchange)).join('\n'),
      subscribe,
      '\n  /** Idempotent. */\n  close(): void {\n    this.client.close();\n  }\n',
      '\n  async [Symbol.asyncDispose](): Promise<void> {\n    this.close();\n  }\n}\n',
    ].join('');
  }

  #call({ operation, exchange, method, request, reply }: Exchange): string {
    const { name, doc } = operation;
    const isDump = exchange.exchange === 'dump';
    const body = this.#body(request, isDump || exchange.request.attributes.length === 0);
    const answer = reply ?? request;
    const command = `${this.#commands}.${memberOf(name, new Map(), name)}`;
    const described = `{ command: ${command}, request: ${request}, reply: ${answer} }`;
    const [prefix, result, call] = isDump
      ? [
          '',
          `AsyncGenerator<GenericMessage<typeof ${answer}>, void, undefined>`,
          'return this.client.dumpExchange',
        ]
      : reply === undefined
        ? ['async ', 'Promise<void>', 'await this.client.doExchange']
        : ['', `Promise<GenericMessage<typeof ${answer}>>`, 'return this.client.askExchange'];
    return [
      docComment(doc, '  '),
      `  ${prefix}${method}(${body.parameter}, options?: RequestOptions): ${result} {\n`,
      `    ${call}(${described}, ${body.argument}, options);\n`,
      '  }\n',
    ].join('');
  }
}

/** What the classes have beside their operations. */
const MEMBERS = [
  'constructor',
  'groups',
  'client',
  'open',
  'subscribe',
  'close',
  'onLoad',
  'onUnload',
  'serves',
];
