#!/bin/bash
# `npm run sanitize [CHECK…]`: the addon and the launcher, built with AddressSanitizer and UndefinedBehaviorSanitizer,
# under the checks of transport-seccomp/test/programs/probe.c (all, or those that are named), and the sockets for packets under the
# tests of routing sockets (`packets`). Fails on any report.
# Needs gcc with its libasan and libubsan.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

node scripts/setup.mjs
native=packages/native
source=packages/transport-seccomp/test/programs/probe.c
work=$(mktemp -d)
plain=$work/plain
mv $native/build "$plain"
restore() {
  rm -rf $native/build
  mv "$plain" $native/build
  rm -rf "$work"
}
trap restore EXIT

# Statically linked, because the run-time that is loaded before Node must not be loaded into programs.
cc -std=gnu11 -O1 -pthread -static -o "$work/probe" $source
make -s -C $native CFLAGS='-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined'

if (($# > 0)); then checks=("$@"); else
  # Those that do not end, want a caller without privilege or the real kernel are not for this.
  mapfile -t checks < <(sed -n 's/^    {"\([a-z_]*\)", .*/\1/p' $source | grep -vx 'forever\|blocked\|privilege\|storm_on_kernel')
  checks+=(packets)
fi
runtime="$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libubsan.so)"
status=0
for check in "${checks[@]}"; do
  if [[ $check == packets ]]; then
    (cd packages/nlspace && LD_PRELOAD=$runtime ASAN_OPTIONS="detect_leaks=0:log_path=$work/address" \
      UBSAN_OPTIONS="print_stacktrace=1:log_path=$work/undefined" \
      timeout 120 ../../node_modules/.bin/ava dist/test/rtsock/serve-rtsock.test.js </dev/null >>"$work/said" 2>&1) ||
      { echo 'sanitize: packets failed' && status=1; }
    echo 'sanitize: packets is done'
    continue
  fi
  for base in 512 0; do
    # What Node keeps until it exits is no leak of ours; the tests count what is left behind.
    PROBE_BASE=$base LD_PRELOAD=$runtime ASAN_OPTIONS="detect_leaks=0:log_path=$work/address" \
      UBSAN_OPTIONS="print_stacktrace=1:log_path=$work/undefined" \
      timeout 120 node packages/transport-seccomp/dist/test/run-probe.js "$work/probe" "$check" </dev/null 2>>"$work/said" ||
      { echo "sanitize: $check with base $base ended with $?" && status=1; }
  done
  echo "sanitize: $check is done"
done
# Reports are in files of their own; those of the launcher about undefined behaviour are in what was said.
cat "$work/said"
if grep -q 'runtime error' "$work/said"; then status=1; fi
for report in "$work"/address.* "$work"/undefined.*; do
  [[ -e $report ]] || continue
  cat "$report"
  status=1
done
((status != 0)) || echo 'sanitize: nothing found'
exit $status
