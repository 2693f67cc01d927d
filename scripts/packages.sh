#!/bin/bash
# Installs the Debian packages that are missing. usage: scripts/packages.sh run|test|bench
# This is the one list of what Guandu needs from Debian 12, beside git, make and Swift.
set -euo pipefail

run_packages=(
  binutils ca-certificates curl fonts-hanazono fonts-noto-cjk libc6-dev libcairo2-dev libcurl4-openssl-dev
  libfreetype-dev libgcc-12-dev libharfbuzz-dev libpango1.0-dev libqrencode-dev libsodium-dev libsqlite3-dev
  libssl-dev libstdc++-12-dev libxml2-dev openssl pkg-config poppler-data poppler-utils tzdata zlib1g-dev
)
test_packages=(
  "${run_packages[@]}" age chromium golang-go golang-golang-x-mod-dev libengine-pkcs11-openssl libxml2-utils
  opensc openssh-client openssh-server python3 python3-cryptography python3-venv softhsm2 unzip
)

# With the programs that figures are measured beside.
bench_packages=("${test_packages[@]}" nncp)

case "${1:-}" in
  run) wanted=("${run_packages[@]}") ;;
  test) wanted=("${test_packages[@]}") ;;
  bench) wanted=("${bench_packages[@]}") ;;
  *)
    echo "usage: $0 run|test|bench" >&2
    exit 64
    ;;
esac

# The typefaces of official documents. Debian has them in a package that brings TeX along (106 MB to fetch, 277 MB of disk),
# so its five files are taken out of it (49 MB to fetch, 31 MB of disk), with their licence.
faces_package=texlive-lang-chinese
faces_folder=/usr/local/share/guandu/faces
faces=(FandolFang-Regular FandolHei-Regular FandolKai-Regular FandolSong-Bold FandolSong-Regular)

lacks_faces() {
  local face folder
  for folder in "$faces_folder" /usr/share/texlive/texmf-dist/fonts/opentype/public/fandol; do
    for face in "${faces[@]}"; do [[ -s $folder/$face.otf ]] || continue 2; done
    return 1
  done
}

missing=()
for package in "${wanted[@]}"; do
  status=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
  [[ $status == "install ok installed" ]] || missing+=("$package")
done

steps=()
if ((${#missing[@]} > 0)); then
  steps+=("apt-get update" "apt-get install -y --no-install-recommends ${missing[*]}")
  echo "Debian packages missing: ${missing[*]}"
elif lacks_faces && ! apt-cache policy "$faces_package" | grep -q 'Candidate: [0-9]'; then
  steps+=("apt-get update")
fi
if lacks_faces; then
  echo "typefaces missing: those in $faces_package"
  tree=./usr/share/texlive/texmf-dist/fonts/opentype/public/fandol
  licence=./usr/share/doc/texlive-doc/fonts/fandol
  members="${faces[*]/#/$tree/}"
  members="${members// /.otf }.otf $licence/COPYING.gz $licence/README"
  # Unpacked beside, so that a folder with some of the files is never taken for whole.
  steps+=(
    "rm -rf $faces_folder.new && mkdir -p $faces_folder.new $faces_folder"
    "(cd $faces_folder.new && apt-get -o APT::Sandbox::User=root download $faces_package)"
    "dpkg-deb --fsys-tarfile $faces_folder.new/*.deb | tar -x -C $faces_folder.new --transform='s,.*/,,' $members"
    "rm $faces_folder.new/*.deb && mv $faces_folder.new/* $faces_folder/ && rmdir $faces_folder.new"
  )
fi
if ((${#steps[@]} == 0)); then exit 0; fi

printf -v install '%s && ' "${steps[@]}"
install=${install% && }
if ((EUID == 0)); then
  as_root=(env DEBIAN_FRONTEND=noninteractive bash -o pipefail -c "$install")
elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; then
  as_root=(sudo env DEBIAN_FRONTEND=noninteractive bash -o pipefail -c "$install")
else
  as_root=(false)
fi
if ! "${as_root[@]}"; then
  echo "They could not be installed. Run this as root, then try again:" >&2
  echo "  $install" >&2
  exit 1
fi
