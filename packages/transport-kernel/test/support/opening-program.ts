import { kernel } from '../../src/index.js';

/** Opens a socket in a namespace; then what the second argument says. */
const [, , namespace = '', how = ''] = process.argv;
const netlink = kernel({ namespace, keepsAlive: how !== 'unreferenced' });
const socket = await netlink.open({ protocol: 0 });
await socket.bind({ portId: 0, groups: 1 << 6 });
process.stdout.write('opened\n');
if (how === 'leave') process.exit(0);
if (how === 'close') socket.close();
if (how === 'wait') {
  socket.onReadable = () => {
    process.stdout.write('heard\n');
    socket.close();
  };
}
