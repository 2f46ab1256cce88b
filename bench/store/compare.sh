#!/usr/bin/env bash
# Measures the embedded store against the etcd on the PATH (Debian: apt-get install etcd-server) and prints a table.
#
#   bench/store/compare.sh                              the whole table, medians of 5: about 40 minutes
#   bench/store/compare.sh --quick                      short runs, to see that it works
#   bench/store/compare.sh --cells put/1,watch          only cells whose names begin so
#   bench/store/compare.sh --calibrate --cells put/1    etcd against itself: what this machine can tell at all
#   bench/store/compare.sh --json FILE                  every run as JSON as well
#
# Both servers are started on free ports with temporary data, warmed, loaded in turns, and stopped. The command lines of
# the servers are in src/Divvy.Cli/Benchmarking/Comparison/Contender.cs. Leave the machine alone while it runs.
set -eu
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
exec "$root/divvy" bench compare "$@"
