#!/bin/bash
# Runs schedules on as many cores as there are. SCHEDULES in all, from SEED on.
set -euo pipefail
cd "$(dirname "$0")/../.."
schedules=${SCHEDULES:-100000}
seed=${SEED:-1}
binary=${SIMULATION:-}
if [[ -z $binary ]]; then
  swift build -c release --product guandu-simulation --scratch-path .build-bench
  binary=$(swift build -c release --scratch-path .build-bench --show-bin-path)/guandu-simulation
fi
cores=$(nproc)
share=$(((schedules + cores - 1) / cores))
processes=()
for ((core = 0; core < cores; core++)); do
  "$binary" --schedules "$share" --seed $((seed + core * share)) &
  processes+=($!)
done
status=0
for process in "${processes[@]}"; do wait "$process" || status=1; done
exit $status
