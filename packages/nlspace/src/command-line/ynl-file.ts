import { open } from 'node:fs/promises';
import { YnlError, type YnlPath } from '@nlspace/family-generic';
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';

/** Ten times the largest of the kernel's. */
const LARGEST_FILE = 1024 * 1024;
/** Brackets that are open at once; text may have some that nobody closes. */
const DEEPEST = 500;
/** What one list says again and again; the kernel's say few things twice. */
const MOST_ALIASES = 200;
const TOO_DEEP = 'nested too deeply';
/** What the kernel's tools want in the first line. */
const LICENSE = /^#\s*SPDX-License-Identifier:\s*([\w.+:() /-]+?)\s*$/m;

/** A specification is not what it should be. */
export class SpecificationError extends Error {
  override readonly name = 'SpecificationError';
  readonly exitCode = 125;
}

/** A specification as it stands in a file: YAML, or JSON, which is YAML too. */
export class YnlFile {
  readonly #lines = new LineCounter();
  readonly #document: Document;
  readonly data: unknown;

  /** @throws {SpecificationError} where it is no YAML, with line and column. */
  private constructor(
    readonly file: string,
    private readonly text: string,
  ) {
    // The kernel's tools read YAML 1.1. Integers stay as large as they are.
    if (isDeep(text)) throw new SpecificationError(`${file}: ${TOO_DEEP}`);
    const options = {
      version: '1.1',
      intAsBigInt: true,
      lineCounter: this.#lines,
      prettyErrors: false,
    } as const;
    this.#document = this.#attempt(() => parseDocument(text, options));
    const [error] = this.#document.errors;
    if (error !== undefined)
      throw this.#errorAt(error.pos[0], /call stack/.test(error.message) ? TOO_DEEP : error.message);
    this.data = this.#attempt(() => this.#document.toJS({ maxAliasCount: MOST_ALIASES }) as unknown);
  }

  static async read(file: string): Promise<YnlFile> {
    const handle = await open(file);
    try {
      const buffer = new Uint8Array(LARGEST_FILE + 1);
      let length = 0;
      for (let read = 1; read > 0 && length < buffer.length; length += read)
        ({ bytesRead: read } = await handle.read(buffer, length, buffer.length - length, null));
      if (length > LARGEST_FILE) throw new SpecificationError(`${file} is larger than ${LARGEST_FILE} bytes`);
      return new YnlFile(file, new TextDecoder().decode(buffer.subarray(0, length)));
    } finally {
      await handle.close();
    }
  }

  get license(): string | undefined {
    return LICENSE.exec(this.text)?.[1];
  }

  /** The same error with the file, the line and the column. */
  located(error: YnlError): SpecificationError {
    return this.#errorAt(this.#offsetOf(error.path), error.message);
  }

  #errorAt(offset: number, message: string): SpecificationError {
    const { line, col } = this.#lines.linePos(offset);
    return new SpecificationError(`${this.file}:${line}:${col}: ${message}`);
  }

  /** What is nested too deeply or repeats itself too often ends the parser: no more is known of the place. */
  #attempt<T>(parse: () => T): T {
    try {
      return parse();
    } catch (error) {
      if (error instanceof RangeError)
        throw new SpecificationError(`${this.file}: ${TOO_DEEP}`, { cause: error });
      if (error instanceof ReferenceError)
        throw new SpecificationError(`${this.file}: ${error.message}`, { cause: error });
      throw error;
    }
  }

  /** Of the innermost thing on the way that is there. */
  #offsetOf(path: YnlPath): number {
    let node: unknown = this.#document.contents;
    let offset = offsetOf(node) ?? 0;
    for (const step of path) {
      if (isAlias(node)) node = node.resolve(this.#document);
      if (isSeq(node) && typeof step === 'number') node = node.items[step];
      else if (isMap(node)) {
        const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === step);
        if (pair === undefined) break;
        offset = offsetOf(pair.key) ?? offset;
        node = pair.value;
      } else break;
      offset = offsetOf(node) ?? offset;
    }
    return offset;
  }
}

/** Whether a parser would take long to find out how deep it is. */
function isDeep(text: string): boolean {
  let depth = 0;
  for (const { 0: bracket } of text.matchAll(/[[\]{}]/g)) {
    depth = bracket === '[' || bracket === '{' ? depth + 1 : Math.max(0, depth - 1);
    if (depth > DEEPEST) return true;
  }
  return false;
}

function offsetOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
