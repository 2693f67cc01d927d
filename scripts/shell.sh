#!/bin/bash
# A shell in which `guandu` is the program that `make run` built. Called by `make shell`.
set -euo pipefail
cd "$(dirname "$0")/.."
for binaries in "$PWD/.build-release/release" "$PWD/.build/debug"; do
  [[ -x $binaries/guandu ]] || continue
  echo "guandu is $binaries/guandu; exit leaves this shell"
  PATH=$binaries:$PATH exec "${SHELL:-/bin/bash}"
done
echo "make shell: nothing is built yet; make run builds" >&2
exit 1
