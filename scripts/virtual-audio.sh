#!/usr/bin/env bash
# Sound devices for machines without any: a private PulseAudio with three null sinks, reached through ALSA as the app
# does. Works as root. Only the daemon started here is ended.
# usage: scripts/virtual-audio.sh run COMMAND ARGS...   the devices live as long as the command
#        scripts/virtual-audio.sh start DIR             prints the environment to use, as `export` lines
#        scripts/virtual-audio.sh stop DIR
# (norewinds: an idle null sink otherwise plays two seconds at a time, and a stream that begins is not asked for samples
# meanwhile, as no real device does.)
# Devices: the app speaks to sink "vspk" (listen at vspk.monitor), rings on sink "ringer" (ringer.monitor), and hears
# source "vmic_src", which carries what is played into sink "vmic".
set -euo pipefail

start() { # dir
  local dir="$1" tries=200
  mkdir -p "$dir/run" "$dir/home"
  chmod 700 "$dir/run"
  cat >"$dir/devices.pa" <<PA
load-module module-native-protocol-unix socket=$dir/native auth-anonymous=1
load-module module-null-sink sink_name=vspk rate=48000 channels=2 format=s16le norewinds=1 sink_properties=device.description=VirtualSpeaker
load-module module-null-sink sink_name=ringer rate=48000 channels=2 format=s16le norewinds=1 sink_properties=device.description=VirtualRinger
load-module module-null-sink sink_name=vmic rate=48000 channels=2 format=s16le norewinds=1 sink_properties=device.description=VirtualMicrophoneFeed
load-module module-remap-source master=vmic.monitor source_name=vmic_src source_properties=device.description=VirtualMicrophone
set-default-sink vspk
set-default-source vmic_src
PA
  local server="unix:$dir/native"
  cat >"$dir/asound.conf" <<ALSA
pcm.!default { type pulse server "$server" hint { show on description "Virtual headset" } }
ctl.!default { type pulse server "$server" }
pcm.headset { type pulse server "$server" device "vspk" hint { show on description "Virtual headset" } }
pcm.microphone { type pulse server "$server" device "vmic_src" hint { show on description "Virtual microphone" } }
pcm.broken { type pulse server "$server" device "not_there" hint { show on description "Broken headset" } }
pcm.ringer { type pulse server "$server" device "ringer" hint { show on description "Virtual ringer" } }
ALSA
  # A group of its own for the daemon: an interrupt at the keyboard reaches the tests first.
  XDG_RUNTIME_DIR="$dir/run" HOME="$dir/home" setsid nice -n "${SOUND_NICE:--11}" pulseaudio -n -F "$dir/devices.pa" \
    --daemonize=no --exit-idle-time=-1 --use-pid-file=no --disallow-exit --realtime=no --log-target=file:"$dir/pulse.log" \
    >/dev/null 2>"$dir/pulse.err" </dev/null &
  echo $! >"$dir/pid"
  until PULSE_SERVER="$server" pactl info >/dev/null 2>&1; do
    if ((--tries < 0)) || ! kill -0 "$(cat "$dir/pid")" 2>/dev/null; then
      echo "virtual-audio: PulseAudio did not start; see $dir/pulse.log" >&2
      exit 1
    fi
    sleep 0.05
  done
}

environment() { # dir
  echo "export PULSE_SERVER=unix:$1/native"
  echo "export ALSA_CONFIG_PATH=/usr/share/alsa/alsa.conf:$1/asound.conf"
  echo "export VIRTUAL_AUDIO_DIR=$1"
}

stop() { # dir
  if [ -f "$1/pid" ]; then kill "$(cat "$1/pid")" 2>/dev/null || true; fi
  rm -f "$1/native" "$1/pid"
}

case "${1:-}" in
  run)
    shift
    dir="$(mktemp -d "${TMPDIR:-/tmp}/sound.XXXXXX")"
    trap 'stop "$dir"; rm -rf "$dir"' EXIT
    start "$dir"
    eval "$(environment "$dir")"
    "$@"
    ;;
  start) start "${2:?directory}" && environment "$2" ;;
  stop) stop "${2:?directory}" ;;
  *) sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
