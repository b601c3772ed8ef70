#!/bin/sh
# Install Debian packages, or say in one line what a person has to type.
#
#     tools/apt-install.sh REASON PACKAGE...
set -eu

reason=$1
shift

refuse() {
    echo "$reason: $1" >&2
    echo "Install it yourself (on Debian: apt-get install $packages), then run make again." >&2
    exit 1
}

packages=$*
command -v apt-get >/dev/null 2>&1 || refuse "this machine has no apt-get"
if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    refuse "that takes root, or a sudo that asks no password"
fi

echo "$reason: apt-get install $packages"
export DEBIAN_FRONTEND=noninteractive
# Another apt may be at work: wait for its lock instead of failing.
apt="$as_root apt-get -qq -o DPkg::Lock::Timeout=300"
$apt update || refuse "apt-get update failed"
$apt install --no-install-recommends -y "$@" >/dev/null || refuse "apt-get install failed"
