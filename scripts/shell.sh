#!/bin/bash
# A shell in which `guandu` is the program that `make run` built. Called by `make shell`.
set -euo pipefail
cd "$(dirname "$0")/.."
# The newer of the two.
for binaries in $(ls -td "$PWD"/.build-release/release/guandu "$PWD"/.build/debug/guandu 2>/dev/null); do
  binaries=$(dirname "$binaries")
  echo "guandu is $binaries/guandu; exit leaves this shell"
  PATH=$binaries:$PATH exec "${SHELL:-/bin/bash}"
done
echo "make shell: nothing is built yet; make run builds" >&2
exit 1
