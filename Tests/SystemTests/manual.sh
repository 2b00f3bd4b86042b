#!/usr/bin/env bash
# Writes the man pages: manual.sh PROGRAMS TO. One page for each command: `man allot reserve` shows allot-reserve(1).
set -euo pipefail
programs=$1 to=$2

page() {
    local program=$1 section=$2 folder
    folder=$(mktemp -d "${TMPDIR:-/tmp}/allot-manual.XXXXXX")
    "$programs/generate-manual" "$programs/$program" --multi-page --section "$section" --output-directory "$folder"
    mkdir -p "$to/man$section"
    local file name
    for file in "$folder"/*; do
        name=${file##*/}
        name=${name%."$section"}
        # The generator joins a command's words by points, and leaves empty lines, which mdoc(7) has no use for.
        sed -e '/^\.\(Dt\|Xr\) /s/\./-/2g' -e 's/^$/.Pp/' "$file" \
            >"$to/man$section/${name//./-}.$section"
    done
    rm -r "$folder"
}

rm -rf "$to"
page allot 1
page allotd 8
page allot-enforcer 8
find "$to" -type f | wc -l | sed "s|\$| pages in $to|"
