#!/bin/sh
# Make sure that there is a Chromium on the PATH; say plainly when there cannot be one.
set -u
command -v chromium >/dev/null 2>&1 && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "Installing Chromium for the browser tests"
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -y -qq chromium; } >/dev/null 2>&1
fi
command -v chromium >/dev/null 2>&1 && exit 0
echo "There is no chromium on the PATH and it could not be installed (Debian: apt-get install chromium)." >&2
echo "The browser tests are skipped, or fail where CI is set." >&2
exit 0
