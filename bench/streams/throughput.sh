#!/usr/bin/env bash
# Measures the stream worker against a bare HTTP loop on the same emulator, and the memory of a worker process whose
# processor stalls, and prints a table. Exit code 1 if a bar is missed: a ratio of 0.9, and 100 MB resident (VmHWM) with
# the runtime's settings for little memory (docs/streams.md); without them it is printed only.
#
#   bench/streams/throughput.sh                                      30 shards, 300,000 records of 100 bytes, medians of 5
#   bench/streams/throughput.sh --records 30000 --repetitions 1 --stalled 0s     to see that it works
#   bench/streams/throughput.sh --json FILE                          every run as JSON as well
#
# Needs Linux, Node.js and npm. The emulators run on free ports, in memory. Both readers run in turns, in one process
# beside the emulators' one; the worker keeps its leases in the emulator's table and checkpoints every shard each second.
set -eu
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
exec "$root/divvy" bench streams "$@"
