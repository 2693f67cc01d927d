#!/bin/bash
# Runs the fuzz targets, one after the other. usage: [FUZZ_SECONDS=1200] [TARGET=name] Tests/Fuzz/run.sh [merge]
# What is new goes to .build-fuzz/work/, findings to .build-fuzz/findings/. `merge` takes what is worth keeping into corpus/.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=Tests/Fuzz
out=.build-fuzz
seconds=${FUZZ_SECONDS:-1200}

# The longest input of a target: what reaches its limits.
max_len() {
  case $1 in
    head) echo 110000 ;;
    age-header) echo 8192 ;;
    json) echo 8192 ;;
    *) echo 20000 ;;
  esac
}

"$here/build.sh"
rm -rf "$out/seeds"
python3 "$here/seeds.py" "$out/seeds"
mkdir -p "$out/findings"

# A crash would wait for the backtrace's symbols for minutes; hashes differ from run to run; freed memory that is kept for
# long counts as used.
export SWIFT_BACKTRACE=enable=no SWIFT_DETERMINISTIC_HASHING=1 ASAN_OPTIONS=quarantine_size_mb=16:detect_leaks=0
found=0
for program in "$out"/bin/${TARGET:-*}; do
  target=$(basename "$program")
  kept=$here/corpus/$target
  work=$out/work/$target
  mkdir -p "$kept" "$work" "$out/seeds/$target/own" "$out/seeds/$target/foreign"
  options=(-max_len="$(max_len "$target")" -timeout=5 -rss_limit_mb=512 -artifact_prefix="$out/findings/$target-")
  if [[ ${1:-} == merge ]]; then
    rm -rf "$out/merged"
    mkdir "$out/merged"
    "$program" "${options[@]}" -set_cover_merge=1 "$out/merged" "$kept" "$out/seeds/$target/own" "$work" 2>&1 | tail -n 1
    # The smallest are kept, 800 kB of them: the largest only reach limits, which seeds.py does too.
    find "$out/merged" -type f -printf '%s %p\n' | sort -n | awk '(sum += $1) > 800000 { print $2 }' | xargs -r rm
    rm -rf "$kept"
    mv "$out/merged" "$kept"
    continue
  fi
  echo "fuzz: $target for $seconds seconds"
  dictionary=$here/${target%%-*}.dict
  [[ -e $dictionary ]] || dictionary=$here/json.dict
  "$program" "${options[@]}" -dict="$dictionary" -max_total_time="$seconds" -print_final_stats=1 -verbosity=0 \
    "$work" "$kept" "$out/seeds/$target/own" "$out/seeds/$target/foreign" 2>&1 |
    { grep -vE '# Uses: |ecommended dictionary|files found in|NEW_FUNC' || true; } || found=1
done
if ((found)); then
  echo "fuzz: findings lie in $out/findings/; repeat one with $out/bin/TARGET FILE" >&2
  exit 1
fi
