import { type AttributeSet, attr, type Class, defineAttributes, defineMessage } from '@nlspace/core';
import { doOperation, dumpOperation, genericFamily, type PlainOperation } from 'nlspace';

/** What a command has: the policy of its do and of its dump, if it has them. */
interface CommandDeclaration {
  readonly do?: AttributeSet | 'reject all' | 'none';
  readonly dump?: AttributeSet | 'reject all' | 'none';
  readonly privilege?: 'admin' | 'uns-admin';
}

function messageOf(policy: AttributeSet | 'reject all' | 'none') {
  return typeof policy === 'string' ? defineMessage({}) : defineMessage({ attributes: policy });
}

/** Nothing is behind these operations: they are only talked about. */
function operationsOf(
  commands: Readonly<Record<number, CommandDeclaration>>,
): Record<string, PlainOperation> {
  const operations: Record<string, PlainOperation> = {};
  for (const [key, { do: single, dump, privilege }] of Object.entries(commands)) {
    const options = (policy: unknown) => ({
      ...(policy === 'none' ? { validation: 'liberal' as const } : {}),
      ...(privilege === undefined ? {} : { privilege }),
    });
    const number = Number(key);
    if (single !== undefined)
      operations[`do${key}`] = doOperation(number, messageOf(single), options(single), () => {});
    if (dump !== undefined)
      operations[`dump${key}`] = dumpOperation(number, messageOf(dump), options(dump), () => []);
  }
  return operations;
}

function set(shape: Parameters<typeof defineAttributes>[1]): AttributeSet {
  return defineAttributes('set', shape) as AttributeSet;
}

const index = { min: 1 };
const queueType = attr.u32(3, { max: 1 });

const netdev = genericFamily({
  name: 'netdev',
  groups: ['mgmt', 'page-pool'],
  operations: operationsOf({
    1: { do: set({ index: attr.u32(1, index) }), dump: 'reject all' },
    5: { do: set({ id: attr.uint(1, { min: 1n, max: 0xffff_ffffn }) }), dump: 'reject all' },
    10: {
      do: set({ id: attr.u32(1), index: attr.u32(2, index), type: queueType }),
      dump: set({ index: attr.u32(2, index) }),
    },
    11: { do: set({ id: attr.u32(2) }), dump: set({ index: attr.u32(1, index) }) },
    12: { dump: set({ index: attr.u32(1, index), scope: attr.uint(4, { mask: 1n }) }) },
    13: {
      do: set({
        index: attr.u32(1, index),
        queues: attr.nested(2, set({ id: attr.u32(1), type: queueType })),
        descriptor: attr.u32(3),
      }),
      privilege: 'admin',
    },
    14: {
      do: set({
        id: attr.u32(2),
        deferral: attr.u32(5, { max: 0x7fff_ffff }),
        flushTimeout: attr.uint(6),
        suspendTimeout: attr.uint(7),
        threaded: attr.u32(8, { max: 1 }),
      }),
      privilege: 'admin',
    },
    15: { do: set({ index: attr.u32(1, index), descriptor: attr.u32(3) }) },
  }),
});

const mptcpAddress = set({
  family: attr.u16(1),
  id: attr.u8(2),
  address4: attr.unsupported(3),
  address6: attr.bytes(4, { length: 16 }),
  port: attr.u16(5),
  flags: attr.u32(6),
  index: attr.s32(7),
});
const local = attr.nested(1, mptcpAddress);
const token = attr.u32(4);
const remote = attr.nested(6, mptcpAddress);
const limits = () => set({ additions: attr.u32(2), subflows: attr.u32(3) });

const mptcp = genericFamily({
  name: 'mptcp_pm',
  groups: ['mptcp_pm_cmds', 'mptcp_pm_events'],
  operations: operationsOf({
    1: { do: set({ local }), privilege: 'uns-admin' },
    2: { do: set({ local }), privilege: 'uns-admin' },
    3: both(set({ local, token })),
    4: { do: set({ local }), privilege: 'uns-admin' },
    5: { do: limits(), privilege: 'uns-admin' },
    6: { do: limits() },
    7: { do: set({ local, token, remote }), privilege: 'uns-admin' },
    8: { do: set({ local, token }), privilege: 'uns-admin' },
    9: { do: set({ token, id: attr.u8(5) }), privilege: 'uns-admin' },
    10: { do: set({ local, token, remote }), privilege: 'uns-admin' },
    11: { do: set({ local, token, remote }), privilege: 'uns-admin' },
  }),
});

function both(policy: AttributeSet): CommandDeclaration {
  return { do: policy, dump: policy };
}

const taskstats = genericFamily({
  name: 'TASKSTATS',
  operations: operationsOf({
    1: {
      do: set({ pid: attr.u32(1), tgid: attr.u32(2), register: attr.string(3), deregister: attr.string(4) }),
      privilege: 'admin',
    },
    4: { do: set({ descriptor: attr.u32(1) }) },
  }),
});

const tcpMetricsAttributes = set({
  address4: attr.u32(1),
  address6: attr.bytes(2, { length: 16 }),
  source4: attr.u32(11),
  source6: attr.bytes(12, { length: 16 }),
  padding: attr.unsupported(13),
});

const tcpMetrics = genericFamily({
  name: 'tcp_metrics',
  attributes: tcpMetricsAttributes,
  operations: operationsOf({
    1: { do: tcpMetricsAttributes, dump: 'none' },
    2: { do: tcpMetricsAttributes, privilege: 'admin' },
  }),
});

/** Declarations of Linux 6.18, of which nlctrl has to say what the kernel's says. */
export const KERNEL_FAMILIES: Readonly<Record<string, Class>> = {
  netdev,
  mptcp_pm: mptcp,
  TASKSTATS: taskstats,
  tcp_metrics: tcpMetrics,
};
