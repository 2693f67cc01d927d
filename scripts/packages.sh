#!/bin/bash
# Installs the Debian packages that are missing. usage: scripts/packages.sh run|test|bench
# This is the one list of what Guandu needs from Debian 12, beside git, make and Swift.
set -euo pipefail

run_packages=(
  binutils ca-certificates curl fonts-noto-cjk libc6-dev libcairo2-dev libcurl4-openssl-dev libgcc-12-dev
  libpango1.0-dev libsodium-dev libsqlite3-dev libssl-dev libstdc++-12-dev libxml2-dev openssl pkg-config tzdata
  zlib1g-dev
)
test_packages=(
  "${run_packages[@]}" age chromium golang-go golang-golang-x-mod-dev libengine-pkcs11-openssl libxml2-utils
  opensc openssh-client openssh-server poppler-utils python3 python3-cryptography python3-venv softhsm2 unzip
)

# With the programs that figures are measured beside.
bench_packages=("${test_packages[@]}" nncp)

case "${1:-}" in
  run) wanted=("${run_packages[@]}") ;;
  test) wanted=("${test_packages[@]}") ;;
  bench) wanted=("${bench_packages[@]}") ;;
  *)
    echo "usage: $0 run|test|bench" >&2
    exit 64
    ;;
esac

missing=()
for package in "${wanted[@]}"; do
  status=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
  [[ $status == "install ok installed" ]] || missing+=("$package")
done
if ((${#missing[@]} == 0)); then exit 0; fi

install="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
echo "Debian packages missing: ${missing[*]}"
if ((EUID == 0)); then
  as_root=(env DEBIAN_FRONTEND=noninteractive bash -c "$install")
elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; then
  as_root=(sudo env DEBIAN_FRONTEND=noninteractive bash -c "$install")
else
  as_root=(false)
fi
if ! "${as_root[@]}"; then
  echo "They could not be installed. Run this as root, then try again:" >&2
  echo "  $install" >&2
  exit 1
fi
