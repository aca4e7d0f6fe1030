# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Functions for `deploy/run`, `deploy/test`, `deploy/bench` and `deploy/crash`; this file is sourced, not run. They check
# which packages are missing and install them on Debian as root. Elsewhere they print in one line what is missing.

readonly BUILD_PACKAGES=(git ca-certificates pkg-config libssl-dev libpq-dev libsqlite3-dev libxml2-dev zlib1g-dev
    libcurl4-openssl-dev tzdata
    # Programs that a node runs: decoders for pictures, videos and audio, and the sandbox in which they run.
    libvips-tools ffmpeg bubblewrap
    # Draws the code on a poster; a node without it prints the address alone.
    libqrencode4)
readonly POSTGRES_PACKAGES=(postgresql postgresql-client)
# Exim is a mail server to which the tests send.
readonly CLIENT_PACKAGES=(python3 python3-venv exim4-daemon-light)
readonly BROWSER_PACKAGES=(chromium python3 python3-venv fonts-dejavu-core fonts-liberation)

# Prints the reason in one line and exits.
fail() {
    printf '%s: %s\n' "${PROGRAM:?}" "$*" >&2
    exit 1
}

# Whether the needed part of a Debian package is present, however it was installed.
has_package() {
    case $1 in
        git | chromium | pkg-config | python3) command -v "$1" >/dev/null ;;
        libssl-dev) has_library 'libcrypto >= 3.0' ;;
        libpq-dev) has_library 'libpq >= 14' ;;
        libsqlite3-dev) has_library 'sqlite3 >= 3.39' ;;
        libxml2-dev) has_library 'libxml-2.0 >= 2.9' ;;
        zlib1g-dev) has_library 'zlib >= 1.2.11' ;;
        libcurl4-openssl-dev) has_library 'libcurl >= 7.85' ;;
        # It would take the place of another mail server, so it is left out where there is one.
        exim4-daemon-light) [[ -x /usr/sbin/exim4 || -x /usr/sbin/sendmail ]] ;;
        libvips-tools) command -v vipsthumbnail >/dev/null && command -v vipsheader >/dev/null ;;
        ffmpeg) command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null ;;
        bubblewrap) command -v bwrap >/dev/null ;;
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

# Prefers Debian's Python to another one that comes first in PATH.
system_python() {
    if [[ -x /usr/bin/python3 ]]; then echo /usr/bin/python3; else echo python3; fi
}

# Prints the directory of initdb and pg_ctl, which is not in PATH on Debian. Prints nothing when there is none.
postgres_programs() {
    local initdb
    initdb=$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)
    [[ -x $initdb ]] || initdb=$(command -v initdb || true)
    [[ -z $initdb ]] || dirname "$(readlink -f "$initdb")"
}

# need_packages NAME…: installs the packages that are missing.
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
        # Without this, Debian's package would create and start a server.
        apt-get install "${options[@]}" postgresql-common </dev/null || return 1
        sed -i -E 's/^#? *create_main_cluster *=.*/create_main_cluster = false/' \
            /etc/postgresql-common/createcluster.conf || return 1
    fi
    apt-get install "${options[@]}" "$@" </dev/null
}

# Exits with a message when Swift is missing or too old.
need_swift() {
    local wanted=6.2 found
    command -v swift >/dev/null || fail "Swift $wanted or newer is missing: see https://www.swift.org/install/linux/"
    found=$(swift --version 2>&1 | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
    [[ $(printf '%s\n' "$wanted" "${found:-0}" | sort -V | head -n 1) == "$wanted" ]] ||
        fail "Swift $wanted or newer is needed, this is ${found:-unknown}: see https://www.swift.org/install/linux/"
}
