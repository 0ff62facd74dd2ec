import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createNetlink, listen } from 'nlspace';

/** What a daemon says of itself when it is asked. */
export interface DaemonMeasure {
  readonly heapBytes: number;
  readonly descriptors: number;
  readonly sockets: number;
  /** Requests that it has served since it began. */
  readonly requests: number;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const netlink = createNetlink();
const listener = await listen(netlink, process.argv[2] ?? '');
let finishedRequests = 0;
netlink.events.on('socket-closed', ({ counters }) => {
  finishedRequests += counters.requests;
});

process.on('message', () => {
  const sockets = netlink.describe().protocols.flatMap((protocol) => protocol.sockets);
  collectGarbage();
  const measure: DaemonMeasure = {
    heapBytes: process.memoryUsage().heapUsed,
    descriptors: readdirSync('/proc/self/fd').length,
    sockets: sockets.length,
    requests: sockets.reduce((sum, { requests }) => sum + requests, finishedRequests),
  };
  process.send?.(measure);
});
process.on('disconnect', () => void listener.close());
process.send?.(listener.address);
