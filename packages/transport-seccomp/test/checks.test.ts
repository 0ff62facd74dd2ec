import { conditionalTest, peerTest } from '@nlspace/transport-contract';
import test from 'ava';
import { buildProbes, notRoot, ORDINARY_USER, probe, probeAs, probeOnKernel } from './probe.js';
import { createTestDomain } from './test-family.js';

/** The checks of programs/probe.c that end by themselves, and whether they hold on any kernel too. */
const CHECKS: Readonly<Record<string, 'kernel' | 'test family'>> = {
  names: 'kernel',
  creation: 'kernel',
  options: 'kernel',
  ways: 'kernel',
  peeking: 'kernel',
  readiness: 'kernel',
  dumps: 'test family',
  waiting: 'kernel',
  announcements: 'test family',
  ancillary: 'kernel',
  overrun: 'test family',
  interruptions: 'kernel',
  threads: 'kernel',
  inheritance: 'kernel',
  duplicates: 'kernel',
  low_duplicates: 'kernel',
  passing: 'kernel',
  hostile: 'kernel',
  packet_filter: 'kernel',
  churn: 'kernel',
  crowd: 'kernel',
  requests: 'test family',
  storm: 'test family',
};

const probes = await buildProbes();
test.after.always(() => probes.remove());

for (const [name, where] of Object.entries(CHECKS)) {
  const checks = name.replace('_', ' ');
  peerTest(test, probes.missing, `${checks}: as programs use them`, async (t) => {
    t.is(await probe(createTestDomain(), [probes.dynamic, name]), '');
  });
  peerTest(test, probes.missing, `${checks}: with every descriptor trapped`, async (t) => {
    t.is(await probe(createTestDomain(), [probes.dynamic, name], { base: 0 }), '');
  });
  peerTest(test, probes.missing, `${checks}: in a statically linked program`, async (t) => {
    t.is(await probe(createTestDomain(), [probes.static, name]), '');
  });
  conditionalTest(test, probes.missing ?? notRoot, `${checks}: as an ordinary user`, async (t) => {
    t.is(await probeAs(ORDINARY_USER, [probes.dynamic, name]), '');
  });
  if (where === 'kernel')
    conditionalTest(test, probes.missing ?? notRoot, `${checks}: the real kernel agrees`, async (t) => {
      t.is(await probeOnKernel([probes.dynamic, name]), '');
    });
}

peerTest(test, probes.missing, 'a caller without CAP_NET_ADMIN is refused what needs it', async (t) => {
  t.is(await probe(createTestDomain(), [probes.dynamic, 'privilege'], { netAdmin: false }), '');
});

peerTest(test, probes.missing, 'who is privileged is decided by who calls', async (t) => {
  const callers: number[] = [];
  const netAdmin = ({ uid }: { uid: number }) => callers.push(uid) < 0;
  t.is(await probe(createTestDomain(), [probes.dynamic, 'privilege'], { netAdmin }), '');
  t.deepEqual(callers, [process.geteuid?.()]);
});

conditionalTest(
  test,
  probes.missing ?? notRoot,
  'storm: the real kernel answers each call once, whatever signals come',
  async (t) => {
    t.is(await probeOnKernel([probes.dynamic, 'storm_on_kernel']), '');
  },
);
