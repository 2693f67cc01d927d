#!/bin/bash
# Everything: unit tests, scenarios with the real daemons, browser tests, a scenario on release binaries. Called by
# `make test`.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/packages.sh test
log=$(mktemp)
release_log=$(mktemp)
release=
# Ends what runs beside, where a phase fails.
clean() {
  [[ -z $release ]] || kill "$release" 2>/dev/null || true
  rm -f "$log" "$release_log"
}
trap clean EXIT

began=$SECONDS
phase() { # NAME COMMAND...
  local name=$1 start=$SECONDS
  shift
  "$@"
  echo "phase: $name took $((SECONDS - start)) s, $((SECONDS - began)) s in all"
}

build() {
  swift build --build-tests --explicit-target-dependency-import-check error 2>&1 | tee "$log"
  # -warnings-as-errors would apply to the dependencies too, so our own warnings are looked for here.
  if grep -E "^$PWD/(Sources|Tests|Benchmarks)/.*: warning:" "$log"; then
    echo "make test: the warnings above are errors here" >&2
    exit 1
  fi
}

# Every product as it ships. It runs beside the tests, which wait for much, at the lowest priority.
# All in one go: a build of one product removes the programs of the others.
build_release() { nice -n 19 swift build -c release --scratch-path .build-release; }

await_release() {
  wait "$release" || {
    cat "$release_log" >&2
    echo "make test: the release build failed" >&2
    exit 1
  }
  release=
}

# Freed memory is overwritten, so that a program which goes on using it crashes.
release_scenario() {
  GUANDU_BINARIES=$(swift build -c release --scratch-path .build-release --show-bin-path) MALLOC_PERTURB_=222 \
    Tests/Scenarios/run.sh -k "${RELEASE_SCENARIOS:-by_hand or forgetting or hostile_door}"
}

# A crash in a test would otherwise wait for the backtrace's symbols for minutes.
export SWIFT_BACKTRACE=enable=no
phase build build
build_release >"$release_log" 2>&1 &
release=$!
phase tests swift test --skip-build
SCHEDULES=200 SEED=$((RANDOM * 1000)) SIMULATION=$(swift build --show-bin-path)/guandu-simulation \
  phase simulation Tests/Simulation/run.sh
for patch in Tests/Simulation/planted/*.patch; do git apply --check "$patch"; done
FUZZ_SECONDS=10 phase fuzz Tests/Fuzz/run.sh
phase scenarios Tests/Scenarios/run.sh
phase browser Tests/Browser/run.sh
phase "release build" await_release
phase "release scenario" release_scenario
