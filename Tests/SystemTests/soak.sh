#!/usr/bin/env bash
# The long runs: many kills of the release build under load, many random command streams. What they showed is written to
# docs/soak.md.
# CUTS power cuts of the emulated machine, ROUNDS kills, STREAMS streams for each property test (they read
# ALLOT_SOAK_STREAMS), POLICY_MUTATIONS changes of the example policy, MONTHS months that are invoiced.
set -euo pipefail
cd "$(dirname "$0")/../.."

folder=$(mktemp -d "${TMPDIR:-/tmp}/allot-soak.XXXXXX")
trap 'rm -rf "$folder"' EXIT
failed=0
began=$(date +%s)

run() {
    local name=$1
    shift
    echo "== $name"
    "$@" 2>&1 | tee "$folder/$name" || failed=1
}

run kills env ALLOT_BIN="$PWD/.build/release" ROUNDS="${ROUNDS:-50}" Tests/SystemTests/kill9.sh
run properties env ALLOT_SOAK_STREAMS="${STREAMS:-10000}" \
    ALLOT_POLICY_MUTATIONS="${POLICY_MUTATIONS:-100000}" ALLOT_MONTHS="${MONTHS:-6000}" \
    "${SWIFT:-swift}" test --skip-build --disable-xctest --filter '^(SchedulingTests|PolicyTests|ChargebackTests)\.'

run cuts env CUTS="${CUTS:-20}" ONLY=cuts Tests/SystemTests/vm/run.sh
run sums env MONTHS="${MONTHS:-6000}" Tests/SystemTests/sums.sh

# What other runs have written behind it stays.
sed -n '/^## /,$p' docs/soak.md >"$folder/others"

{
    echo '# The last long run'
    echo
    echo 'Written by `make soak`; see CONTRIBUTING.md.'
    echo
    echo "- date: $(date -u +%F), version $(git describe --always --dirty 2>/dev/null || echo unknown)"
    echo "- machine: $(nproc) CPUs, $(uname -sr), $(. /etc/os-release && echo "$PRETTY_NAME")"
    echo "- took: $(($(date +%s) - began)) s"
    echo "- kills: $(grep -E '^(kill9:|FAILED)' "$folder/kills" | tail -n 1)"
    echo "- properties, with ${STREAMS:-10000} streams each, ${POLICY_MUTATIONS:-100000} mutations of a policy and ${MONTHS:-6000} months: $(grep -E 'Test run with' "$folder/properties" | tail -n 1)"
    echo "- power cuts: $(grep -E '^vm:' "$folder/cuts" | tail -n 1); $(tail -n 1 "$folder/cuts")"
    echo "- invoices by SQL: $(grep -E '^(sums:|FAILED)' "$folder/sums" | head -n 1)"
    if [ -s "$folder/others" ]; then echo && cat "$folder/others"; fi
} >"$folder/soak.md"
mv "$folder/soak.md" docs/soak.md
echo
cat docs/soak.md
exit $failed
