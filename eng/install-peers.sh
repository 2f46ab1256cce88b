#!/usr/bin/env bash
# Installs the real peers that the tests talk to, where a package manager is at hand: etcd and etcdctl, Node and npm (for
# @grpc/grpc-js and the emulators of Kinesis and DynamoDB), procps (for pkill). What stays missing is said, and the
# tests that need it skip themselves.
set -u

missing=()
need() { command -v "$1" >/dev/null || missing+=("$2"); }
need etcd etcd-server
need etcdctl etcd-client
need node nodejs
need npm npm
need pkill procps

if [ ${#missing[@]} -gt 0 ]; then
  if command -v apt-get >/dev/null && [ "$(id -u)" -eq 0 ]; then
    echo "== installing ${missing[*]}"
    # The service that Debian's etcd would start holds port 2379; the tests start their own.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
      printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy"
      trap 'rm -f "$policy"' EXIT
    fi
    log=$(mktemp)
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 \
      || { tail -n 5 "$log"; echo "!! could not install ${missing[*]}"; }
    rm -f "$log"
  else
    echo "!! ${missing[*]} missing: install them (Debian: apt-get install ${missing[*]}), or their tests are skipped"
  fi
fi

for peer in etcd etcdctl node npm; do
  command -v "$peer" >/dev/null || echo "!! $peer is not on PATH: the tests that need it are skipped"
done

if command -v node >/dev/null && command -v npm >/dev/null; then
  emulators=$(dirname "$0")/emulators
  if [ ! "$emulators/node_modules/.package-lock.json" -nt "$emulators/package-lock.json" ]; then
    echo "== installing kinesalite and dynalite"
    log=$(mktemp)
    npm ci --prefix "$emulators" --no-audit --no-fund >"$log" 2>&1 || {
      tail -n 5 "$log"
      echo "!! could not install the emulators of Kinesis and DynamoDB into $emulators: the tests that need them FAIL"
    }
    rm -f "$log"
  fi
fi
exit 0
