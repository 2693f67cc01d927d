#!/bin/bash
# Everything but what takes hours (`make soak`): unit tests, the simulation, and, on release programs, scenarios with the
# real daemons and browser tests. Called by `make test`.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/packages.sh test
log=$(mktemp)
release_log=$(mktemp)
browser_log=$(mktemp)
release=
browser=
# Ends what runs beside, where a phase fails.
clean() {
  local process
  for process in $release; do kill "$process" 2>/dev/null || true; done
  # A process group of its own, with Chromium and daemons.
  [[ -z $browser ]] || kill -- -"$browser" 2>/dev/null || true
  rm -f "$log" "$release_log" "$browser_log"
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
on_release() {
  GUANDU_BINARIES=$(swift build -c release --scratch-path .build-release --show-bin-path) MALLOC_PERTURB_=222 "$@"
}
scenarios() { on_release Tests/Scenarios/run.sh -n "${SCENARIO_WORKERS:-3}" --dist worksteal; }
browser() { on_release Tests/Browser/run.sh; }

simulation() {
  SCHEDULES=200 SEED=${SEED:-1} SIMULATION=$(swift build --show-bin-path)/guandu-simulation Tests/Simulation/run.sh
  for patch in Tests/Simulation/planted/*.patch; do git apply --check "$patch"; done
}

# A crash in a test would otherwise wait for the backtrace's symbols for minutes.
export SWIFT_BACKTRACE=enable=no
phase build build
build_release >"$release_log" 2>&1 &
release=$!
phase tests swift test --skip-build
phase simulation simulation
phase "the rest of the release build" await_release
# Both wait for much, so they run beside each other.
set -m
browser >"$browser_log" 2>&1 &
browser=$!
set +m
phase scenarios scenarios
phase "the rest of the browser tests" await_browser
