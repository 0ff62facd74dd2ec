import { readFileSync } from 'node:fs';

/** What `ps` shows; undefined when the process is gone. */
export function nameOfProcess(processId: number): string | undefined {
  try {
    return readFileSync(`/proc/${processId}/comm`, 'utf8').trimEnd();
  } catch {
    return undefined;
  }
}
