# Steps with a line of progress, their time, and a hint when one fails. Source this file; it defines $root.
# shellcheck shell=bash

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
steps_began=$SECONDS
steps_hint=""

# Whole minutes and seconds: 75 -> 1m15s.
as_time() { local s=$1; if ((s < 60)); then echo "${s}s"; else printf '%dm%02ds\n' $((s / 60)) $((s % 60)); fi; }

say() { printf '[%6s] %s\n' "$(as_time $((SECONDS - steps_began)))" "$*"; }

# What to do if the next step fails.
hint() { steps_hint="$*"; }

fail() {
  say "FAILED: $*" >&2
  if [ -n "$steps_hint" ]; then say "  $steps_hint" >&2; fi
  exit 1
}

# step "Words" command args...   Stops the script when the command fails.
step() {
  local words="$1" at=$SECONDS rc=0
  shift
  say "$words ..."
  # The command runs in a set -e subshell: after `||` bash would ignore failures inside a function.
  set +e
  (set -e; "$@")
  rc=$?
  set -e
  if ((rc != 0)); then fail "$words (exit code $rc after $(as_time $((SECONDS - at))))"; fi
  say "$words: done in $(as_time $((SECONDS - at)))"
  steps_hint=""
}

have() { command -v "$1" >/dev/null 2>&1; }

# A path from the root, without asking whether it is there (realpath -m is not to be had everywhere).
absolute() { case "$1" in /*) echo "$1" ;; *) echo "$PWD/$1" ;; esac; }
