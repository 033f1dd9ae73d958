#!/bin/sh
# Installs what procenario needs, and procenario itself, on Debian or Ubuntu.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=src/scaffold/settings.sh
. "$here/settings.sh"
prefix=${PREFIX:-/usr/local}

sudo=
[ "$(id -u)" = 0 ] || sudo=sudo

# What the program is linked with, a compiler for it and for what is handed in, and the sandbox.
$sudo apt-get update
# shellcheck disable=SC2086 # words
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    bubblewrap ca-certificates gcc git libarchive-dev libc6-dev libjansson-dev libmd-dev \
    libpcre2-dev libseccomp-dev libutf8proc-dev libvterm-dev libyaml-dev make pkg-config \
    ${packages:-}

# The program that wrote this folder runs wherever its libraries have the same versions.
if "$here/procenario" --version; then
    $sudo install -D -m 755 "$here/procenario" "$prefix/bin/procenario"
    exit
fi

# Anywhere else it is built.
if [ -z "$procenario_source" ]; then
    echo "setup.sh: the program 'procenario' of this folder does not run here" >&2
    echo "  say in settings.sh where its source is (procenario_source=), so that it can be built here" >&2
    exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case $procenario_source in
*://* | git@*) git clone --depth 1 "$procenario_source" "$work/source" ;;
/*) cp -R "$procenario_source" "$work/source" ;;
*) cp -R "$here/$procenario_source" "$work/source" ;;
esac
make -C "$work/source" all
$sudo make -C "$work/source" PREFIX="$prefix" install
