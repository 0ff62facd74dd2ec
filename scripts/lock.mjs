// One set-up of a clone at a time.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

const POLL_MS = 200;

/** Runs `work` while no other process does so with the same `path`; waits for its turn. */
export function withLock(path, say, work) {
  let waiting = false;
  while (!take(path)) {
    if (!waiting) say('another set-up is running, waiting for it …');
    waiting = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS);
  }
  try {
    work();
  } finally {
    rmSync(path, { force: true });
  }
}

function take(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    // Left behind by a set-up that was killed: the next round takes it.
    if (!isAlive(path)) rmSync(path, { force: true });
    return false;
  }
}

function isAlive(path) {
  try {
    // An empty file is one that is being written.
    return process.kill(Number(readFileSync(path, 'utf8') || process.pid), 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
