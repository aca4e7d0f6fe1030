# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Runs a private PostgreSQL server on a loopback address while a script runs. Source this file after packages.sh.
# PostgreSQL refuses to run as root. As root, the script runs it as the user `postgres` that Debian's package created.

# start_cluster FOLDER [NAME=VALUE…]: creates a cluster in FOLDER, starts it with these settings, sets CLUSTER_URL.
start_cluster() {
    local folder=$1 programs port attempt setting settings=''
    shift
    for setting in "$@"; do settings+=" -c $setting"; done
    programs=$(postgres_programs)
    if ((EUID == 0)); then chown postgres "$folder"; fi
    as_postgres "$programs/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync \
        >"$folder/initdb.log" 2>&1 || fail "PostgreSQL could not be set up: $(tail -n 1 "$folder/initdb.log")"
    for attempt in 1 2 3 4 5 6 7 8; do
        port=$((20000 + RANDOM % 12000))
        if as_postgres "$programs/pg_ctl" -D "$folder/data" -l "$folder/log" -w -t 60 -s \
            -o "-p $port -k $folder -c listen_addresses=127.0.0.1$settings" start >/dev/null 2>&1 </dev/null; then
            CLUSTER_URL="postgres://postgres@127.0.0.1:$port/postgres"
            return
        fi
        grep -q 'Address already in use' "$folder/log" || break
    done
    fail "PostgreSQL did not start after $attempt attempts: $(tail -n 1 "$folder/log" 2>/dev/null)"
}

# stop_cluster FOLDER: stops the cluster at once and deletes it.
stop_cluster() {
    as_postgres "$(postgres_programs)/pg_ctl" -D "$1/data" -m immediate -s stop >/dev/null 2>&1 || true
    rm -rf "$1"
}

# Changes to / first, because the user postgres may have no access to the checkout's directory.
as_postgres() {
    if ((EUID == 0)); then
        (cd / && exec runuser -u postgres -- "$@")
    else
        "$@"
    fi
}
