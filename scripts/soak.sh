#!/bin/bash
# What takes hours: long fuzzing, random seeds, planted mistakes, long chains, scenarios again and again beside load.
# usage: scripts/soak.sh [fuzz|seeds|planted|scenarios]... Called by `make soak`.
# FUZZ_SECONDS for each fuzz target, SCHEDULES of the simulation, ROUNDS of the scenarios and browser tests.
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
((${#parts[@]})) || parts=(fuzz seeds planted scenarios)
for part in "${parts[@]}"; do
  case $part in
    fuzz | seeds | planted | scenarios) "$part" ;;
    *)
      echo "usage: $0 [fuzz|seeds|planted|scenarios]..." >&2
      exit 64
      ;;
  esac
  echo "soak: $part passed"
done
