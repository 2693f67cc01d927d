#!/bin/bash
# What takes hours: long fuzzing, random seeds, planted mistakes, long chains, scenarios again and again beside load.
# usage: scripts/soak.sh [fuzz|seeds|flows|planted|scenarios]... Called by `make soak`.
# FUZZ_SECONDS for each fuzz target, SCHEDULES of the simulation, WALKS through flows, ROUNDS of the scenarios and browser tests.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/packages.sh test
export SWIFT_BACKTRACE=enable=no

fuzz() { Tests/Fuzz/run.sh; }

# A schedule that fails is named with its seed: `guandu-simulation --schedules 1 --seed SEED` repeats it.
seeds() {
  local seed=${SEED:-$((RANDOM * 32768 + RANDOM))}
  echo "soak: SCHEDULES=${SCHEDULES:-100000} SEED=$seed make simulate repeats this run"
  SEED=$seed Tests/Simulation/run.sh
}

# Random ways through flows; what fails names its seed, which SEED=… WALKS=1 repeats.
flows() {
  local seed=${SEED:-$((RANDOM * 32768 + RANDOM))}
  echo "soak: WALKS=${WALKS:-50000} SEED=$seed scripts/soak.sh flows repeats this run"
  scripts/release.sh --build-tests
  SEED=$seed WALKS=${WALKS:-50000} swift test -c release --scratch-path .build-release -Xswiftc -enable-testing \
    --skip-build --filter FlowWalks
}

planted() { Tests/Simulation/planted.sh; }

scenarios() {
  scripts/release.sh
  GUANDU_BINARIES=$(scripts/release.sh --show-bin-path)
  export GUANDU_BINARIES MALLOC_PERTURB_=222 GUANDU_SOAK=1
  local round
  browser=
  for ((round = 1; round <= ${ROUNDS:-10}; round++)); do
    echo "soak: round $round"
    set -m
    Tests/Browser/run.sh &
    browser=$!
    set +m
    trap 'kill -- -"$browser" 2>/dev/null || true' EXIT
    Tests/Scenarios/run.sh -n 4 --dist worksteal
    wait "$browser"
    trap - EXIT
  done
}

parts=("$@")
((${#parts[@]})) || parts=(fuzz seeds flows planted scenarios)
for part in "${parts[@]}"; do
  case $part in
    fuzz | seeds | flows | planted | scenarios) "$part" ;;
    *)
      echo "usage: $0 [fuzz|seeds|flows|planted|scenarios]..." >&2
      exit 64
      ;;
  esac
  echo "soak: $part passed"
done
