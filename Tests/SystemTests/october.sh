# October 2026 as a test lets it happen, in the folder of common.sh, for scripts that end it as several users: sourced,
# not run. Skips the script, and says why, where that can not be.

skip() {
    echo "skipped: $(basename "$0"): $1"
    exit 0
}
[ "$(id -u)" -eq 0 ] || skip 'only root can be several users'
command -v setpriv >/dev/null || skip 'there is no setpriv'
[ -e /usr/share/zoneinfo/Europe/Berlin ] || skip 'there are no time zones (tzdata)'
[ "$(date -u +%Y%m)" -ge 202611 ] || skip 'October 2026 is not over by the clock of this machine'

ALLOT_FINANCE_MONTH=$folder "$bin/allotPackageTests.xctest" --testing-library swift-testing \
    --filter 'is left for who asks for it' >"$folder/month.log" 2>&1 || {
    cat "$folder/month.log"
    fail 'the month did not happen'
}
[ -s "$folder/policy.yaml" ] || fail 'the month was not left'

# Others can read the program and the libraries that Debian does not have.
mkdir "$folder/bin" "$folder/lib"
cp "$bin/allot" "$folder/bin/"
ldd "$bin/allot" | awk '$2 == "=>" && $3 !~ "^/(usr/)?lib" && $3 ~ "^/" {print $3}' | xargs -r cp -Lt "$folder/lib"
chmod -R a+rX "$folder/bin" "$folder/lib"
