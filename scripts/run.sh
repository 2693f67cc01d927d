#!/bin/bash
# Builds, lays out a deployment, and runs both daemons and a signer until Ctrl-C. Called by `make run`.
set -euo pipefail
cd "$(dirname "$0")/.."

# Release programs where `make release` has made them.
configuration=${CONFIGURATION:-}
if [[ -z $configuration ]]; then
  configuration=debug
  [[ ! -x .build-release/release/guandu-dmz ]] || configuration=release
fi
build=(swift build -c "$configuration")
[[ $configuration != release ]] || build=(scripts/release.sh)
demo=${DEMO_DIR:-var/demo}
portal_port=${PORTAL_PORT:-8443}
desk_port=${DESK_PORT:-9443}
letters=${LETTERS:-0}
patience_seconds=60
daemons=()

fail() {
  echo "make run: $*" >&2
  exit 1
}

# Ends both daemons and waits until they have finished what they were doing.
stop() {
  trap - EXIT
  trap '' INT TERM
  local process
  for process in "${daemons[@]}"; do kill -TERM "$process" 2>/dev/null || true; done
  for process in "${daemons[@]}"; do wait "$process" 2>/dev/null || true; done
}

check_port() {
  local name=$1 port=$2
  [[ $port =~ ^[0-9]{1,5}$ ]] && ((port >= 1 && port <= 65535)) || fail "$name=$port is no port"
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    fail "port $port is taken by another program; choose another one: make run $name=…"
  fi
}

# Starts a daemon in a process group of its own, so that Ctrl-C reaches it through us alone.
start() {
  local zone=$1
  set -m
  "$binaries/guandu-$zone" --config "$demo/$zone/${2:-zone.yaml}" >>"$demo/logs/$zone.log" 2>&1 </dev/null &
  set +m
  daemons+=($!)
}

require_running() {
  local index=$1 zone=$2
  kill -0 "${daemons[$index]}" 2>/dev/null && return
  echo "guandu-$zone has stopped; the end of $demo/logs/$zone.log:" >&2
  tail -n 20 "$demo/logs/$zone.log" >&2 || true
  exit 1
}

# The desk may ask for a certificate; the password goes through standard input, where no list of processes shows it.
answers() {
  printf 'cert-type = "P12"\ncert = "%s:%s"\n' "$demo/people/clerk.p12" "$(<"$demo/people/clerk.password")" |
    curl --config - --silent --fail --max-time 5 --noproxy '*' --cacert "$demo/ca/root.pem" \
      "https://localhost:$1/health" 2>/dev/null | grep -qx ok
}

scripts/packages.sh run
[[ $letters =~ ^[0-9]{1,4}$ ]] && ((10#$letters <= 5000)) || fail "LETTERS=$letters is no number from 1 to 5000"
check_port PORTAL_PORT "$portal_port"
check_port DESK_PORT "$desk_port"
"${build[@]}"
binaries=$("${build[@]}" --show-bin-path)
init=("$binaries/guandu" init "$demo" --portal-port "$portal_port" --desk-port "$desk_port" --zones zones)
[[ $letters == 0 ]] || init+=(--flow letter)
laid_out=$("${init[@]}")
echo "$laid_out"
mkdir -p "$demo/logs"

trap stop EXIT
trap 'stop; exit 0' INT TERM
start dmz
start intranet
# A deployment of an earlier release has no signer.
[[ ! -f $demo/signer/signer.yaml ]] || start signer signer.yaml
waited=0
until answers "$portal_port" && answers "$desk_port"; do
  require_running 0 dmz
  require_running 1 intranet
  [[ ! -f $demo/signer/signer.yaml ]] || require_running 2 signer
  ((waited += 1))
  if ((waited > patience_seconds * 4)); then
    answers "$portal_port" || echo "make run: the portal does not answer on port $portal_port" >&2
    answers "$desk_port" || echo "make run: the desk does not answer on port $desk_port" >&2
    fail "gave up after $patience_seconds seconds; see $demo/logs/"
  fi
  sleep 0.25
done
# Units and those who draft, grant and seal, once.
if [[ $laid_out == *": laid out"* ]]; then
  for table in units people; do
    "$binaries/guandu" people import --config "$demo/intranet/zone.yaml" "$table" "$demo/people/$table.csv"
  done
fi
# The city, until it is whole.
if [[ $letters != 0 && ! -e $demo/people/city/filled ]]; then
  "$binaries/guandu" demo fill "$demo" --letters "$letters"
  touch "$demo/people/city/filled"
fi
people_line=""
[[ ! -d $demo/people/city ]] || people_line="
City           $demo/people/city/: a certificate and its password for each of the city's people; city-clerk.p12 has
               the mayor's mailbox, mayor.p12 instructs, housing-clerk.p12 and others work in their units"

cat <<TEXT

Portal 门户     https://localhost:$portal_port/
Desk 办公台     https://localhost:$desk_port/   (asks for the clerk's certificate)
SMS codes      $demo/sms/   a file a message; the newest: ls -t $demo/sms | head -1
Clerk          import $demo/people/clerk.p12 into the browser, under "Your certificates";
               its password is in $demo/people/clerk.password
               Chromium: chrome://settings/certificates    Firefox: Settings, Privacy & Security, View Certificates
Others         administrator.p12 and security-officer.p12 beside it, each with its password file;
               for documents drafter.p12, leader.p12 and sealkeeper.p12$people_line
Seal           $demo/seals/city.esl, for the keeper to take in: signer office, keys city and city-pdf;
               its PIN is in $demo/seals/city.pin
Root           import $demo/ca/root.pem there under "Authorities", for web sites; without it the browser warns
Logs           $demo/logs/
Stop           Ctrl-C

ready
TEXT

while true; do
  require_running 0 dmz
  require_running 1 intranet
  [[ ! -f $demo/signer/signer.yaml ]] || require_running 2 signer
  # `wait` with a time limit: a signal ends the sleep's wait at once, and the trap runs.
  sleep 1 &
  wait $! || true
done
