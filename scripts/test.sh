#!/bin/bash
# Everything but what takes hours (`make soak`), on release programs: unit tests, the simulation, scenarios with the real
# daemons, browser tests. Called by `make test`.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/packages.sh test
log=$(mktemp)
browser_log=$(mktemp)
browser=
# Ends what runs beside, where a phase fails.
clean() {
  # A process group of its own, with Chromium and daemons.
  [[ -z $browser ]] || kill -- -"$browser" 2>/dev/null || true
  rm -f "$log" "$browser_log"
}
trap clean EXIT

began=$SECONDS
phase() { # NAME COMMAND...
  local name=$1 start=$SECONDS
  shift
  "$@"
  echo "phase: $name took $((SECONDS - start)) s, $((SECONDS - began)) s in all"
}

# One build, as it ships, serves the tests and the scenarios (decision 0050).
build() {
  scripts/release.sh --build-tests --explicit-target-dependency-import-check error 2>&1 | tee "$log"
  # -warnings-as-errors would apply to the dependencies too, so our own warnings are looked for here.
  if grep -E "^$PWD/(Sources|Tests|Benchmarks)/.*: warning:" "$log"; then
    echo "make test: the warnings above are errors here" >&2
    exit 1
  fi
  binaries=$(scripts/release.sh --show-bin-path)
}

tests() { swift test -c release --scratch-path .build-release -Xswiftc -enable-testing --skip-build; }

await_browser() {
  local status=0
  wait "$browser" || status=$?
  browser=
  cat "$browser_log"
  ((status == 0)) || {
    echo "make test: the browser tests failed" >&2
    exit 1
  }
}

# What ships is what is run. Freed memory is overwritten, so that a program which goes on using it crashes.
on_release() { GUANDU_BINARIES=$binaries MALLOC_PERTURB_=222 "$@"; }
scenarios() { on_release Tests/Scenarios/run.sh -n "${SCENARIO_WORKERS:-3}" --dist worksteal; }
browser() { on_release Tests/Browser/run.sh; }

simulation() {
  SCHEDULES=200 SEED=${SEED:-1} SIMULATION=$binaries/guandu-simulation Tests/Simulation/run.sh
  for patch in Tests/Simulation/planted/*.patch; do git apply --check "$patch"; done
}

# A crash in a test would otherwise wait for the backtrace's symbols for minutes.
export SWIFT_BACKTRACE=enable=no
phase build build
phase tests tests
phase simulation simulation
# Both wait for much, so they run beside each other.
set -m
browser >"$browser_log" 2>&1 &
browser=$!
set +m
phase scenarios scenarios
phase "the rest of the browser tests" await_browser
