#!/bin/bash
# `npm run sanitize [CHECK…]`: the addon and the launcher, built with AddressSanitizer and UndefinedBehaviorSanitizer,
# under the checks of transport-seccomp/test/programs/probe.c (all, or those that are named), the sockets for packets under the tests of
# routing sockets (`packets`), and as root the sockets of the kernel, also under programs (`kernel`). Fails on any report.
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
  ((UID != 0)) || checks+=(kernel)
fi
runtime="$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libubsan.so)"
status=0
sanitized() {
  # What Node keeps until it exits is no leak of ours; the tests count what is left behind.
  LD_PRELOAD=$runtime ASAN_OPTIONS="detect_leaks=0:log_path=$work/address" \
    UBSAN_OPTIONS="print_stacktrace=1:log_path=$work/undefined" timeout 120 "$@" </dev/null 2>>"$work/said"
}
packets() {
  cd packages/nlspace
  sanitized ../../node_modules/.bin/ava dist/test/rtsock/serve-rtsock.test.js >>"$work/said"
}
kernel() {
  local ended=0 part base
  unshare -n sleep 600 &
  local keeper=$!
  until [[ $(readlink /proc/$keeper/ns/net) != $(readlink /proc/self/ns/net) ]]; do sleep 0.1; done
  sanitized node packages/transport-kernel/dist/test/support/stress-program.js /proc/$keeper/ns/net || ended=$?
  kill $keeper
  for part in port drop descriptor quoted peers overrun reading; do
    for base in 512 0; do
      sanitized node packages/nlspace/bin/nlspace.js run --to kernel --base $base -- env -u LD_PRELOAD \
        unshare -n /usr/bin/python3 packages/integration-tests/fixtures/kernel-caller.py $part ||
        { ended=$? && echo "$part failed with base $base"; }
    done
  done
  return $ended
}
for check in "${checks[@]}"; do
  if [[ $check == packets || $check == kernel ]]; then
    ($check >>"$work/said") || { echo "sanitize: $check failed" && status=1; }
    echo "sanitize: $check is done"
    continue
  fi
  for base in 512 0; do
    PROBE_BASE=$base sanitized node packages/transport-seccomp/dist/test/run-probe.js "$work/probe" "$check" ||
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
