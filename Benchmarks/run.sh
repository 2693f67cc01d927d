#!/bin/bash
# Builds for release and measures; BENCH=name for one figure or group, JSON=FILE for a list of all.
# BENCH_QUICK=1 takes small counts; BENCH_MILLION, BENCH_BULK_BYTES, BENCH_LARGE_BYTES, BENCH_LETTERS, BENCH_AUDIT_ENTRIES set single ones.
set -euo pipefail
cd "$(dirname "$0")/.."
swift build -c release --product guandu-bench --scratch-path .build-bench
# pyHanko, which signatures in PDF are measured beside.
case ${BENCH:-seal} in
  seal* | check*)
    pyhanko=pyHanko==0.38.0
    if [[ $(cat Benchmarks/.venv/installed 2>/dev/null) != "$pyhanko" ]]; then
      python3 -m venv --clear Benchmarks/.venv
      Benchmarks/.venv/bin/pip install --quiet --disable-pip-version-check "$pyhanko"
      echo "$pyhanko" >Benchmarks/.venv/installed
    fi
    ;;
esac
folder=${BENCH_DIR:-var/bench}
mkdir -p "$folder"
full=(--nncp-letters "${BENCH_LETTERS:-10000}" --nncp-bytes "${BENCH_BULK_BYTES:-$((4 << 30))}")
full+=(--million "${BENCH_MILLION:-1000000}" --latency-seconds 60 --large-bytes "${BENCH_LARGE_BYTES:-$((10 << 30))}")
full+=(--audit-entries "${BENCH_AUDIT_ENTRIES:-10000000}" --audit-appended 500000)
quick=(--nncp-letters "${BENCH_LETTERS:-500}" --nncp-bytes "${BENCH_BULK_BYTES:-$((256 << 20))}")
quick+=(--million "${BENCH_MILLION:-20000}" --latency-seconds 10 --letters 1000 --mebibytes 256 --rounds 1)
quick+=(--audit-entries "${BENCH_AUDIT_ENTRIES:-200000}" --audit-appended 20000)
counts=("${full[@]}")
if [[ -n ${BENCH_QUICK:-} ]]; then counts=("${quick[@]}"); fi
exec "$(swift build -c release --scratch-path .build-bench --show-bin-path)/guandu-bench" run \
  --folder "$(realpath "$folder")" --name "${BENCH:-}" --json "${JSON:-}" "${counts[@]}"
