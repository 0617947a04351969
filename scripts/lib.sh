# Shared by the scripts: where things are, and how they speak. Sourced, not run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export LC_ALL=C.UTF-8

# Debian 12 packages. Only scripts/setup installs them.
PACKAGES_BUILD=(
  ca-certificates ccache cmake g++ git ninja-build pkg-config
  libabsl-dev libcurl4-openssl-dev libglpk-dev libgrpc++-dev libmicrohttpd-dev libprotobuf-dev
  libsimdjson-dev libsqlite3-dev libssl-dev libyaml-cpp-dev
  prometheus-cpp-dev protobuf-compiler protobuf-compiler-grpc zlib1g-dev
)
PACKAGES_TEST=(libgmock-dev libgtest-dev python3-minimal python3-httpx python3-requests tzdata)
PACKAGES_BENCH=(python3-minimal libpython3-stdlib python3-scipy)
PACKAGES_GATES=(clang-format nodejs npm)

jobs=$(nproc)

say() { printf '%s\n' "$*"; }
die() { printf '%s\n' "$*" >&2; exit 1; }

# The packages of the arguments that are not installed.
missing_packages() {
  local package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"
  done
}

# need GROUP...: installs what is missing (--no-install: fails and names it).
need() {
  local packages=() group missing
  for group in "$@"; do
    local -n list="PACKAGES_${group^^}"
    packages+=("${list[@]}")
  done
  missing=$(missing_packages "${packages[@]}" | tr '\n' ' ')
  [ -n "$missing" ] || return 0
  [ "${EVENKEEL_NO_INSTALL:-0}" = 0 ] || die "missing packages: ${missing}; install them, or run without --no-install"
  scripts/setup "$@"
}

# configure PRESET, then build its targets; quiet unless something fails.
build() {
  local preset=$1 log
  shift
  mkdir -p "build/$preset"
  log="build/$preset/build.log"
  if [ ! -f "build/$preset/build.ninja" ]; then
    cmake --preset "$preset" >"$log" 2>&1 || { tail -30 "$log"; die "configuring $preset failed; the whole log: $log"; }
  fi
  if [ -t 1 ]; then
    NINJA_STATUS='  [%f/%t] ' ninja -C "build/$preset" -j "$jobs" "$@" >"$log" 2>&1 &
    local pid=$!
    while kill -0 "$pid" 2>/dev/null; do
      printf '\r%-70.70s' "$(grep -aoE '^ *\[[0-9]+/[0-9]+\]' "$log" | tail -1) $preset"
      sleep 1
    done
    printf '\r%-70s\r' ''
    wait "$pid" || { tail -40 "$log"; die "building $preset failed; the whole log: $log"; }
  else
    ninja -C "build/$preset" -j "$jobs" "$@" >"$log" 2>&1 ||
      { tail -40 "$log"; die "building $preset failed; the whole log: $log"; }
  fi
}
