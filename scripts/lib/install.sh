# What the project needs from the machine, and how to get it. Source after steps.sh.
# shellcheck shell=bash

# Debian 12 and newer, Ubuntu 22.04 and newer. One list, used by people, by scripts/test and by CI.
apt_build=(
  build-essential pkg-config cmake curl ca-certificates git file
  libwebkit2gtk-4.1-dev libayatana-appindicator3-dev librsvg2-dev libxdo-dev libssl-dev libdbus-1-dev libasound2-dev libopus-dev
)
# A private desktop, a driver for the window, virtual sound, and PostgreSQL for the second half of the storage tests.
apt_test=(
  xvfb xauth openbox dbus-x11 dbus-bin libglib2.0-bin gnome-keyring libsecret-tools dunst libnotify-bin xdotool wmctrl x11-utils
  imagemagick webkit2gtk-driver pulseaudio pulseaudio-utils libasound2-plugins alsa-utils
  gstreamer1.0-plugins-base gstreamer1.0-plugins-good chromium postgresql
)
# SIP software of others that scripts/interop calls and is called by.
apt_sip_peers=(baresip-core linphone-cli sip-tester kamailio)
# What scripts/bench measures with and beside, besides the above.
apt_bench_loss=(espeak-ng python3 python3-venv)
apt_bench_softphones=(baresip-core linphone-cli)
apt_bench_media=(rtpengine-daemon janus)
apt_bench_networks=(iproute2 nftables coturn)

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; return; fi
  have sudo || fail "packages are missing and there is no sudo; as root run: $*"
  sudo "$@"
}

apt_missing() { # package... -> those that are not installed
  local p
  for p in "$@"; do
    if [ "$(dpkg-query -W -f='${Status}' "$p" 2>/dev/null)" != "install ok installed" ]; then echo "$p"; fi
  done
}

install_apt() {
  local missing
  # Ubuntu's chromium package is a snap that cannot run in containers; Chrome or a Playwright build does as well there.
  if have google-chrome || have chromium-browser; then
    mapfile -t missing < <(apt_missing "$@" | grep -vx chromium || true)
  else
    mapfile -t missing < <(apt_missing "$@")
  fi
  if ((${#missing[@]} == 0)); then return; fi
  say "installing: ${missing[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

install_brew() {
  have brew || fail "Homebrew is needed: https://brew.sh"
  xcode-select -p >/dev/null 2>&1 || fail "Apple's command line tools are needed: xcode-select --install"
  local p
  for p in cmake pkg-config opus; do brew list "$p" >/dev/null 2>&1 || brew install "$p"; done
}

install_windows() {
  have winget || fail "winget is needed (App Installer in the Microsoft Store), and Git Bash to run this script"
  have cmake || winget install --exact --id Kitware.CMake --accept-source-agreements --accept-package-agreements
  have nasm || winget install --exact --id NASM.NASM --accept-source-agreements --accept-package-agreements
  have cl || say "note: the C++ build tools are needed: winget install Microsoft.VisualStudio.2022.BuildTools --override \"--add Microsoft.VisualStudio.Workload.VCTools\""
}

# system_packages build|test
system_packages() {
  case "$(uname -s)" in
    Linux)
      if ! have apt-get; then
        say "this is not Debian or Ubuntu: install by hand what corresponds to: ${apt_build[*]}"
        return
      fi
      install_apt "${apt_build[@]}"
      if [ "$1" = test ]; then install_apt "${apt_test[@]}"; fi
      ;;
    Darwin) install_brew ;;
    MINGW* | MSYS*) install_windows ;;
    *) fail "no installation steps are written for $(uname -s)" ;;
  esac
}

# version_at_least 1.95 1.95.0
version_at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n1)" = "$1" ]; }

rust_toolchain() {
  local want got
  want="$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$root/Cargo.toml" | head -n1)"
  if ! have cargo && [ -x "$HOME/.cargo/bin/cargo" ]; then export PATH="$HOME/.cargo/bin:$PATH"; fi
  if ! have cargo; then
    say "installing Rust with rustup"
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal --no-modify-path
    export PATH="$HOME/.cargo/bin:$PATH"
  fi
  got="$(rustc --version | awk '{print $2}')"
  version_at_least "$want" "$got" || fail "Rust $want or newer is needed, this is $got: rustup update stable"
  for part in fmt clippy; do
    cargo "$part" --version >/dev/null 2>&1 || rustup component add "${part/fmt/rustfmt}"
  done
}

node_runtime() {
  local want=20.19
  if have node && version_at_least "$want" "$(node --version | tr -d v)"; then return; fi
  case "$(uname -s)" in
    Darwin) brew install node ;;
    MINGW* | MSYS*) winget install --exact --id OpenJS.NodeJS.LTS --accept-source-agreements --accept-package-agreements ;;
    *)
      # Debian 12's own Node is older than what Vite takes.
      say "installing Node 22 from nodesource.com"
      curl -fsSL https://deb.nodesource.com/setup_22.x | as_root bash - >/dev/null
      as_root apt-get install -y -qq nodejs >/dev/null
      ;;
  esac
  have node && version_at_least "$want" "$(node --version | tr -d v)" || fail "Node $want or newer is needed: https://nodejs.org"
}

# node_modules DIR: as package-lock.json says, and only when it has changed since the last time.
node_modules() {
  local dir="$root/$1" stamp
  stamp="$dir/node_modules/.installed-from"
  if [ -f "$stamp" ] && cmp -s "$dir/package-lock.json" "$stamp"; then return; fi
  (cd "$dir" && npm ci --no-audit --no-fund --loglevel=error)
  cp "$dir/package-lock.json" "$stamp"
}
