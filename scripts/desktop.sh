#!/usr/bin/env bash
# Runs a command inside a private desktop that is thrown away: X server, session bus, window manager, notifications and
# an unlocked keychain. Nothing of the caller's home or desktop is touched, and only processes started here are ended.
# usage: scripts/desktop.sh COMMAND ARGS...
#   DESKTOP_DIR=DIR   keep its files and logs there     SCREEN=1280x900x24   size
#   NO_KEYRING=1      without a Secret Service          NO_NOTIFICATIONS=1   without a notification server
set -euo pipefail

wait_for() { # seconds, words, command...
  local tries=$(($1 * 20)) words="$2"
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ((--tries < 0)); then echo "desktop: $words did not come up; see $DESKTOP_DIR" >&2; exit 1; fi
    sleep 0.05
  done
}

if [ "${1:-}" != --inner ]; then
  made=
  if [ -z "${DESKTOP_DIR:-}" ]; then
    DESKTOP_DIR="$(mktemp -d "${TMPDIR:-/tmp}/desktop.XXXXXX")"
    made="$DESKTOP_DIR"
  fi
  # npm and cargo caches stay where they are; everything a desktop app writes goes to the private home.
  export CARGO_HOME="${CARGO_HOME:-$HOME/.cargo}" RUSTUP_HOME="${RUSTUP_HOME:-$HOME/.rustup}"
  export DESKTOP_DIR HOME="$DESKTOP_DIR/home" XDG_RUNTIME_DIR="$DESKTOP_DIR/run"
  export XDG_DATA_HOME="$HOME/.local/share" XDG_CONFIG_HOME="$HOME/.config" XDG_CACHE_HOME="$HOME/.cache"
  mkdir -p "$XDG_RUNTIME_DIR" "$XDG_DATA_HOME/applications" "$XDG_CONFIG_HOME" "$XDG_CACHE_HOME"
  chmod 700 "$XDG_RUNTIME_DIR"
  unset WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS
  Xvfb -displayfd 5 -screen 0 "${SCREEN:-1280x900x24}" -nolisten tcp 5>"$DESKTOP_DIR/display" 2>"$DESKTOP_DIR/xvfb.log" &
  xvfb=$!
  # shellcheck disable=SC2064 # the values of now are meant
  trap "kill $xvfb 2>/dev/null || true; [ -z '$made' ] || rm -rf '$made'" EXIT
  wait_for 15 "the X server" test -s "$DESKTOP_DIR/display"
  DISPLAY=":$(tr -d '\n' <"$DESKTOP_DIR/display")"
  # Software drawing on every machine, so that pictures are the same everywhere.
  export DISPLAY GDK_BACKEND=x11 LIBGL_ALWAYS_SOFTWARE=1 WEBKIT_DISABLE_DMABUF_RENDERER=1 NO_AT_BRIDGE=1
  rc=0
  dbus-run-session -- "$0" --inner "$@" || rc=$?
  exit "$rc"
fi
shift

pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true' EXIT
openbox --sm-disable >"$DESKTOP_DIR/openbox.log" 2>&1 &
pids+=($!)
if [ -z "${NO_NOTIFICATIONS:-}" ]; then
  dunst -conf "$(dirname "$0")/lib/dunstrc" >"$DESKTOP_DIR/dunst.log" 2>&1 &
  pids+=($!)
fi
if [ -z "${NO_KEYRING:-}" ]; then
  # One empty line makes and unlocks the login collection; no input at all leaves it locked behind a prompt.
  echo | gnome-keyring-daemon --foreground --unlock --components=secrets >"$DESKTOP_DIR/keyring.log" 2>&1 &
  pids+=($!)
  wait_for 15 "the keychain" sh -c 'dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets | grep -q "boolean true"'
fi
wait_for 15 "the window manager" xprop -root _NET_SUPPORTING_WM_CHECK
"$@"
