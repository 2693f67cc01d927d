#!/bin/bash
# Called by `make lint`.
set -euo pipefail
cd "$(dirname "$0")/.."
folders=()
for folder in Sources Tests Benchmarks; do [[ -d $folder ]] && folders+=("$folder"); done
swift format lint --strict --parallel --recursive "${folders[@]}" Package.swift
python3 scripts/embed-pages.py --check
for script in scripts/*.sh .ci/run; do bash -n "$script"; done
echo "lint: nothing found"
