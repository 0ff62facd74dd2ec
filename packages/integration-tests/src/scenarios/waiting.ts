/**
 * A command that is over when `condition`, a shell command, succeeds. One that never does ends it with a text that is
 * different each time, so that two worlds that both wait in vain do not agree.
 */
export function eventually(condition: string): string {
  return `wait=0; until { ${condition}; } >/dev/null 2>&1; do wait=$((wait + 1)); [ $wait -lt 120 ] || { echo "never, at $(date +%s.%N)"; exit 1; }; sleep 0.05; done`;
}
