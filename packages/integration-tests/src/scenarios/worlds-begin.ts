/** Two veth ends with fixed MAC addresses, down. No link-local addresses: those are a subject of their own. */
export const PAIR = [
  'ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02',
  'ip link set dev v0 addrgenmode none',
  'ip link set dev v1 addrgenmode none',
] as const;

/** The pair, both ends up. */
export const PAIR_UP = [...PAIR, 'ip link set dev v0 up', 'ip link set dev v1 up'] as const;

/** The pair, up, v0 with 10.0.0.1/24 and 2001:db8::1/64. */
export const CONNECTED = [...PAIR_UP, 'ip addr add 10.0.0.1/24 dev v0', 'ip -6 addr add 2001:db8::1/64 dev v0 nodad'] as const;

/** A second pair, up, w0 with 10.1.0.1/24 and 2001:db8:1::1/64: for routes that move between devices. */
export const TWO_NETWORKS = [
  ...CONNECTED,
  'ip link add w0 address 02:00:00:00:00:03 type veth peer name w1 address 02:00:00:00:00:04',
  'ip link set dev w0 addrgenmode none',
  'ip link set dev w1 addrgenmode none',
  'ip link set dev w0 up',
  'ip link set dev w1 up',
  'ip addr add 10.1.0.1/24 dev w0',
  'ip -6 addr add 2001:db8:1::1/64 dev w0 nodad',
] as const;
