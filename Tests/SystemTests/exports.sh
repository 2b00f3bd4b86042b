#!/usr/bin/env bash
# Has programs of others judge exports: the FOCUS toolkit each dataset and all of them together with a tolerance of
# nothing, hledger the ledger and its assertions; and sees that either refuses what was tampered with.
#   exports.sh           months drawn at random, with every kind of row, and how they are refused when a row is broken
#   exports.sh FOLDER…   what is in folders: files named as `allot export` names its formats (focus-cost-and-usage, csv,
#                        gl, hledger and so on)
# The toolkit is installed for this alone, into ALLOT_TOOLS (~/.cache/allot), never into the system's Python.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
toolkit=0.14.1
tools=${ALLOT_TOOLS:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/allot}/focus-data-toolkit-$toolkit

install_toolkit() {
    [ -x "$tools/bin/focus-toolkit" ] && return 0
    rm -rf "$tools"
    mkdir -p "$(dirname "$tools")"
    python3 -m venv "$tools" && "$tools/bin/pip" install --quiet --disable-pip-version-check \
        "focus-data-toolkit==$toolkit" && return 0
    rm -rf "$tools"
    return 1
}

if ! command -v hledger >/dev/null; then
    echo 'skipped: exports.sh: there is no hledger, and nobody outside has judged the ledger'
    exit 0
fi
if ! install_toolkit; then
    echo "skipped: exports.sh: focus-data-toolkit $toolkit can not be installed, and nobody outside has judged FOCUS"
    exit 0
fi

judge() { "$tools/bin/python3" "$root/Tests/SystemTests/exports.py" "$@"; }

if [ $# -gt 0 ]; then
    judge "$@"
    exit
fi
folder=$(mktemp -d "${TMPDIR:-/tmp}/allot-exports.XXXXXX")
trap 'rm -rf "$folder"' EXIT
bundle=${ALLOT_TESTS:-$root/.build/debug/allotPackageTests.xctest}
if [ ! -x "$bundle" ]; then
    echo "$bundle is not there: build it first with \`make build\`." >&2
    exit 1
fi
if ! ALLOT_EXPORTS=$folder "$bundle" --testing-library swift-testing \
    --filter '^ChargebackTests\.ExportSampleTests' >"$folder/log" 2>&1; then
    cat "$folder/log" >&2
    exit 1
fi
judge --every-kind --break "$folder"/*/
