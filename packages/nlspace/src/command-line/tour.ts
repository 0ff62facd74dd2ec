import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ClientSocket, NetlinkProtocol } from '@nlspace/core';
import { ROUTE_CATALOG, ROUTE_GROUPS, RouteMessageType } from '@nlspace/family-route';
import { type ExitResult, LaunchError, run } from '@nlspace/transport-seccomp';
import { createNetlink } from '../create-netlink.js';
import { ROUTE_TEXTS } from '../vocabulary/route-texts.js';

interface Tour {
  /** Looked for in the search path. */
  readonly program: string;
  readonly introduction: string;
  readonly commands: readonly string[];
}

const TOURS: readonly Tour[] = [
  {
    program: 'ip',
    introduction:
      'This is ip(8) as your system has it. The network that it talks to lives in this Node process.',
    commands: [
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
    ],
  },
  {
    program: 'busybox',
    introduction:
      'There is no ip(8) here, so this is that of busybox, which can do less: install iproute2 for the whole tour.',
    commands: [
      'busybox ip link',
      'busybox ip link set lo up',
      'busybox ip address add 192.0.2.1/24 dev lo',
      'busybox ip address',
      'busybox ip route add blackhole 203.0.113.0/24',
      'busybox ip route',
      'busybox ip route add 10.0.0.0/8 via 172.16.0.1',
    ],
  },
];

const CONCLUSION = `Nothing of it was ever in the kernel. In your own program:

  import { createNetlink, run } from 'nlspace';

  const netlink = createNetlink();
  await run(netlink, ['ip', 'link', 'set', 'lo', 'up']);
  await run(netlink, ['ip', 'address']);

Next: npm start -- ip -br address, or npm start -- sh for a shell in there.
`;

/** `nlspace tour`: real commands, what they show, and what a subscriber in this process sees of it. */
export async function tourCommand(): Promise<ExitResult> {
  const tour = TOURS.find(({ program }) => isInstalled(program));
  if (tour === undefined) {
    throw new LaunchError(
      'the tour needs ip(8): install iproute2 (apt install iproute2, apk add iproute2, dnf install iproute)',
      127,
    );
  }
  process.stdout.write(`${tour.introduction}\n\n`);
  const netlink = createNetlink();
  const client = await ClientSocket.open(netlink, {
    protocol: NetlinkProtocol.Route,
    catalog: ROUTE_CATALOG,
  });
  const seen: string[] = [];
  const watching = watchRoutes(client, seen);
  // One of the commands fails on purpose.
  const script = tour.commands.map((command) => `printf '$ %s\\n' '${command}'; ${command}`).join('\n');
  const { signal } = await run(netlink, ['/bin/sh', '-c', `exec 2>&1\n${script}`]);
  client.close();
  await watching;
  process.stdout.write(
    `\nMeanwhile a subscriber in this process was told:\n\n${seen.map((line) => `  ${line}\n`).join('')}\n`,
  );
  process.stdout.write(CONCLUSION);
  return { exitCode: signal === undefined ? 0 : undefined, signal };
}

async function watchRoutes(client: ClientSocket, seen: string[]): Promise<void> {
  const text = ROUTE_TEXTS['ipAddress'] as (bytes: Uint8Array) => string;
  const table = ROUTE_TEXTS['rtmsg.table'] as (table: number) => string;
  for await (const { messageType, header, attributes } of await client.subscribe([ROUTE_GROUPS.ipv4Route])) {
    const verb = messageType === RouteMessageType.NewRoute ? 'new' : 'gone';
    const { destination = new Uint8Array(4) } = attributes as { destination?: Uint8Array };
    seen.push(
      `${verb}: ${text(destination)}/${header['destinationLength']} in table ${table(header['table'])}`,
    );
  }
}

function isInstalled(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
