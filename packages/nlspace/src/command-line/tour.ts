import { type ExitResult, run } from '@nlspace/transport-seccomp';
import { createNetlink } from '../create-netlink.js';

const INTRODUCTION =
  'This is ip(8) as your system has it. The network that it talks to lives in this Node process.';

const COMMANDS: readonly string[] = [
  'ip -br link',
  'ip link add left type veth peer name right',
  'ip link set left up',
  'ip link set right up',
  'ip address add 192.0.2.1/24 dev left',
  'ip -br address',
  'ip route add 198.51.100.0/24 via 192.0.2.254',
  'ip route add unreachable 203.0.113.0/24',
  'ip route',
  'ip route get 198.51.100.7',
  'ip route add 10.0.0.0/8 via 172.16.0.1',
  'ip link delete left',
  'ip route',
];

const CONCLUSION =
  'Nothing of it was ever in the kernel. Next: npm start -- ip -br address, or npm start -- sh for a shell in there.';

/** `nlspace tour`: real commands and what they show. */
export async function tourCommand(): Promise<ExitResult> {
  process.stdout.write(`${INTRODUCTION}\n\n`);
  // One of them fails on purpose.
  const script = COMMANDS.map((command) => `printf '$ %s\\n' '${command}'; ${command}`).join('\n');
  const result = await run(createNetlink(), ['/bin/sh', '-c', `exec 2>&1\n${script}`]);
  process.stdout.write(`\n${CONCLUSION}\n`);
  return result;
}
