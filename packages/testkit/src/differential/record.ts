import { notificationLines } from './notification-text.js';
import type { Answer } from './scenario.js';

/** The kinds of entries, as player.c numbers them. */
enum Entry {
  Output,
  Errors,
  Status,
  Notification,
  Lost,
}

const HEAD_BYTES = 12;

/** What the player has written about each of the commands. */
export function readRecord(record: Uint8Array, commands: readonly string[]): Answer[] {
  const answers = commands.map((command) => ({
    command,
    stdout: '',
    stderr: '',
    status: -1,
    notifications: [] as string[],
  }));
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  for (let offset = 0; offset < record.length; ) {
    const answer = answers[view.getUint32(offset, true)];
    const kind: Entry = view.getUint32(offset + 4, true);
    const end = offset + HEAD_BYTES + view.getUint32(offset + 8, true);
    const content = record.subarray(offset + HEAD_BYTES, end);
    offset = end;
    if (answer === undefined) continue;
    const value = new DataView(content.buffer, content.byteOffset, content.byteLength);
    if (kind === Entry.Output) answer.stdout = text(content);
    else if (kind === Entry.Errors) answer.stderr = text(content);
    else if (kind === Entry.Status) answer.status = value.getInt32(0, true);
    else if (kind === Entry.Lost) answer.notifications.push('notifications were lost');
    else answer.notifications.push(...notificationLines(value.getUint32(0, true), content.subarray(4)));
  }
  return answers;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}
