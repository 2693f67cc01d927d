#!/bin/bash
# Builds the fuzz targets into .build-fuzz/. usage: Tests/Fuzz/build.sh
# The rooms' own sources are compiled again with the fuzzer's and the address sanitizer's instruments; of Zones, the names
# alone are needed, so that no dependency is.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=Tests/Fuzz
out=.build-fuzz
mkdir -p "$out/modules" "$out/bin"

flags=(
  -D FUZZER -swift-version 6 -O -g -enable-testing -parse-as-library -sanitize=fuzzer,address -I "$out/modules"
  -I Sources/Base/CSodium -I Sources/Base/COpenSSL -I Sources/Base/CZlib
  -enable-upcoming-feature ExistentialAny -enable-upcoming-feature InternalImportsByDefault
  -enable-upcoming-feature MemberImportVisibility
)

# Compiles a room's files into one object and a module beside it; nothing is done where nothing has changed.
room() {
  local name=$1 object=$out/$1.o
  shift
  objects+=("$object")
  if is_fresh "$object" "$@" "${objects[@]}"; then return; fi
  swiftc "${flags[@]}" -wmo -module-name "$name" -emit-module -emit-module-path "$out/modules/$name.swiftmodule" \
    -emit-object -o "$object" "$@"
}

# Whether `$1` is newer than all that follow.
is_fresh() {
  local made=$1 source
  shift
  [[ -e $made && $made -nt $here/build.sh ]] || return 1
  for source in "$@"; do [[ $source -nt $made ]] && return 1; done
  return 0
}

objects=()
cryptography=()
for file in Sources/Base/Cryptography/*.swift; do [[ $file == */Process.swift ]] || cryptography+=("$file"); done
room Zones Sources/Base/Zones/Names.swift
room Cryptography "${cryptography[@]}"
room JSON Sources/Base/JSON/*.swift
room Timestamps Sources/Base/Timestamps/*.swift
room AgeFormat Sources/Formats/AgeFormat/*.swift
room DocumentNotation Sources/Formats/DocumentNotation/*.swift
room Layout Sources/Formats/Layout/*.swift
room SealObjects Sources/Formats/SealObjects/*.swift
room PDFObjects Sources/Formats/PDFObjects/*.swift
room ZIPArchive Sources/Formats/ZIPArchive/*.swift
room PacketFormat Sources/Formats/PacketFormat/*.swift

for file in "$here"/Targets/*.swift; do
  name=$(basename "$file" .swift)
  program=$out/bin/$name
  if is_fresh "$program" "$file" "$here/Support.swift" "${objects[@]}"; then continue; fi
  swiftc "${flags[@]}" -module-name "Fuzz_${name//-/_}" "$file" "$here/Support.swift" "${objects[@]}" \
    -use-ld=lld -lsodium -lcrypto -lz -o "$program"
done
