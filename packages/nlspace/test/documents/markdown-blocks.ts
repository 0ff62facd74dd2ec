/** A fenced block that is a program, and what the `text` block right behind it says that it prints. */
export interface Program {
  readonly language: 'ts' | 'sh';
  readonly line: number;
  /** Of a module that other programs of the page import: its first line is a comment with the name. */
  readonly name: string | undefined;
  readonly source: string;
  readonly output: string | undefined;
}

/** The `ts` and `sh` blocks of a page. Other languages (`console`, `text`) are not run. */
export function programsOf(page: string): Program[] {
  const blocks = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)];
  return blocks.flatMap((block, index) => {
    const [whole, language, source = ''] = block;
    if (language !== 'ts' && language !== 'sh') return [];
    const next = blocks[index + 1];
    const isOutput = next?.[1] === 'text' && page.slice(block.index + whole.length, next.index).trim() === '';
    const line = page.slice(0, block.index).split('\n').length;
    const name = /^\/\/ ([\w-]+\.ts)$/m.exec(source.split('\n', 1)[0] ?? '')?.[1];
    return [{ language, line, name, source, output: isOutput ? next[2] : undefined }];
  });
}

/** Whether AVA has to run it. */
export function isTestFile({ source }: Program): boolean {
  return source.includes("import test from 'ava';");
}
