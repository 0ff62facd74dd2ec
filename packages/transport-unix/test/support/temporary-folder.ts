import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestFn } from 'ava';

/** A folder for the test file, which is gone afterwards. Others may look into it. */
export function temporaryFolder(test: TestFn): string {
  const folder = mkdtempSync(join(tmpdir(), 'nlspace-test-'));
  test.after.always(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
