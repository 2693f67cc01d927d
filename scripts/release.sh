#!/bin/bash
# Builds all programs for release, under .build-release. Further arguments go to `swift build`: `--build-tests` builds the
# tests too, `--show-bin-path` prints where the programs are. All in one go: a build of one product removes the others.
set -euo pipefail
cd "$(dirname "$0")/.."
# The same flags everywhere, so that what ships is what the tests have run, and nothing is built twice.
exec swift build -c release --scratch-path .build-release -Xswiftc -enable-testing "$@"
