#!/bin/sh
# Makes sure that what the tests need is on this machine. On Debian as root it installs it; elsewhere it says
# exactly what is missing and ends with 1. Nothing is skipped.
set -eu
missing=""
need() { # need NAME "is it there?" DEBIAN-PACKAGE
  if ! sh -c "$2" > /dev/null 2>&1; then missing="$missing $3"; echo "Missing: $1."; fi
}
need "a Redis server" "command -v redis-server || command -v valkey-server" redis-server
need "PostgreSQL's programs" "command -v initdb || ls /usr/lib/postgresql/*/bin/initdb" postgresql
need "Chromium" "command -v chromium || command -v chromium-browser || command -v google-chrome" chromium
need "Postfix" "PATH=$PATH:/usr/sbin command -v postfix" postfix
need "Dovecot with IMAP" "PATH=$PATH:/usr/sbin command -v dovecot && test -e /usr/lib/dovecot/imap" dovecot-imapd
need "node and npm (they fetch axe-core)" "command -v npm" npm
if [ -n "$missing" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    echo "Installing:$missing"
    export DEBIAN_FRONTEND=noninteractive
    # The tests bring settings of their own; no mail server of this machine shall be set up or started.
    if command -v debconf-set-selections > /dev/null; then
      echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections
    fi
    apt-get update -qq
    # shellcheck disable=SC2086  the list is words on purpose
    apt-get install -y -qq --no-install-recommends $missing > /dev/null
  else
    echo "Install them, then run make test again. On Debian and Ubuntu: apt-get install$missing"
    exit 1
  fi
fi
if [ ! -f node_modules/axe-core/axe.min.js ]; then
  npm ci --ignore-scripts --no-audit --no-fund --silent
fi
