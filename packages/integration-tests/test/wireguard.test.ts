// The kernel which everything else is compared with has no WireGuard: `wg` and `wg-quick` run on nlspace alone. What is expected
// is what they print of Linux's answers.
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkMessage, type MessageSchema, NetlinkProtocol, readMessages, readRefusal } from '@nlspace/core';
import { WireguardCommand, wireguardMessage } from '@nlspace/family-wireguard';
import { arbitraryDamagedPayload, arbitraryPayload, openTestDomain } from '@nlspace/testkit';
import test from 'ava';
import fc from 'fast-check';
import { errnoOf, Network, NO_CAUSE, SocketOption } from 'nlspace';
import { conditionalTest, peerTest, providePrograms } from '../src/index.js';

const programs = await providePrograms(['WG', 'WG_QUICK']);
const directory = await mkdtemp(join(tmpdir(), 'nlspace-wireguard-'));
test.after.always(async () => {
  await programs.remove();
  await rm(directory, { recursive: true, force: true });
});
const missing = process.env['WG'] === undefined ? 'there is no wg' : undefined;
const NLSPACE = fileURLToPath(new URL('../../../nlspace/bin/nlspace.js', import.meta.url));

/** What a script prints on both its outputs, lines without white space at their ends. */
function printed(script: string, ...options: string[]): Promise<string[]> {
  return new Promise((resolve) => {
    const argv = [NLSPACE, 'run', ...options, '--', 'bash', '-c', `exec 2>&1\n${script}`];
    execFile(process.execPath, argv, { cwd: directory, maxBuffer: 1 << 24 }, (_error, stdout) => {
      const lines = stdout.split('\n').map((line) => line.trimEnd());
      resolve(lines.filter((line) => line !== ''));
    });
  });
}

/** 32 bytes that begin with a number, as `wg` writes them; valid as a private key, too. */
function key(number: number): string {
  const bytes = Buffer.alloc(32, 0x48);
  bytes.writeUInt32LE(number << 3);
  return bytes.toString('base64');
}

/** A public key that belongs to a private one, as `wg pubkey` works it out. */
const PRIVATE = key(1);

peerTest(test, missing, 'a WireGuard link is what ip says of one', async (t) => {
  const lines = await printed(`
    ip link add wg0 type wireguard
    ip link add type wireguard
    ip -d link show wg0 | sed 's/ addrgenmode.*//'
    ip link set wg0 up
    ip addr add 10.0.0.1/24 dev wg0
    ip addr show wg0
    ip -o link show type wireguard | cut -d: -f2
    ip link set wg0 mtu 2147483553
    ip link del wg0
    wg show interfaces`);
  t.deepEqual(lines, [
    '2: wg0: <POINTOPOINT,NOARP> mtu 1420 qdisc noop state DOWN mode DEFAULT group default qlen 1000',
    '    link/none  promiscuity 0  allmulti 0 minmtu 0 maxmtu 2147483552',
    '    wireguard',
    '2: wg0: <POINTOPOINT,NOARP,UP,LOWER_UP> mtu 1420 qdisc noqueue state UNKNOWN group default qlen 1000',
    '    link/none',
    '    inet 10.0.0.1/24 scope global wg0',
    '       valid_lft forever preferred_lft forever',
    ' wg0',
    ' wireguard0',
    'Error: mtu greater than device maximum.',
    'wireguard0',
  ]);
});

peerTest(test, missing, 'wg sets and shows, and an allowed IP moves', async (t) => {
  const [a, b, secret] = [key(2), key(3), key(4)];
  const lines = await printed(`
    ip link add wg0 type wireguard
    wg
    wg set wg0 private-key <(echo ${PRIVATE}) listen-port 51820 fwmark 0x42 \
      peer ${a} allowed-ips 10.0.0.0/24,fd00::/64 endpoint 192.0.2.1:5000 persistent-keepalive 25 \
      peer ${b} preshared-key <(echo ${secret}) allowed-ips 10.0.0.0/24,0.0.0.0/0 endpoint '[2001:db8::1]:51820'
    test "$(wg show wg0 public-key)" = "$(echo ${PRIVATE} | wg pubkey)" && echo 'its public key'
    wg show | grep -v 'public key'
    for what in private-key listen-port fwmark peers preshared-keys endpoints allowed-ips latest-handshakes transfer persistent-keepalive; do
      echo "$what:"; wg show wg0 $what; done
    wg show all dump | cut -f 1,2,4-
    wg set wg0 peer ${a} remove peer ${b} persistent-keepalive off allowed-ips '' peer ${key(9)} remove
    wg set wg0 fwmark 0 private-key /dev/null peer ${b} preshared-key /dev/null
    wg show wg0 dump
    wg showconf wg0`);
  t.deepEqual(lines, [
    'interface: wg0',
    'its public key',
    'interface: wg0',
    '  private key: (hidden)',
    '  listening port: 51820',
    '  fwmark: 0x42',
    `peer: ${a}`,
    '  endpoint: 192.0.2.1:5000',
    '  allowed ips: fd00::/64',
    '  persistent keepalive: every 25 seconds',
    `peer: ${b}`,
    '  preshared key: (hidden)',
    '  endpoint: [2001:db8::1]:51820',
    '  allowed ips: 10.0.0.0/24, 0.0.0.0/0',
    'private-key:',
    PRIVATE,
    'listen-port:',
    '51820',
    'fwmark:',
    '0x42',
    'peers:',
    a,
    b,
    'preshared-keys:',
    `${a}\t(none)`,
    `${b}\t${secret}`,
    'endpoints:',
    `${a}\t192.0.2.1:5000`,
    `${b}\t[2001:db8::1]:51820`,
    'allowed-ips:',
    `${a}\tfd00::/64`,
    `${b}\t10.0.0.0/24 0.0.0.0/0`,
    'latest-handshakes:',
    `${a}\t0`,
    `${b}\t0`,
    'transfer:',
    `${a}\t0\t0`,
    `${b}\t0\t0`,
    'persistent-keepalive:',
    `${a}\t25`,
    `${b}\toff`,
    `wg0\t${PRIVATE}\t51820\t0x42`,
    `wg0\t${a}\t192.0.2.1:5000\tfd00::/64\t0\t0\t0\t25`,
    `wg0\t${b}\t[2001:db8::1]:51820\t10.0.0.0/24,0.0.0.0/0\t0\t0\t0\toff`,
    '(none)\t(none)\t51820\toff',
    `${b}\t(none)\t[2001:db8::1]:51820\t(none)\t0\t0\t0\toff`,
    '[Interface]',
    'ListenPort = 51820',
    '[Peer]',
    `PublicKey = ${b}`,
    'Endpoint = [2001:db8::1]:51820',
  ]);
});

/** As `wg showconf` writes it: peers with and without everything that they can have. */
function configuration(peers: number): string {
  const lines = ['[Interface]', 'ListenPort = 51820', 'FwMark = 0x1', `PrivateKey = ${PRIVATE}`, ''];
  for (let index = 0; index < peers; index++) {
    const number = index + 10;
    lines.push('[Peer]', `PublicKey = ${key(number)}`);
    if (index % 3 === 0) lines.push(`PresharedKey = ${key(number + 5000)}`);
    if (index % 7 !== 6)
      lines.push(`AllowedIPs = 10.${number >> 8}.${number & 255}.0/24, fd00:${number.toString(16)}::/64`);
    if (index % 2 === 0) lines.push(`Endpoint = 192.0.2.${(index % 250) + 1}:${1000 + index}`);
    else if (index % 5 === 0) lines.push(`Endpoint = [2001:db8::${(index + 1).toString(16)}]:51820`);
    if (index % 4 === 0) lines.push('PersistentKeepalive = 25');
    lines.push('');
  }
  return `${lines.slice(0, -1).join('\n')}\n`;
}

peerTest(test, missing, 'what 2,000 peers are set to is what is shown, by each way to set it', async (t) => {
  const file = join(directory, 'many.conf');
  await writeFile(file, configuration(2000));
  await writeFile(join(directory, 'fewer.conf'), configuration(300));
  const lines = await printed(`
    ip link add wg0 type wireguard
    ip link add wg1 type wireguard
    same() { wg showconf $1 | cmp - many.conf && echo "$2"; }
    wg setconf wg0 many.conf && same wg0 setconf
    wg showconf wg0 > shown.conf
    wg setconf wg1 shown.conf && same wg1 'setconf of showconf'
    wg addconf wg1 many.conf && same wg1 addconf
    wg syncconf wg1 fewer.conf && wg showconf wg1 | cmp - fewer.conf && echo 'syncconf of fewer'
    wg syncconf wg1 many.conf && same wg1 'syncconf of all'
    wg show wg1 dump | wc -l`);
  t.deepEqual(lines, [
    'setconf',
    'setconf of showconf',
    'addconf',
    'syncconf of fewer',
    'syncconf of all',
    '2001',
  ]);
});

peerTest(test, missing, 'a peer with 5,000 allowed IPs is set and shown whole', async (t) => {
  const prefixes = Array.from({ length: 5000 }, (_, n) => `10.${n >> 8}.${n & 255}.0/24`).join(', ');
  const peers = `[Peer]\nPublicKey = ${key(2)}\nAllowedIPs = ${prefixes}\n\n[Peer]\nPublicKey = ${key(3)}\n`;
  await writeFile(join(directory, 'wide.conf'), `[Interface]\n\n${peers}`);
  const lines = await printed(`
    ip link add wg0 type wireguard
    wg setconf wg0 wide.conf
    wg showconf wg0 | cmp - wide.conf && echo same`);
  t.deepEqual(lines, ['same']);
});

peerTest(test, missing, 'what cannot be is refused with the words of wg', async (t) => {
  const lines = await printed(`
    ip link add wg0 type wireguard
    ip link add wg1 type wireguard
    wg set lo listen-port 1
    wg show lo
    wg set nosuch listen-port 1
    wg show nosuch
    wg set wg0 listen-port 4000; ip link set wg0 up
    wg set wg1 listen-port 4000; ip link set wg1 up
    ip -br link show wg1
    wg set wg1 listen-port 0; ip link set wg1 up
    wg set wg1 listen-port 4000`);
  t.deepEqual(lines, [
    'Unable to modify interface: Operation not supported',
    'Unable to access interface: Operation not supported',
    'Unable to modify interface: No such device',
    'Unable to access interface: No such device',
    'RTNETLINK answers: Address already in use',
    'wg1              DOWN           <POINTOPOINT,NOARP>',
    'Unable to modify interface: Address already in use',
  ]);
});

peerTest(test, missing, 'who may not change anything may not look at WireGuard either', async (t) => {
  t.deepEqual(await printed('ip link add wg0 type wireguard; wg show lo', '--no-admin'), [
    'RTNETLINK answers: Operation not permitted',
    'Unable to access interface: Operation not permitted',
  ]);
});

test('genl finds the family and its policy', async (t) => {
  const lines = await printed(`
    genl ctrl get name wireguard
    genl ctrl policy name wireguard | sed 's/.*ID: 0x[0-9a-f]*  //'`);
  t.like(lines, {
    0: 'Name: wireguard',
    2: '\tcommands supported:',
    3: '\t\t#1:  ID-0x0',
    4: '\t\t#2:  ID-0x1',
  });
  t.regex(lines[1] ?? '', /^\tID: 0x[0-9a-f]+ {2}Version: 0x1 {2}header size: 0 {2}max attribs: 8$/);
  t.deepEqual(lines.slice(5), [
    'op 0 policies: dump=0',
    'op 1 policies: do=0',
    'policy[0]:attr[1]: type=U32 range:[0,4294967295]',
    'policy[0]:attr[2]: type=NUL_STRING max len:15',
    'policy[0]:attr[3]: type=BINARY min len:32 max len:32',
    'policy[0]:attr[4]: type=BINARY min len:32 max len:32',
    'policy[0]:attr[5]: type=U32',
    'policy[0]:attr[6]: type=U16 range:[0,65535]',
    'policy[0]:attr[7]: type=U32 range:[0,4294967295]',
    'policy[0]:attr[8]: type=NESTED',
  ]);
});

const notRoot = process.getuid?.() === 0 ? undefined : 'needs root';

conditionalTest(test, missing ?? notRoot, 'a device is where its link is', async (t) => {
  const lines = await printed(`
    ip netns add apart-$$; trap "ip netns del apart-$$" EXIT
    ip link add wg0 type wireguard
    wg set wg0 listen-port 7
    ip link set wg0 netns apart-$$
    wg show wg0
    ip netns exec apart-$$ wg show wg0 listen-port
    ip -n apart-$$ link add wg1 type wireguard
    ip netns exec apart-$$ wg show interfaces
    wg show interfaces`);
  t.deepEqual(lines, ['Unable to access interface: No such device', '7', 'wg0 wg1']);
});

conditionalTest(
  test,
  process.env['WG_QUICK'] === undefined ? 'there is no wg-quick' : notRoot,
  'wg-quick brings a device up, saves it and takes it down',
  async (t) => {
    const file = join(directory, 'quick0.conf');
    const interfaceLines = `PrivateKey = ${PRIVATE}\nListenPort = 51820\nAddress = 10.9.0.1/24, fd09::1/64\n`;
    const peer = `PublicKey = ${key(2)}\nAllowedIPs = 10.9.0.0/24, 10.10.0.0/16\nEndpoint = 192.0.2.1:51820\n`;
    await writeFile(file, `[Interface]\n${interfaceLines}[Peer]\n${peer}`);
    await chmod(file, 0o600);
    const lines = await printed(`
      wg-quick up ${file} 2>/dev/null
      ip -br addr show quick0
      ip route
      wg-quick save ${file} 2>/dev/null
      wg-quick down ${file} 2>/dev/null
      ip -br link`);
    t.deepEqual(lines, [
      'quick0           UNKNOWN        10.9.0.1/24 fd09::1/64',
      '10.9.0.0/24 dev quick0 proto kernel scope link src 10.9.0.1',
      '10.10.0.0/16 dev quick0 scope link',
      'lo               DOWN           00:00:00:00:00:00 <LOOPBACK>',
    ]);
    const saved = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
    t.deepEqual(saved, [
      '[Interface]',
      'Address = 10.9.0.1/24',
      'Address = fd09::1/64',
      'ListenPort = 51820',
      `PrivateKey = ${PRIVATE}`,
      '[Peer]',
      `PublicKey = ${key(2)}`,
      'AllowedIPs = 10.9.0.0/24, 10.10.0.0/16',
      'Endpoint = 192.0.2.1:51820',
    ]);
  },
);

test('whatever is sent to the family gets one answer, and a refusal says what the policy says', async (t) => {
  const network = new Network();
  const { domain, defects } = openTestDomain({ network });
  network.links.create('wireguard', { name: 'wg0' }, undefined, NO_CAUSE);
  const families = domain.describe().protocols.flatMap((protocol) => protocol.families);
  const family = families.find(({ name }) => name === 'wireguard')?.number ?? 0;
  const socket = await domain.open({ protocol: NetlinkProtocol.Generic });
  await socket.setOption(SocketOption.ExtendedAck, 1);
  await socket.setOption(SocketOption.CapAck, 1);
  const schema = wireguardMessage as unknown as MessageSchema;
  const named = Uint8Array.of(8, 0, 2, 0, 0x77, 0x67, 0x30, 0);
  const outcomes = new Set<number>();
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(arbitraryPayload(schema), arbitraryDamagedPayload(schema)),
      fc.boolean(),
      fc.constantFrom(WireguardCommand.SetDevice, WireguardCommand.GetDevice),
      fc.nat(0xffff_ffff),
      async (payload, isNamed, command, sequence) => {
        // What comes of itself hardly ever names a device.
        const attributes = isNamed ? Uint8Array.of(...named, ...payload) : payload;
        const datagram = new Uint8Array(20 + attributes.length);
        const view = new DataView(datagram.buffer);
        view.setUint32(0, datagram.length, true);
        view.setUint16(4, family, true);
        view.setUint16(6, command === WireguardCommand.GetDevice ? 0x301 : 5, true);
        view.setUint32(8, sequence, true);
        view.setUint8(16, command);
        datagram.set(attributes, 20);
        await socket.send(datagram);
        const ends = [];
        for (let next = socket.receive(); next !== undefined; next = socket.receive())
          for (const message of readMessages(next.bytes))
            if (message.header.type === 2 || message.header.type === 3) ends.push(message);
        t.is(ends.length, 1);
        const [end] = ends;
        if (end === undefined) return;
        t.is(end.header.sequence, sequence);
        const failed = checkMessage(schema, attributes, true);
        const { errno, text, details } = readRefusal(end, '');
        outcomes.add(errnoOf(end));
        if (failed === undefined) {
          // Nobody says more about a device that is not there, or a peer that cannot be.
          t.is(text, undefined);
          return;
        }
        t.is(errno, failed.failure.errno);
        t.is(text, failed.failure.text);
        t.is(details.offset, failed.offset === undefined ? undefined : failed.offset + 20);
      },
    ),
    { numRuns: 2000, endOnFailure: true, seed: Number(process.env['NLSPACE_HOSTILE_SEED'] ?? 1) },
  );
  // Done, EINVAL, ENODEV, ERANGE, EBADR: each was met.
  for (const errno of [0, 22, 19, 34, 53]) t.true(outcomes.has(errno), `${errno}`);
  t.deepEqual(defects, []);
});
