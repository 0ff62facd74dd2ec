// What must be on the machine before a set-up can begin, each with what to do about it.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const OLDEST_NODE = [20, 19];

/** @returns a line for each thing that is missing. */
export function missingPrerequisites() {
  const missing = [];
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    missing.push(
      `Node ${OLDEST_NODE.join('.')} or later; this is ${process.versions.node} (https://nodejs.org)`,
    );
  }
  if (!isOnPath('npx')) missing.push('npx, which comes with npm; on Debian: apt-get install npm');
  if (process.platform === 'linux') {
    if (!isOnPath('make')) missing.push('make; on Debian: apt-get install make');
    const compiler = process.env.CC ?? 'cc';
    if (!isOnPath(compiler.split(' ')[0])) {
      missing.push(
        `a C compiler (${compiler}); on Debian: apt-get install gcc libc6-dev, or set CC to yours`,
      );
    }
  }
  return missing;
}

function isOnPath(command) {
  const folders = command.includes('/') ? [''] : (process.env.PATH ?? '').split(delimiter);
  return folders.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
