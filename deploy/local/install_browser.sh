#!/bin/sh
# Chromium for the browser tests: installed where root can, asked for by name where not.
set -eu
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo 'installing chromium (about 30 s)'
    apt-get update -q && apt-get install -y -q --no-install-recommends chromium
else
    echo 'The browser tests need Chromium (Debian: sudo apt-get install chromium); they fail without it.' >&2
fi
