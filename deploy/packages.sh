# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What `deploy/run` and `deploy/test` share; it is sourced, not run. It finds out what a machine lacks, installs it
# where it can (Debian, as root) and says in one line what is missing where it cannot.

readonly BUILD_PACKAGES=(git ca-certificates pkg-config libssl-dev libpq-dev libsqlite3-dev libxml2-dev tzdata
    # What a node runs beside itself: the decoders of pictures, films and sounds.
    libvips-tools ffmpeg)
readonly POSTGRES_PACKAGES=(postgresql postgresql-client)
readonly CLIENT_PACKAGES=(python3 python3-venv)
readonly BROWSER_PACKAGES=(chromium python3 python3-venv fonts-dejavu-core fonts-liberation)

# Says in one line why it cannot go on, and ends.
fail() {
    printf '%s: %s\n' "${PROGRAM:?}" "$*" >&2
    exit 1
}

# Whether what we need of a Debian package is there, whoever installed it.
has_package() {
    case $1 in
        git | chromium | pkg-config | python3) command -v "$1" >/dev/null ;;
        libssl-dev) has_library 'libcrypto >= 3.0' ;;
        libpq-dev) has_library 'libpq >= 14' ;;
        libsqlite3-dev) has_library 'sqlite3 >= 3.39' ;;
        libxml2-dev) has_library 'libxml-2.0 >= 2.9' ;;
        libvips-tools) command -v vipsthumbnail >/dev/null && command -v vipsheader >/dev/null ;;
        ffmpeg) command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null ;;
        tzdata) [[ -e /usr/share/zoneinfo/Europe/Paris ]] ;;
        ca-certificates) [[ -e /etc/ssl/certs/ca-certificates.crt ]] ;;
        postgresql) [[ -n $(postgres_programs) ]] ;;
        postgresql-client) command -v psql >/dev/null ;;
        python3-venv) "$(system_python)" -c 'import ensurepip' 2>/dev/null ;;
        *) [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]] ;;
    esac
}

has_library() {
    command -v pkg-config >/dev/null && pkg-config --exists "$1"
}

# Debian's Python rather than one that a person put before it.
system_python() {
    if [[ -x /usr/bin/python3 ]]; then echo /usr/bin/python3; else echo python3; fi
}

# The directory of initdb and pg_ctl, which Debian keeps out of PATH; nothing when there is none.
postgres_programs() {
    local initdb
    initdb=$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)
    [[ -x $initdb ]] || initdb=$(command -v initdb || true)
    [[ -z $initdb ]] || dirname "$(readlink -f "$initdb")"
}

# need_packages NAME…: installs those that are missing.
need_packages() {
    local package log missing=()
    for package in "$@"; do
        has_package "$package" || missing+=("$package")
    done
    ((${#missing[@]})) || return 0
    command -v apt-get >/dev/null ||
        fail "missing, and this is no Debian where it could be installed: ${missing[*]}"
    ((EUID == 0)) || fail "missing Debian packages; as root: apt-get install ${missing[*]}"
    echo "Installing ${missing[*]}"
    log=$(mktemp)
    install_packages "${missing[@]}" >"$log" 2>&1 ||
        fail "could not install ${missing[*]}: $(tail -n 1 "$log") (the whole log is $log)"
    rm -f "$log"
    for package in "${missing[@]}"; do
        has_package "$package" || fail "installed, and still not usable: $package"
    done
}

install_packages() {
    local options=(-y -q -o Dpkg::Use-Pty=0 --no-install-recommends)
    export DEBIAN_FRONTEND=noninteractive
    apt-get -q update </dev/null || return 1
    if [[ " $* " == *" postgresql "* ]]; then
        # Debian would start a server of its own with the package. Nobody asked for one.
        apt-get install "${options[@]}" postgresql-common </dev/null || return 1
        sed -i -E 's/^#? *create_main_cluster *=.*/create_main_cluster = false/' \
            /etc/postgresql-common/createcluster.conf || return 1
    fi
    apt-get install "${options[@]}" "$@" </dev/null
}

# Ends with a line when there is no Swift that is new enough.
need_swift() {
    local wanted=6.2 found
    command -v swift >/dev/null || fail "Swift $wanted or newer is missing: see https://www.swift.org/install/linux/"
    found=$(swift --version 2>&1 | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
    [[ $(printf '%s\n' "$wanted" "${found:-0}" | sort -V | head -n 1) == "$wanted" ]] ||
        fail "Swift $wanted or newer is needed, this is ${found:-unknown}: see https://www.swift.org/install/linux/"
}
