#!/bin/bash
# Makes a Debian machine ready: installs the packages of scripts/packages.txt that are missing and configures
# build/release. Does nothing where that is done. Other systems: install their equivalents and run cmake by hand.
#   scripts/setup.sh
set -euo pipefail
cd "$(dirname "$0")/.."

missing_packages() {
  local wanted
  mapfile -t wanted < <(sed 's/#.*//' scripts/packages.txt | awk 'NF {print $1}')
  comm -23 <(printf '%s\n' "${wanted[@]}" | sort) \
    <(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' "${wanted[@]}" 2>/dev/null | awk '$1 == "ii" {print $2}' | sort -u)
}

install_packages() {
  local as_root=()
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "setup: these packages are missing, and installing them needs root or sudo:" >&2
      echo "  apt-get install $*" >&2
      exit 1
    fi
    as_root=(sudo)
  fi
  echo "setup: installing $*"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
  mapfile -t missing < <(missing_packages)
  [ "${#missing[@]}" = 0 ] || install_packages "${missing[@]}"
else
  echo "setup: not a Debian system; taking the libraries of scripts/packages.txt as installed" >&2
fi

if [ ! -f build/release/build.ninja ]; then
  echo "setup: configuring build/release"
  if ! cmake --preset release >build.log 2>&1; then
    cat build.log >&2
    rm -f build.log
    exit 1
  fi
  rm -f build.log
fi
