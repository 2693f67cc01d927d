#!/bin/bash
# Called by `make lint`.
set -euo pipefail
cd "$(dirname "$0")/.."
folders=()
for folder in Sources Tests Benchmarks; do [[ -d $folder ]] && folders+=("$folder"); done
swift format lint --strict --parallel --recursive "${folders[@]}" Package.swift
python3 -c 'import ensurepip' 2>/dev/null || scripts/packages.sh test
python3 scripts/embed-pages.py --check
tinycss2=tinycss2==1.5.1
if [[ $(cat scripts/.venv/installed 2>/dev/null) != "$tinycss2" ]]; then
  python3 -m venv --clear scripts/.venv
  scripts/.venv/bin/pip install --quiet --disable-pip-version-check "$tinycss2"
  echo "$tinycss2" >scripts/.venv/installed
fi
scripts/.venv/bin/python scripts/check-pages.py
python3 scripts/check-events.py
python3 scripts/check-translations.py
for script in scripts/*.sh .ci/run; do bash -n "$script"; done
echo "lint: nothing found"
