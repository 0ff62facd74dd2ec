/** A fenced block that is a program, and what the `text` block right behind it says that it prints. */
export interface Program {
  readonly language: 'ts' | 'sh' | 'python';
  readonly line: number;
  /** Of a module or script that other programs of the page use: its first line is a comment with the name. */
  readonly name: string | undefined;
  readonly source: string;
  readonly output: string | undefined;
}

/** The `ts`, `sh` and `python` blocks of a page. Other languages (`console`, `text`) are not run. */
export function programsOf(page: string): Program[] {
  const blocks = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)];
  return blocks.flatMap((block, index) => {
    const [whole, language, source = ''] = block;
    if (language !== 'ts' && language !== 'sh' && language !== 'python') return [];
    const next = blocks[index + 1];
    const isOutput = next?.[1] === 'text' && page.slice(block.index + whole.length, next.index).trim() === '';
    const line = page.slice(0, block.index).split('\n').length;
    const name = /^(?:\/\/|#) ([\w-]+\.(?:ts|sh|py))$/m.exec(source.split('\n', 1)[0] ?? '')?.[1];
    return [{ language, line, name, source, output: isOutput ? next[2] : undefined }];
  });
}

/** Whether AVA has to run it. */
export function isTestFile({ source }: Program): boolean {
  return source.includes("import test from 'ava';");
}

/** A script that other programs of its page run. */
export function isScript({ language, name }: Program): boolean {
  return language !== 'ts' && name !== undefined;
}
