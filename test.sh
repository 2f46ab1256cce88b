#!/usr/bin/env bash
# Runs every test against the real peers, installing what is missing where it can, and says loudly what was skipped.
#
#   ./test.sh            everything (what CI runs)
#   ./test.sh --quick    no installing, no slow tests: for daily use
#   ./test.sh NAME ...   only the test projects whose name contains one of the words
#
# Ends with "N passed, N failed, N skipped" alone on a line; exits 1 when a test failed or a project did not run.
set -u
cd "$(dirname "$0")" || exit 1

quick=false
words=()
for argument in "$@"; do
  case "$argument" in
    --quick) quick=true ;;
    -h|--help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) echo "test.sh: unknown option $argument (try --help)" >&2; exit 2 ;;
    *) words+=("$argument") ;;
  esac
done

command -v dotnet >/dev/null || { echo "test.sh: the .NET 10 SDK is missing: install it and put dotnet on PATH" >&2; exit 1; }
$quick || ./eng/install-peers.sh

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
results=artifacts/test-results
rm -rf "$results" && mkdir -p "$results"

echo "== build"
dotnet build Divvy.slnx -c Release -v quiet --nologo || { echo "test.sh: the build failed"; echo "0 passed, 1 failed, 0 skipped"; exit 1; }

passed=0 failed=0 skipped=0
count() { grep -o "<Counters [^>]*" "$1" | grep -o " $2=\"[0-9]*\"" | grep -o '[0-9]*'; }

for project in test/*.Tests; do
  name=$(basename "$project")
  if [ ${#words[@]} -gt 0 ]; then
    wanted=false
    for word in "${words[@]}"; do case "$name" in *"$word"*) wanted=true ;; esac; done
    $wanted || continue
  fi
  echo "== $name"
  filter=()
  $quick && filter=(--filter 'Category!=Slow')
  log="$results/$name.log"
  dotnet test "$project" -c Release --no-build --nologo --logger "trx;LogFileName=$name.trx" \
    --results-directory "$results" --blame-hang-timeout 10m --blame-hang-dump-type none "${filter[@]}" >"$log" 2>&1
  code=$?
  trx="$results/$name.trx"
  if [ ! -f "$trx" ]; then
    tail -n 40 "$log"
    echo "FAILED: $name did not run to its end (exit code $code)"
    failed=$((failed + 1))
    continue
  fi
  total=$(count "$trx" total) ran=$(count "$trx" executed) bad=$(count "$trx" failed) good=$(count "$trx" passed)
  passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + total - ran))
  echo "   $good passed, $bad failed, $((total - ran)) skipped"
  if [ "$code" -ne 0 ]; then
    grep -vE '^\s+at (System|Xunit|Microsoft)\.' "$log" | tail -n 120
    [ "$bad" -gt 0 ] || { echo "FAILED: $name ended with exit code $code"; failed=$((failed + 1)); }
  fi
  if [ "$total" -gt "$ran" ]; then
    echo "!! SKIPPED in $name:"
    grep -oE 'outcome="NotExecuted"[^>]*|testName="[^"]*"[^>]*outcome="NotExecuted"|^.*\[SKIP\].*$' "$trx" "$log" \
      | grep -oE 'testName="[^"]*"' | sort -u | sed 's/^/!!   /' | head -n 30
    grep -oE '<Message>[^<]*(missing|not found|skipped)[^<]*' "$trx" | sed 's/<Message>/!!   because: /' | sort -u | head -n 10
  fi
done

echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
