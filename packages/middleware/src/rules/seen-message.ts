import { type DecodedMessage, decodeMessage, type MessageSchema, type RawMessage } from '@nlspace/core';
import type { Vocabulary } from '../vocabulary.js';
import type { AnyExchange } from './message-pattern.js';

/** Whose socket a message goes through. */
export interface Opener {
  readonly protocol: number;
  readonly processId: number;
  /** Undefined where nobody knows. */
  readonly program: string | undefined;
}

/** A message on its way, as rules see it. Names and values are looked up when somebody asks. */
export class SeenMessage {
  #name: string | undefined;
  #decoded: { schema: MessageSchema; body: DecodedMessage } | undefined;

  constructor(
    readonly raw: RawMessage,
    readonly exchange: AnyExchange,
    readonly vocabulary: Vocabulary,
    readonly opener: Opener,
  ) {}

  /** A request as a socket sends it. */
  static request(raw: RawMessage, vocabulary: Vocabulary, opener: Opener): SeenMessage {
    return new SeenMessage(raw, vocabulary.isDump(raw) ? 'dump' : 'do', vocabulary, opener);
  }

  get name(): string {
    this.#name ??= this.vocabulary.nameOf(this.raw);
    return this.#name;
  }

  get schema(): MessageSchema | undefined {
    return this.#decode()?.schema;
  }

  /** The ways in which a value can be written, as text and as a number; undefined when it is not there. */
  valueTexts(key: string): readonly string[] | undefined {
    const decoded = this.#decode();
    if (decoded === undefined) return undefined;
    const { schema, body } = decoded;
    return this.#attributeTexts(schema, body, key.split('.')) ?? this.#fieldTexts(schema, body, key);
  }

  #decode() {
    const schema = this.vocabulary.schemaOf(this.raw);
    if (schema !== undefined) this.#decoded ??= { schema, body: decodeMessage(schema, this.raw.payload) };
    return this.#decoded;
  }

  #attributeTexts(
    schema: MessageSchema,
    body: DecodedMessage,
    path: readonly string[],
  ): string[] | undefined {
    let set = schema.attributes;
    let values: Record<string, unknown> = body.attributes;
    for (const [index, key] of path.entries()) {
      const value = values[key];
      const kind = set.shape[key]?.kind;
      if (value === undefined || kind === undefined) return undefined;
      if (index === path.length - 1) return this.#texts(value, [`${set.name}.${key}`, kind.name]);
      if (kind.nested === undefined || typeof value !== 'object' || value === null) return undefined;
      set = kind.nested;
      values = value as Record<string, unknown>;
    }
    return undefined;
  }

  #fieldTexts({ header }: MessageSchema, body: DecodedMessage, key: string): string[] | undefined {
    const fields = body.header as Readonly<Record<string, unknown>>;
    return Object.hasOwn(fields, key) ? this.#texts(fields[key], [`${header.name}.${key}`]) : undefined;
  }

  #texts(value: unknown, names: readonly string[]): string[] {
    const { texts } = this.vocabulary;
    const name = names.find((candidate) => texts[candidate] !== undefined);
    return [String(value), ...(name === undefined ? [] : [String(texts[name]?.(value))])];
  }
}

/** Every key that conditions can name in messages of a schema, but for nested ones. */
export function keysOf({ header, attributes }: MessageSchema): string[] {
  return [...header.fields.map(({ key }) => key), ...Object.keys(attributes.shape)];
}
