#!/bin/sh
# Prepares this machine and the tree's .venv; `make` runs it when something it reads has changed.
# With the word `test` it installs only what the tests need besides.
# May be stopped and started again at any point: what is half done is done anew.
set -eu
cd "$(dirname "$0")/.."

say() { echo "setup: $*"; }
stop() { echo "setup: $*" >&2; exit 1; }

case "${1:-}" in
    "") list=resources/debian-packages.txt install=install_packages ready=.venv/.ready ;;
    test) list=resources/debian-packages-test.txt install=install_without_cluster ready=.venv/.ready-test ;;
    *) stop "usage: setup.sh [test]" ;;
esac

wanted_packages() { sed 's/#.*//; /^[[:space:]]*$/d' "$list" | LC_ALL=C sort -u; }

# Names of installed packages, and the names they provide (later Debians renamed some).
installed_packages() {
    dpkg-query -W -f '${db:Status-Status} ${Package}, ${Provides}\n' |
        sed -n 's/^installed //p' | tr ',' '\n' | sed 's/(.*//; s/ //g' | LC_ALL=C sort -u
}

missing_packages() {
    installed=$(mktemp)
    installed_packages >"$installed"
    wanted_packages | LC_ALL=C comm -23 - "$installed" | tr '\n' ' '
    rm -f "$installed"
}

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

# The lock time-out waits for an automatic update that a fresh machine may be busy with.
install_packages() {
    [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null || return 1
    as_root apt-get update || say "apt-get update failed; trying with the package lists at hand"
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"
}

# Debian would make a database cluster and start it with the machine; the tests start their own and need no other.
install_without_cluster() {
    [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null || return 1
    choice=/etc/postgresql-common/createcluster.d/kiosk-tests.conf
    trap 'as_root rm -f "$choice"' EXIT
    as_root mkdir -p "${choice%/*}"
    echo 'create_main_cluster = false' | as_root tee "$choice" >/dev/null
    install_packages "$@"
}

setup_packages() {
    if ! command -v dpkg-query >/dev/null; then
        say "not a Debian system: install what $list names in this system's own way"
        return
    fi
    missing=$(missing_packages)
    [ -n "$missing" ] || return 0
    say "missing Debian packages: $missing"
    # shellcheck disable=SC2086  # one word per package
    "$install" $missing || stop "the Debian packages above could not be installed. As administrator run
    apt-get update && apt-get install --no-install-recommends $missing
and then start make again."
}

find_python() {
    for python in python3 /usr/bin/python3; do
        if "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$python"
            return
        fi
    done
    stop "Python 3.11 or newer with its venv module is needed; neither python3 nor /usr/bin/python3 is that"
}

# What a finished environment was made from; it also knows its own path, so a moved tree gets a new one.
environment_source() { pwd -P; cat requirements.lock; }

environment_is_whole() {
    .venv/bin/python -c 'import pip' 2>/dev/null && environment_source | cmp -s - .venv/.packages
}

setup_environment() {
    if ! environment_is_whole; then
        python=$(find_python)
        say "making .venv with $("$python" --version) and the packages of requirements.lock"
        "$python" -m venv --clear .venv
        .venv/bin/python -m pip install --disable-pip-version-check --require-hashes -r requirements.lock
        environment_source >.venv/.packages
    fi
    .venv/bin/python -m pip install --disable-pip-version-check --quiet --no-index --no-deps --no-build-isolation -e .
}

# One set-up at a time in a tree.
exec 9<Makefile
if command -v flock >/dev/null; then flock 9; fi

rm -f "$ready"
setup_packages
[ "${1:-}" = test ] || setup_environment
pwd -P >"$ready"
