#!/bin/bash
# Starts the real daemons and does to them what a bad day does. Further arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)

requirements=$(sha256sum requirements.txt | cut -c 1-16)
if [[ $(cat .venv/installed 2>/dev/null) != "$requirements" ]]; then
  python3 -m venv --clear .venv
  .venv/bin/pip install --quiet --disable-pip-version-check -r requirements.txt
  echo "$requirements" >.venv/installed
fi
# Other binaries may be named, such as those of a release build.
GUANDU_BINARIES=${GUANDU_BINARIES:-$(cd "$root" && swift build --show-bin-path)}
export GUANDU_BINARIES GUANDU_ROOT=$root
.venv/bin/python -m pytest -q -p no:cacheprovider "$@" .
