#!/bin/bash
# Installs the named packages of .ci/packages.txt that are missing, on Debian as root.
#   .ci/install.sh clang-format codespell
set -euo pipefail
missing=()
for package in "$@"; do
  grep -q "^$package " "$(dirname "$0")/packages.txt" || { echo "install: $package is not in packages.txt" >&2; exit 1; }
  dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing+=("$package")
done
[ "${#missing[@]}" = 0 ] && exit 0
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
