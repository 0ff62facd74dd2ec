import { readYnl, writeModule, YnlError } from '@nlspace/family-generic';
import { SpecificationError, YnlFile } from './ynl-file.js';

/** A TypeScript module with the family of a specification, to be written, and a client. */
export async function importYnl(path: string): Promise<string> {
  const file = await YnlFile.read(path);
  try {
    return writeModule(readYnl(file.data), { license: file.license });
  } catch (error) {
    if (error instanceof YnlError) throw file.located(error);
    throw error instanceof Error && error.constructor === Error
      ? new SpecificationError(`${path}: ${error.message}`, { cause: error })
      : error;
  }
}
