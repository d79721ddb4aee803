#!/bin/sh
# What a fresh Debian lacks: names it, and installs it where that is allowed.
#   tools/system.sh python   for make install and make run
#   tools/system.sh test     for make test as well: Chromium, a Chinese font, PostgreSQL
set -eu

need=""

if ! "${PYTHON:-python3}" -c 'import venv, ensurepip' 2>/dev/null; then
    need="$need python3-venv"
fi
if [ "${1:-python}" = test ]; then
    command -v chromium >/dev/null 2>&1 || need="$need chromium"
    if ! command -v fc-list >/dev/null 2>&1 || [ -z "$(fc-list :lang=zh-cn family 2>/dev/null)" ]; then
        need="$need fontconfig fonts-wqy-microhei"
    fi
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || need="$need postgresql"
fi

[ -n "$need" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "This needs, by the names that Debian gives them:$need" >&2
    exit 1
fi
if [ "$(id -u)" = 0 ]; then
    as=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as="sudo"
else
    echo "This needs packages that only an administrator can install. Run:" >&2
    echo "    sudo apt-get install$need" >&2
    exit 1
fi
echo "Installing$need"
$as apt-get update -qq
# shellcheck disable=SC2086 # a list of words is what is meant
DEBIAN_FRONTEND=noninteractive $as apt-get install -y -qq --no-install-recommends $need >/dev/null
