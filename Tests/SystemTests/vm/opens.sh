#!/bin/sh
# The GPU nodes that open, by their names; -v says of the others why not.
for node in /dev/dri/card? /dev/dri/renderD???; do
    if why=$( (exec 3<>"$node") 2>&1); then
        printf '%s ' "${node##*/}"
    elif [ "${1:-}" = -v ]; then
        printf '%s:%s ' "${node##*/}" "$(printf %s "${why##*: }" | tr ' ' _)"
    fi
done
echo
