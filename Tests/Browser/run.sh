#!/bin/bash
# Drives both sites with headless Chromium. Further arguments go to pytest.
# GUANDU_DEMO_DIR, GUANDU_PORTAL_URL and GUANDU_DESK_URL name a running deployment; without them one is laid out in a
# temporary folder, run, and removed. GUANDU_SCREENSHOTS is where pictures of the pages go.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)
export GUANDU_SCREENSHOTS=${GUANDU_SCREENSHOTS:-$PWD/.screenshots}

if [[ ! -x /usr/bin/chromium ]] || [[ -z $(fc-list :lang=zh 2>/dev/null) ]]; then
  "$root/scripts/packages.sh" test
fi

requirements=$(sha256sum requirements.txt | cut -c 1-16)
if [[ $(cat .venv/installed 2>/dev/null) != "$requirements" ]]; then
  python3 -m venv --clear .venv
  .venv/bin/pip install --quiet --disable-pip-version-check -r requirements.txt
  echo "$requirements" >.venv/installed
fi

daemons=()
scratch=
stop() {
  local process
  for process in "${daemons[@]}"; do kill -TERM "$process" 2>/dev/null || true; done
  for process in "${daemons[@]}"; do wait "$process" 2>/dev/null || true; done
  [[ -z $scratch ]] || rm -rf "$scratch"
}

# The first free port from one on, below what the kernel gives to outgoing connections.
free_port() {
  python3 - "$1" <<'PYTHON'
import socket, sys
for port in range(int(sys.argv[1]), 32_768):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        print(port)
        break
PYTHON
}

start_deployment() {
  scratch=$(mktemp -d)
  trap stop EXIT
  export GUANDU_DEMO_DIR=$scratch/demo
  local portal desk zone
  portal=$(free_port 20000)
  desk=$(free_port $((portal + 1)))
  export GUANDU_PORTAL_URL=https://localhost:$portal GUANDU_DESK_URL=https://localhost:$desk
  "$binaries/guandu" init "$GUANDU_DEMO_DIR" --zones "$root/zones" --portal-port "$portal" --desk-port "$desk"
  # A mailbox that the intranet does not know, for a letter that is refused there.
  cp "$GUANDU_DEMO_DIR/mailboxes.yaml" "$GUANDU_DEMO_DIR/dmz/mailboxes.yaml"
  printf -- '- id: closed\n  chinese: 停用信箱\n  english: Closed mailbox\n' >>"$GUANDU_DEMO_DIR/dmz/mailboxes.yaml"
  sed -i 's|^mailboxes: .*|mailboxes: mailboxes.yaml|' "$GUANDU_DEMO_DIR/dmz/zone.yaml"
  export GUANDU_CLOSED_MAILBOX=closed
  sed -i 's|^desk:$|desk:\n  enrolment: {issuing_key: ../ca/issuing/authority.key, issuing_certificate: ../ca/issuing.pem}|' \
    "$GUANDU_DEMO_DIR/intranet/zone.yaml"
  # Witnesses within seconds.
  sed -i 's|^  checkpoint_seconds: .*|  checkpoint_seconds: 2|' "$GUANDU_DEMO_DIR"/*/zone.yaml
  for zone in dmz intranet; do
    "$binaries/guandu-$zone" --config "$GUANDU_DEMO_DIR/$zone/zone.yaml" >"$scratch/$zone.log" 2>&1 </dev/null &
    daemons+=($!)
  done
  "$binaries/guandu-signer" --config "$GUANDU_DEMO_DIR/signer/signer.yaml" >"$scratch/signer.log" 2>&1 </dev/null &
  daemons+=($!)
  for _ in $(seq 100); do
    if curl -skf --noproxy '*' -o /dev/null "$GUANDU_PORTAL_URL/health" &&
      curl -skf --noproxy '*' -o /dev/null "$GUANDU_DESK_URL/health"; then return; fi
    sleep 0.2
  done
  tail -n 20 "$scratch"/*.log >&2
  exit 1
}

# Other binaries may be named, such as those of a release build.
binaries=${GUANDU_BINARIES:-$(cd "$root" && swift build --show-bin-path)}
export GUANDU_BINARIES=$binaries
# For the tests that lay out zones of their own.
export GUANDU_ROOT=$root GUANDU_FIRST_PORT=21000
if [[ -z ${GUANDU_DEMO_DIR:-} ]]; then
  start_deployment
fi
.venv/bin/python -m pytest -q -p no:cacheprovider "$@" .
