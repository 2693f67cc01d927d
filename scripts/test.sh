#!/bin/bash
# Everything: unit tests, scenarios with the real daemons, browser tests. Called by `make test`.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/packages.sh test
log=$(mktemp)
trap 'rm -f "$log"' EXIT

swift build --build-tests --explicit-target-dependency-import-check error 2>&1 | tee "$log"
# -warnings-as-errors would apply to the dependencies too, so our own warnings are looked for here.
if grep -E "^$PWD/(Sources|Tests|Benchmarks)/.*: warning:" "$log"; then
  echo "make test: the warnings above are errors here" >&2
  exit 1
fi
# A crash in a test would otherwise wait for the backtrace's symbols for minutes.
export SWIFT_BACKTRACE=enable=no
swift test --skip-build
SCHEDULES=200 SEED=$((RANDOM * 1000)) SIMULATION=$(swift build --show-bin-path)/guandu-simulation Tests/Simulation/run.sh
for patch in Tests/Simulation/planted/*.patch; do git apply --check "$patch"; done
FUZZ_SECONDS=10 Tests/Fuzz/run.sh
Tests/Scenarios/run.sh
Tests/Browser/run.sh
