#!/bin/bash
# Plants each mistake in a copy of the sources and lets the simulation find it within 1,000 schedules.
# Called by `make simulate-planted`. Exit status 1 where one is not found.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
scratch=${PLANTED_DIR:-$root/.build-planted}
missed=0
mkdir -p "$scratch/source"
for patch in "$root"/Tests/Simulation/planted/*.patch; do
  name=$(basename "$patch" .patch)
  # Copied with their times, so that only what differs is built again.
  tar -C "$root" --exclude=./.build* --exclude=./.git --exclude=./var -cf - . | tar -C "$scratch/source" -xf -
  patch -s -p1 -d "$scratch/source" <"$patch"
  swift build --package-path "$scratch/source" --scratch-path "$scratch/build" -c release --product guandu-simulation \
    >"$scratch/build.log" 2>&1 || { tail -20 "$scratch/build.log" >&2; exit 1; }
  if result=$("$scratch/build/release/guandu-simulation" --schedules 1000); then
    echo "$name: NOT FOUND in 1000 schedules"
    missed=1
  else
    echo "$name: found: $(head -2 <<<"$result" | tr '\n' ' ')"
  fi
done
exit $missed
