// Looks whether docs/freebsd-checklist.md has every test of FreeBSD's tests/sys/netlink, and whether the tests of ours that it
// names are there. `npm run check` runs it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './inputs.mjs';

const PAGE = 'docs/freebsd-checklist.md';

/** FreeBSD's tests, by file. */
const TESTS = {
  'netlink_socket.c': ['overflow', 'peek', 'sizes', 'membership'],
  'test_nl_core.py': ['test_socket_type', 'test_socket_type_unsup'],
  'test_netlink_message_writer.py': ['test_mbuf_writer_allocation', 'test_mbuf_chain_allocation'],
  'test_rtnl_gif.c': ['test_rtnl_gif'],
  'test_rtnl_gre.c': ['test_rtnl_gre'],
  'test_rtnl_iface.py': [
    'test_get_iface_byname_error',
    'test_get_iface_byindex_error',
    'test_create_iface_plain',
    'test_create_iface_plain_retvals',
    'test_create_iface_attrs',
    'test_modify_iface_attrs',
    'test_delete_iface',
    'test_dump_ifaces_many',
    'test_create_vlan_plain',
  ],
  'test_rtnl_ifaddr.py': [
    'IfaddrList.test_46_nofilter',
    'IfaddrList.test_46_filter_iface',
    'IfaddrList.test_46_filter_family_compat',
    'IfaddrList.test_4_broadcast',
    'IfaddrList.test_6_broadcast',
    'OpsBroadcast.test_add_4',
    'OpsBroadcast.test_add_6',
    'OpsBroadcast.test_add_4_carp',
    'OpsBroadcast.test_add_6_carp',
    'OpsBroadcast.test_add_6_lifetime',
    'OpsBroadcast.test_add_6_flags',
    'OpsBroadcast.test_add_4_empty_message',
    'OpsBroadcast.test_add_4_empty_ifindex',
    'OpsBroadcast.test_add_4_empty_addr',
    'OpsBroadcast.test_del',
    'OpsP2p.test_add_4',
    'OpsP2p.test_add_6',
    'OpsP2p.test_del',
    'AddIfaddrLo.test_add_4',
    'AddIfaddrLo.test_add_6',
    'AddIfaddrLo.test_del',
  ],
  'test_rtnl_neigh.py': ['test_6_filter_iface', 'test_4_filter_iface'],
  'test_rtnl_route.py': [
    'test_add_route6_ll_gw',
    'test_add_route6_ll_if_gw',
    'test_add_route4_ll_if_gw',
    'test_buffer_override',
  ],
  'test_rtnl_route.c': ['rtnl_nhgrp', 'rtnl_nhop_merge', 'rtnl_nhgrp_expire'],
  'test_snl.c': [
    'snl_verify_core_parsers',
    'snl_verify_route_parsers',
    'snl_parse_errmsg_capped',
    'snl_parse_errmsg_capped_extack',
    'snl_parse_errmsg_uncapped_extack',
    'snl_list_ifaces',
  ],
  'test_snl_generic.c': [
    'snl_verify_genl_parsers',
    'test_snl_get_genl_family_success',
    'test_snl_get_genl_family_failure',
    'test_snl_get_genl_family_groups',
  ],
};

/** An entry of the last column: a test of ours, or a reason behind a dash. */
const OURS = /^`(?<path>[^`]+)`: (?<title>.+)$/;
const REASON = /^– \S/;

const problems = [];
const rows = readFileSync(join(ROOT, PAGE), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (?:file |-)/.test(line))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

const found = rows.map(([file, test]) => `${file} ${test}`);
const expected = Object.entries(TESTS).flatMap(([file, tests]) => tests.map((test) => `${file} ${test}`));
for (const test of expected) if (!found.includes(test)) problems.push(`${test} is missing`);
for (const test of found) if (!expected.includes(test)) problems.push(`${test} is no test of FreeBSD`);
for (const test of new Set(found.filter((one, index) => found.indexOf(one) !== index)))
  problems.push(`${test} is there twice`);

for (const [file, test, checks, here] of rows) {
  if (!checks) problems.push(`${file} ${test} says not what it checks`);
  for (const entry of (here ?? '').split('<br>').map((part) => part.trim())) {
    if (REASON.test(entry)) continue;
    const { path, title } = OURS.exec(entry)?.groups ?? {};
    if (path === undefined) problems.push(`${file} ${test}: "${entry}" is neither a test nor a reason`);
    else if (!existsSync(join(ROOT, path))) problems.push(`${file} ${test}: there is no ${path}`);
    else if (!readFileSync(join(ROOT, path), 'utf8').includes(title))
      problems.push(`${file} ${test}: ${path} has no "${title}"`);
  }
}

for (const problem of problems) console.error(`${PAGE}: ${problem}`);
if (problems.length === 0)
  console.log(`${PAGE}: ${rows.length} tests, each with its counterpart or its reason`);
process.exitCode = problems.length === 0 ? 0 : 1;
