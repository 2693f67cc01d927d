#!/bin/bash
# Builds for release and measures; BENCH=name for one figure or group, JSON=FILE for a list of all.
set -euo pipefail
cd "$(dirname "$0")/.."
swift build -c release --product guandu-bench --scratch-path .build-bench
folder=${BENCH_DIR:-var/bench}
mkdir -p "$folder"
exec "$(swift build -c release --scratch-path .build-bench --show-bin-path)/guandu-bench" run --folder "$(realpath "$folder")" \
  --name "${BENCH:-}" --json "${JSON:-}"
