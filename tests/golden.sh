#!/usr/bin/env bash
# Writes the golden traces of all scenarios anew: tests/golden/PATH.json for scenarios/PATH.yaml; and,
# without a PATH, the golden transcripts that are there (a new one begins as an empty file).
#
#     tests/golden.sh [PATH…]        (called by `make golden`, which builds first)
#
# Pictures are drawn from these traces: tests/golden/pictures/PATH.KIND.LANG.FORMAT for PATH.json. To hold
# another one, make an empty file of that name first.
#
# A golden is evidence only when somebody has read it: look at the difference before you commit it.
# Refused in CI, where nobody reads.
set -euo pipefail

if [ -n "${CI:-}" ]; then
    echo "tests/golden.sh: refused in CI: goldens are renewed by a person who reads them" >&2
    exit 1
fi
cd "$(dirname "$0")/.."
procenario=$(realpath "${PROCENARIO:-${BUILD:-build}/procenario}")
export PROCENARIO=$procenario # for tests/transcript-of, which works elsewhere
golden=tests/golden
new=$(mktemp -d)
trap 'rm -rf "$new"' EXIT

if [ $# -eq 0 ]; then
    mapfile -t names < <(cd scenarios && find . -name '*.yaml' -not -path './grading/*' | sed 's|^\./||; s|\.yaml$||' | LC_ALL=C sort)
    # What belongs to no scenario any more.
    while read -r name; do
        [ -f "scenarios/$name.yaml" ] || { rm "$golden/$name.json" && echo "removed  $name"; }
    done < <(mkdir -p $golden && cd $golden && find . -name '*.json' -not -path './pictures/*' | sed 's|^\./||; s|\.json$||')
else
    names=("$@")
fi

if "$procenario" doctor | grep -qE '^(degraded|missing) '; then
    echo "tests/golden.sh: this host allows less than a golden run needs: see 'procenario doctor'" >&2
    exit 1
fi

failed=0
for name in "${names[@]}"; do
    scenario=scenarios/$name.yaml
    expected=0 status=0
    if grep -qx '# exit status: 1' "$scenario"; then
        expected=1
    fi
    "$procenario" run --quiet --trace "$new/trace.json" "$scenario" || status=$?
    if [ "$status" -ne "$expected" ]; then
        echo "FAILED   $name: status $status instead of $expected, its golden stays as it was" >&2
        failed=1
        continue
    fi
    what=
    if [ ! -f "$golden/$name.json" ]; then
        what=new
    elif ! cmp -s "$new/trace.json" "$golden/$name.json"; then
        what=changed
    fi
    if [ -n "$what" ]; then
        mkdir -p "$(dirname "$golden/$name.json")"
        cp "$new/trace.json" "$golden/$name.json"
        printf '%-8s %s\n' "$what" "$name"
    fi
done
if [ $# -eq 0 ]; then
    while read -r name; do
        if ! tests/transcript-of "$name" >"$new/transcript"; then
            echo "FAILED   transcripts/$name: its golden stays as it was" >&2
            failed=1
        elif ! cmp -s "$new/transcript" "$golden/transcripts/$name"; then
            cp "$new/transcript" "$golden/transcripts/$name"
            printf '%-8s %s\n' changed "transcripts/$name"
        fi
    done < <(cd $golden/transcripts && find . -type f | sed 's|^\./||' | LC_ALL=C sort)
fi
for name in "${names[@]}"; do
    for picture in "$golden/pictures/$name".*; do
        [ -f "$picture" ] || continue
        IFS=. read -r kind language format <<<"${picture#"$golden/pictures/$name."}"
        "$procenario" draw --as "$kind" --lang "$language" --format "$format" -o "$new/picture" \
            "$golden/$name.json"
        if ! cmp -s "$new/picture" "$picture"; then
            cp "$new/picture" "$picture"
            printf '%-8s %s\n' changed "${picture#"$golden/"}"
        fi
    done
done
[ $# -gt 0 ] || RENEW=1 bats --filter 'well built, closed|a page in Chinese|stay text' tests/page.bats >/dev/null
git diff --stat -- $golden tests/page 2>/dev/null || true # a copy without its history has nothing to show
exit $failed
