#!/bin/bash
# Two NNCP nodes, alice and bob, and what the benchmark has them do. Each step ends when its effect is complete.
# usage: nncp.sh setup FOLDER | letters FOLDER SOURCE | tar FOLDER SOURCE | unpack FOLDER SOURCE | bulk FOLDER FILE
set -euo pipefail
step=$1
folder=$2
source=${3:-}

value() { sed -n "/^  self: {/,/^  }/s/^ *$1: //p" "$2"; }

neighbour() { # NAME FILE
  echo "    $1: {"
  for key in id exchpub signpub noisepub; do echo "      $key: $(value $key "$2")"; done
  echo "      incoming: \"$folder/$3/in\""
  echo "    }"
}

configure() { # NODE PEER
  {
    echo "{"
    echo "  spool: \"$folder/$1/spool\""
    echo "  log: \"$folder/$1/log\""
    sed -n '/^  self: {/,/^  }/p' "$folder/$1.keys"
    echo "  neigh: {"
    neighbour self "$folder/$1.keys" "$1"
    neighbour "$2" "$folder/$2.keys" "$1"
    echo "  }"
    echo "}"
  } >"$folder/$1.hjson"
}

carry() { # FROM TO [OPTION...]: what FROM has for TO, over a shared folder, as a removable disk would be used
  local from=$1 to=$2
  shift 2
  nncp-xfer -cfg "$folder/$from.hjson" -quiet -tx -mkdir -node "$to" "$@" "$folder/disk"
  nncp-xfer -cfg "$folder/$to.hjson" -quiet -rx "$folder/disk"
}

toss() { nncp-toss -cfg "$folder/$1.hjson" -quiet -node "$2"; }

waiting() { find "$folder/alice/spool" -path '*/tx/*' -type f ! -name '.*' ! -path '*/hdr/*' | wc -l; }

case $step in
  setup)
    rm -rf "$folder"
    mkdir -p "$folder"/{alice,bob}/{spool,in} "$folder/disk"
    for node in alice bob; do nncp-cfgnew -nocomments >"$folder/$node.keys" 2>/dev/null; done
    configure alice bob
    configure bob alice
    ;;
  letters)
    # One process for each letter; alice keeps each until bob's acknowledgement is here.
    for letter in "$source"/*; do nncp-file -cfg "$folder/alice.hjson" -quiet "$letter" bob:; done
    carry alice bob -keep
    nncp-ack -cfg "$folder/bob.hjson" -quiet -node alice
    toss bob alice
    carry bob alice
    toss alice bob
    [[ $(find "$folder/bob/in" -type f | wc -l) == "$(find "$source" -type f | wc -l)" ]]
    [[ $(waiting) == 0 ]]
    ;;
  tar)
    nncp-file -cfg "$folder/alice.hjson" -quiet "$source" bob:letters.tar
    carry alice bob
    toss bob alice
    [[ -s $folder/bob/in/letters.tar ]]
    ;;
  unpack)
    # Each letter a file of its own, and durable.
    mkdir "$folder/letters"
    tar -xf "$folder/bob/in/letters.tar" -C "$folder/letters"
    find "$folder/letters" -type f -print0 | xargs -0 sync
    sync "$folder/letters"/*
    [[ $(find "$folder/letters" -type f | wc -l) == "$(find "$source" -type f | wc -l)" ]]
    ;;
  bulk)
    nncp-file -cfg "$folder/alice.hjson" -quiet "$source" bob:bulk
    carry alice bob
    toss bob alice
    [[ $(stat -c %s "$folder/bob/in/bulk") == "$(stat -c %s "$source")" ]]
    ;;
  *)
    echo "usage: $0 setup|letters|tar|unpack|bulk FOLDER [SOURCE]" >&2
    exit 64
    ;;
esac
