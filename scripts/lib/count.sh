# Runs test suites on to the end, adds up what their own summaries say, and prints one closing line. Source after steps.sh.
# shellcheck shell=bash

passed=0
failed=0
broken=()

node_packages() { node_modules ui; node_modules tests/e2e; node_modules tests/twilio-sdk; }

# Each reads a log and prints "PASSED FAILED".
vitest_count() { # "Tests  3 failed | 20 passed (23)"
  sed 's/\x1b\[[0-9;]*m//g' "$1" | awk '/^ *Tests / { for (i = 1; i < NF; i++) { if ($(i + 1) ~ /^passed/) p = $i; if ($(i + 1) ~ /^failed/) f = $i } } END { print p + 0, f + 0 }'
}
nextest_count() { # "Summary [ 9.1s] 120 tests run: 118 passed (2 slow), 1 failed, 1 timed out, 3 skipped"
  sed 's/\x1b\[[0-9;]*m//g' "$1" | awk '/Summary \[/ { run = pass = 0; for (i = 1; i < NF; i++) { if ($(i + 1) ~ /^tests?$/) run = $i; if ($(i + 1) ~ /^passed/) pass = $i } } END { print pass + 0, run - pass }'
}
cargo_test_count() { # "test result: ok. 12 passed; 0 failed; ..." for each program
  awk '/^test result:/ { p += $4; f += $6 } END { print p + 0, f + 0 }' "$1"
}
node_test_count() { # "# pass 6" and "# fail 0"
  awk '/^# pass / { p = $3 } /^# fail / { f = $3 } END { print p + 0, f + 0 }' "$1"
}
e2e_count() { # "12 passed, 0 failed"
  awk '/^[0-9]+ passed, [0-9]+ failed$/ { p = $1; f = $3 } END { print p + 0, f + 0 }' "$1"
}

# counted "Words" COUNTER command args...   A failed suite is remembered; the next ones still run.
counted() {
  local words="$1" counter="$2" at=$SECONDS rc=0 log p f
  shift 2
  log="$(mktemp)"
  say "$words ..."
  "$@" 2>&1 | tee "$log" || rc=$?
  read -r p f < <("$counter" "$log")
  rm -f "$log"
  # A suite that stopped before its summary has failed once, whatever it had counted.
  if ((rc != 0 && f == 0)); then f=1; fi
  if ((rc == 0 && p == 0)); then
    say "$words: no test was counted"
    f=$((f + 1))
  fi
  passed=$((passed + p))
  failed=$((failed + f))
  if ((f > 0)); then
    broken+=("$words")
    if [ -n "$steps_hint" ]; then say "  $steps_hint"; fi
  fi
  say "$words: $p passed, $f failed in $(as_time $((SECONDS - at)))"
  steps_hint=""
}

# A drive with real sound stands or falls with the computer it runs on: a part that fails is run once more, and says so.
# What is broken fails twice.
drive() { # desktop|browser part
  local run=(scripts/e2e "$1" --only "$2" --out "out/e2e/$1-$2")
  "${run[@]}" && return
  echo "$1 $2: failed, second try"
  "${run[@]}"
}

closing() {
  if ((${#broken[@]})); then say "failed: $(printf '%s; ' "${broken[@]}")"; fi
  say "all done"
  echo "$passed passed, $failed failed"
  ((failed == 0))
}

# Compiling cargo-deny takes minutes, so it is installed only where nobody waits for the answer.
deny() {
  if ! have cargo-deny; then
    if [ -z "${CI:-}" ]; then
      say "cargo-deny is not installed (cargo install cargo-deny --locked): left out, CI checks it"
      return
    fi
    # It runs for seconds, and optimising it takes minutes.
    cargo install --quiet --debug cargo-deny --locked
  fi
  cargo deny --log-level error check bans licenses sources
}
