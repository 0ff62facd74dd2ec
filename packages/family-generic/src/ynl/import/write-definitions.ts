import { camelCase, type Identifiers, pascalCase } from './identifiers.js';
import type { ImportedConstant, ImportedNames, ImportedSpec, ImportedStruct } from './imported-spec.js';
import { docComment, literal } from './source-text.js';

/** The enums, constants and structs of a specification as TypeScript, and how the rest of the module calls them. */
export class WrittenDefinitions {
  readonly #source: string[] = [];
  readonly #enums = new Map<string, string>();
  readonly #names = new Map<string, string>();
  readonly #structs = new Map<string, string>();

  constructor(
    private readonly spec: ImportedSpec,
    private readonly identifiers: Identifiers,
  ) {
    for (const definition of spec.definitions.values()) {
      switch (definition.type) {
        case 'const':
          this.#writeConstant(definition);
          break;
        case 'struct':
          this.#writeStruct(definition);
          break;
        default:
          this.#writeEnum(definition, definition.type === 'flags');
      }
    }
  }

  get source(): string {
    return this.#source.join('\n');
  }

  struct(name: string): string {
    return this.#structs.get(name) ?? '';
  }

  /** The `ValueNames` of an attribute. */
  names(definition: string, asFlags: boolean): string {
    const key = `${definition} ${asFlags}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const found = this.spec.definitions.get(definition) as ImportedNames;
    const entries = this.#enums.get(key) ?? this.#writeEnum(found, asFlags);
    const identifier = this.identifiers.take(`${camelCase(definition)}Names`);
    const name = asFlags === (found.type === 'flags') ? definition : `${definition}-flags`;
    this.#source.push(
      `export const ${identifier}: ValueNames = { name: ${literal(name)}, type: '${asFlags ? 'flags' : 'enum'}', entries: ${entries} };\n`,
    );
    this.#names.set(key, identifier);
    return identifier;
  }

  #writeEnum({ name, type, doc, entries }: ImportedNames, asFlags: boolean): string {
    const suffix = asFlags && type === 'enum' ? 'Flags' : '';
    const identifier = this.identifiers.take(`${pascalCase(name)}${suffix}`);
    const members = new Map<string, string>();
    const rows = entries.map((entry) => {
      const member = memberOf(entry.name, members, `${name} of the definitions`);
      return `${docComment(entry.doc, '  ')}  ${member} = ${asFlags ? 2 ** Math.max(0, entry.value) : entry.value},\n`;
    });
    this.#source.push(`${docComment(doc)}export enum ${identifier} {\n${rows.join('')}}\n`);
    this.#enums.set(`${name} ${asFlags}`, identifier);
    return identifier;
  }

  #writeConstant({ name, doc, value }: ImportedConstant): void {
    const identifier = this.identifiers.take(
      name
        .replace(/[^0-9A-Za-z]+/g, '_')
        .replace(/^(?=\d)/, '_')
        .toUpperCase(),
    );
    const text = typeof value === 'string' ? literal(value) : String(value);
    this.#source.push(`${docComment(doc)}export const ${identifier} = ${text};\n`);
  }

  #writeStruct({ name, doc, members }: ImportedStruct): void {
    const identifier = this.identifiers.take(`${camelCase(name)}Layout`);
    const keys = new Map<string, string>();
    const rows = members.map((member) => {
      const key = memberOf(member.name, keys, `${name} of the definitions`, camelCase);
      const field =
        member.type === 'scalar' ? `field.${member.scalar}` : `field.${member.type}(${member.size})`;
      return `${docComment(member.doc, '  ')}  ${key}: ${field},\n`;
    });
    this.#source.push(
      `${docComment(doc)}export const ${identifier} = defineHeader(${literal(name)}, {\n${rows.join('')}});\n`,
    );
    this.#structs.set(name, identifier);
  }
}

/** @throws {Error} where two names are written the same. */
export function memberOf(
  name: string,
  members: Map<string, string>,
  where: string,
  written: (name: string) => string = pascalCase,
): string {
  const member = written(name);
  const other = members.get(member);
  if (other !== undefined && other !== name)
    throw new Error(
      `${other} and ${name} of ${where} are both written ${member}; give one of them another name`,
    );
  members.set(member, name);
  return member;
}
