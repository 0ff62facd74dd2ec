import { readdir } from 'node:fs/promises';

const FOLDERS = ['docs/', 'packages/'];

/** Every page of the workspace that people read, relative to it. */
export async function pagesBelow(workspace: string): Promise<string[]> {
  const pages = await readdir(workspace).then((names) => names.filter((name) => name.endsWith('.md')));
  for (const folder of FOLDERS) pages.push(...(await pagesIn(workspace, folder)));
  return pages.sort();
}

async function pagesIn(workspace: string, folder: string): Promise<string[]> {
  const entries = await readdir(`${workspace}/${folder}`, { withFileTypes: true });
  const pages = await Promise.all(
    entries.map(async (entry) => {
      if (entry.name.endsWith('.md')) return [folder + entry.name];
      const isOurs = entry.isDirectory() && entry.name !== 'node_modules' && entry.name !== 'dist';
      return isOurs ? pagesIn(workspace, `${folder}${entry.name}/`) : [];
    }),
  );
  return pages.flat();
}
