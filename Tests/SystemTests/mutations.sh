#!/usr/bin/env bash
# Known bugs put back on purpose, one at a time: do the promise tests see them?
#
#   mutations.sh [--scratch-path FOLDER] [--record] [NAME...]
#
# Each file in mutations/ is a patch of Sources/Scheduling. Its first line says what is wrong then; `Expect:` is what the
# random streams have to say, as an extended regular expression. Where they say nothing, the room's other tests are asked,
# kept streams among them, and those that fail are named. The tree is copied to a temporary folder with a package that
# has the rooms of the scheduling tests alone, so that each mutation compiles no more than these. STREAMS (500) random
# streams are played for each; a mutation that no test sees fails the run. A few minutes at first, then about one for
# each mutation. `--record` writes what came of it to docs/soak.md.
set -euo pipefail
cd "$(dirname "$0")/../.."

swift=${SWIFT:-swift}
streams=${STREAMS:-500}
limit=${LIMIT:-400}
patches=$PWD/Tests/SystemTests/mutations
folder=$(mktemp -d "${TMPDIR:-/tmp}/allot-mutations.XXXXXX")
trap 'rm -rf "$folder"' EXIT
scratch=$folder/build
table=$folder/table
record=
names=()
# What a process says that stops itself.
stops='(Fatal error|Precondition failed): '

while [ $# -gt 0 ]; do
    case $1 in
    --scratch-path) scratch=$(mkdir -p "$2" && cd "$2" && pwd) && shift 2 ;;
    --record) record=yes && shift ;;
    -*) echo "There is no option $1." >&2 && exit 64 ;;
    *) names+=("$1") && shift ;;
    esac
done
[ ${#names[@]} -gt 0 ] || mapfile -t names < <(cd "$patches" && ls -- *.patch | sed 's/\.patch$//')

# The lines of Package.swift for what the scheduling tests need.
small_package() {
    local wanted found
    wanted='room\("(Units|Topology|Policy|Scheduling|Simulation)"|tests\("SchedulingTests"|\.systemLibrary\(name: "C(Hwloc|Zlib)"'
    found=$(grep -E "^ +($wanted)" Package.swift)
    [ "$(wc -l <<<"$found")" -eq 8 ] || { echo 'Package.swift names its rooms otherwise than expected.' >&2; exit 1; }
    sed '/^let package = /,$d' Package.swift
    echo 'let package = Package(name: "allot", dependencies: ['
    # What the build has fetched already is not fetched again.
    if [ -d "$folder/Yams" ]; then echo '.package(path: "../Yams")'; else grep '/Yams"' Package.swift; fi
    echo '], targets: ['
    echo "$found"
    echo '])'
}

copy=$folder/tree
mkdir -p "$copy/Tests"
cp -r Sources "$copy/Sources"
cp -r Tests/SchedulingTests "$copy/Tests/SchedulingTests"
if [ -d .build/checkouts/Yams ]; then cp -r .build/checkouts/Yams "$folder/Yams"; fi
small_package >"$copy/Package.swift"

build() { "$swift" build --package-path "$copy" --scratch-path "$scratch" --build-tests >"$folder/build.log" 2>&1; }

# play SEED|all: what the promise tests say.
play() {
    local variable=(ALLOT_SOAK_STREAMS="$streams")
    [ "$1" = all ] || variable=(ALLOT_SEED="$1")
    env SWIFT_BACKTRACE=enable=no "${variable[@]}" timeout --kill-after=10 "$limit" "$swift" test \
        --package-path "$copy" --scratch-path "$scratch" --skip-build --disable-xctest --filter 'PromiseTests.*no stream of commands' >"$folder/log" 2>&1
}

# The names of the room's other tests that fail; nothing where all pass.
other_tests() {
    env SWIFT_BACKTRACE=enable=no ALLOT_SOAK_STREAMS=1 timeout --kill-after=10 "$limit" "$swift" test \
        --package-path "$copy" --scratch-path "$scratch" --skip-build --disable-xctest \
        --filter '^SchedulingTests\.' --skip 'no stream of commands' >"$folder/log" 2>&1 && return
    sed -nE 's/^.*✘.* Test (".*"|[a-zA-Z_`].*\)) .*recorded an issue.*/\1/p' "$folder/log" | sort -u | head -n 2 |
        paste -sd ';' | sed 's/;/; /'
    sed -nE "s/.*$stops/the engine stops: /p" "$folder/log" | head -n 1
}

# The engine stops itself where it would grant something twice: then the seed is looked for, one by one.
crashing_seed() {
    local seed
    for ((seed = 1; seed <= 50; seed++)); do
        play "$seed" || { grep -qE "$stops" "$folder/log" && echo "$seed" && return; }
    done
    echo '?'
}

echo "== Building what is not mutated."
build || { cat "$folder/build.log"; exit 1; }
echo "== Playing it: nothing may fail."
play all || { grep -v '^◇' "$folder/log"; exit 1; }

row() { printf '| %s | %s | %s | %s | %s |\n' "$@" | tee -a "$table"; }
: >"$table"
row mutation seen 'promise, or the test' seed 'steps, shrunk'
row --- --- --- --- ---
unseen=()
for name in "${names[@]}"; do
    patch=$patches/$name.patch
    expected=$(sed -n 's/^Expect: //p' "$patch")
    [ -n "$expected" ] || { echo "$patch does not say what to expect." >&2; exit 1; }
    git -C "$copy" apply "$patch" || { echo "$patch does not fit any more: bring it up to date." >&2; exit 1; }
    build || { cat "$folder/build.log"; echo "$name does not compile." >&2; exit 1; }
    code=0
    play all || code=$?
    cp "$folder/log" "$folder/$name.log"
    told=$(grep -m 1 -E 'seed [0-9]+, promise ' "$folder/log" || true)
    crash=$(sed -nE "s/.*$stops//p" "$folder/log" | head -n 1)
    if [ "$code" -ne 0 ] && grep -qE "(promise |$stops)$expected" "$folder/log"; then
        if [ -n "$told" ]; then
            told=$(grep -m 1 -E "seed [0-9]+, promise $expected" "$folder/log")
            promise=$(sed -E 's/.*, promise ([^:]*):.*/\1/' <<<"$told")
            steps=$(grep -A 1 -F "$told" "$folder/log" | sed -nE 's/.*shrunk to ([0-9]+ of [0-9]+) steps.*/\1/p' | head -n 1)
            row "$name" yes "$promise" "$(sed -E 's/.*seed ([0-9]+),.*/\1/' <<<"$told")" "${steps:-not shrunk}"
        else
            row "$name" yes "the engine stops: $crash" "$(crashing_seed)" '-'
        fi
    else
        others=$(other_tests)
        if [ -n "$others" ]; then
            row "$name" 'by another test' "$others" - -
        else
            unseen+=("$name")
            told=$(sed -E 's/.*, promise ([^:]*):.*/\1/' <<<"$told")
            row "$name" no "${told:-${crash:-exit code $code}}" - -
        fi
    fi
    git -C "$copy" apply --reverse "$patch"
done

if [ -n "$record" ]; then
    {
        # The other parts stay; this one goes to the end.
        awk '/^## / { own = ($0 == "## Known bugs put back") } !own' docs/soak.md
        echo
        echo '## Known bugs put back'
        echo
        echo "Written by \`make mutations\`: $streams streams for each, $(date -u +%F), version" \
            "$(git describe --always --dirty 2>/dev/null || echo unknown). What each one does stands in its patch in" \
            '`Tests/SystemTests/mutations`; the steps are those of the stream that showed it, and what they shrank to.'
        echo
        cat "$table"
    } >"$folder/soak.md"
    mv "$folder/soak.md" docs/soak.md
fi

echo
if [ ${#unseen[@]} -gt 0 ]; then
    echo "mutations: NOT seen: ${unseen[*]}"
    exit 1
fi
echo "mutations: all ${#names[@]} seen"
