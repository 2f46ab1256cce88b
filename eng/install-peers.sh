#!/usr/bin/env bash
# Installs the real peers that the tests talk to, where a package manager is at hand: etcd and etcdctl.
# Node (for @grpc/grpc-js) is only looked for. What stays missing is said, and the tests that need it skip themselves.
set -u

missing=()
command -v etcd >/dev/null || missing+=(etcd-server)
command -v etcdctl >/dev/null || missing+=(etcd-client)

if [ ${#missing[@]} -gt 0 ]; then
  if command -v apt-get >/dev/null && [ "$(id -u)" -eq 0 ]; then
    echo "== installing ${missing[*]}"
    # The service that the package would start holds port 2379; the tests start their own.
    export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/tmp/divvy-apt.log 2>&1 \
      || { tail -n 5 /tmp/divvy-apt.log; echo "!! could not install ${missing[*]}"; }
  else
    echo "!! ${missing[*]} missing: install them (Debian: apt-get install ${missing[*]}), or their tests are skipped"
  fi
fi

for peer in etcd etcdctl node npm; do
  command -v "$peer" >/dev/null || echo "!! $peer is not on PATH: the tests that need it are skipped"
done
exit 0
