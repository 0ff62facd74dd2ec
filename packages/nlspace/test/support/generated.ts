import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';

const NLSPACE = fileURLToPath(new URL('../../../bin/nlspace.js', import.meta.url));
const BASE = fileURLToPath(new URL('../../../../../tsconfig.base.json', import.meta.url));

export async function nlspace(...argv: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [NLSPACE, ...argv], {
    maxBuffer: 2 ** 24,
    timeout: 60_000,
  });
  return stdout;
}

/** A folder of TypeScript modules inside of this package, so that they find it by its name. */
export class GeneratedModules {
  readonly #folder: string;
  readonly #files: string[] = [];

  constructor(name: string) {
    this.#folder = fileURLToPath(new URL(`../generated/${name}/`, import.meta.url));
  }

  async add(name: string, source: string): Promise<void> {
    this.#files.push(await this.write(`${name}.ts`, source));
  }

  /** @returns where it is. */
  async write(name: string, text: string): Promise<string> {
    await mkdir(this.#folder, { recursive: true });
    const file = `${this.#folder}${name}`;
    await writeFile(file, text);
    return file;
  }

  /** Compiles them all, as strictly as this project. @returns what is wrong with them. */
  compile(): string[] {
    const { config } = ts.readConfigFile(BASE, ts.sys.readFile) as { config: { compilerOptions: object } };
    const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, this.#folder);
    const program = ts.createProgram(this.#files, {
      ...options,
      composite: false,
      declaration: false,
      declarationMap: false,
      sourceMap: false,
      noUnusedLocals: true,
      types: ['node'],
      rootDir: this.#folder,
      outDir: this.#folder,
    });
    const { diagnostics } = program.emit();
    return [...ts.getPreEmitDiagnostics(program), ...diagnostics].map(({ file, start, messageText }) => {
      const place =
        file === undefined
          ? ''
          : `${file.fileName}:${file.getLineAndCharacterOfPosition(start ?? 0).line + 1} `;
      return place + ts.flattenDiagnosticMessageText(messageText, '\n');
    });
  }

  async load<T>(name: string): Promise<T> {
    return (await import(`${this.#folder}${name}.js`)) as T;
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}
