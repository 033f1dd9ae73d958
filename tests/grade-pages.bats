#!/usr/bin/env bats
# Grades as pages: `grade --html` and `grade merge --html`. Where there is a browser, they are
# clicked through.
# shellcheck disable=SC2154 # stderr is set by `run --separate-stderr`

bats_require_minimum_version 1.8.0

setup_file() {
    top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    export top "BUILD=${BUILD:-$top/build}" LC_ALL=C PYTHONIOENCODING=utf-8
    export PROCENARIO="${PROCENARIO:-$BUILD/procenario}"
    cd "$BATS_FILE_TMPDIR" || return
    "$PROCENARIO" doctor | grep -q '^ok  *sandbox' || return 0
    mkdir submissions
    "$top/tests/grade-pages/submissions" submissions
    echo 'bob: 25h' >late.yaml
    "$PROCENARIO" grade "$top/tests/grade-pages/lab/lab.yaml" --submissions submissions \
        --late late.yaml -o results --pictures --html pages >table
}

setup() {
    [ -e "$BATS_FILE_TMPDIR/table" ] || skip "this host has no sandbox"
    cd "$BATS_TEST_TMPDIR" || return
    results=$BATS_FILE_TMPDIR/results
    pages=$BATS_FILE_TMPDIR/pages
    newline='
'
}

merge() {
    "$PROCENARIO" grade merge "$@"
}

# Checks the page and compares its body with the golden; to renew goldens: RENEW=1.
outline() {
    python3 "$top/tests/page/outline.py" "$1" grades >body
    [ "${RENEW:-}" != 1 ] || cp body "$top/tests/grade-pages/$2"
    diff -u "$top/tests/grade-pages/$2" body
}

# browse CHECK PAGE: what tests/browser/grades.cjs knows to do with a page.
browse() {
    [ -e "$BUILD/browser/complete" ] || skip "needs Chromium, Node.js and npm's packages"
    export NODE_PATH=$BUILD/browser/node_modules
    HOME=$BATS_TEST_TMPDIR node "$top/tests/browser/grades.cjs" "$@"
}

# many N FOLDER: results of so many submissions, made of those that are there.
many() {
    python3 - "$results" "$@" <<'PYTHON'
import glob, os, re, sys
results, count, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
os.makedirs(folder)
texts = [open(path).read() for path in sorted(glob.glob(results + "/*.json")) if "%" not in path]
for i in range(count):
    text = re.sub(r'"id": "\w*"', f'"id": "student{i:04}"', texts[i % len(texts)], count=1)
    text = re.sub(r', "picture": "[^"]*"', "", text)
    with open(f"{folder}/student{i:04}.json", "w") as file:
        file.write(text)
PYTHON
}

# ---- what is written --------------------------------------------------------------------------

@test "grading tells the grades, and writes a page a submission and an overview" {
    grep -q '^11 submissions' "$BATS_FILE_TMPDIR/table"
    [ -f "$pages/index.html" ]
    [ "$(find "$pages/submissions" -name '*.html' | wc -l)" = 11 ]
    [ "$(find "$pages" -type f | wc -l)" = 12 ]
}

@test "the overview: how many, what they have, what is failed most" {
    outline "$pages/index.html" overview.txt
}

@test "a submission that fails some: expected, seen, the moment, the hint; hostile output is text" {
    outline "$pages/submissions/bob.html" bob.txt
    grep -qF 'img-src data:' "$pages/submissions/bob.html"
    run ! grep -q '<script' "$pages/submissions/bob.html"
}

@test "a submission that is stuck, one that crashes, one that does not build, one that is missing" {
    outline "$pages/submissions/carol.html" carol.txt
    outline "$pages/submissions/dave.html" dave.txt
    outline "$pages/submissions/eve.html" eve.txt
    outline "$pages/submissions/frank.html" frank.txt
}

@test "a submission of any name has a page, and every page is well built" {
    hostile="<img src=x onerror=alert(1)>\"'&${newline}x"
    grep -qF '&lt;img src=x onerror=alert(1)&gt;&quot;'  "$pages/index.html"
    [ -f "$pages/submissions/%3Cimg%20src=x%20onerror=alert%281%29%3E%22%27%26%0Ax.html" ]
    [ -d "$BATS_FILE_TMPDIR/submissions/$hostile" ]
    for page in "$pages"/submissions/*.html; do
        python3 "$top/tests/page/outline.py" "$page" grades >/dev/null || { echo "$page" && false; }
        [ "$(grep -c '<h1>' "$page")" = 1 ]
    done
}

@test "of what is hidden only the points are told" {
    run ! grep -rqi secret "$pages"
    grep -q 'hidden scenario 3' "$pages/submissions/bob.html"
}

@test "pages made of results are the pages that grading wrote, to the byte" {
    merge "$results" --html again >/dev/null
    diff -r "$pages" again
    merge "$results" --html again >/dev/null # over what is there
    diff -r "$pages" again
    merge "$results" -o together --html third --format json >book.json
    diff -r "$pages" third
    jq=$(python3 -c 'import json; print(json.load(open("book.json"))["count"])')
    [ "$jq" = 11 ]
}

@test "pictures of what lost points stand in the page; one that is gone or elsewhere is left out" {
    [ "$(grep -c 'src="data:image/svg+xml;base64,' "$pages/submissions/carol.html")" = 3 ]
    [ "$(grep -c 'src="data:' "$pages/submissions/alice.html")" = 0 ]
    cp -r "$results" copy
    rm copy/carol.1.svg
    sed -i 's|"picture": "carol.2.svg"|"picture": "../secret.svg"|' copy/carol.json
    echo '<svg xmlns="http://www.w3.org/2000/svg"><!-- not for students --></svg>' >secret.svg
    merge copy --html pages >/dev/null
    [ "$(grep -c 'src="data:' pages/submissions/carol.html)" = 1 ]
    run ! grep -q "$(base64 -w0 secret.svg)" pages/submissions/carol.html
}

@test "one whose grading failed has no grade, and counts nowhere" {
    cp -r "$results" copy
    sed -i 's|^ "notes": | "failed": "the host <refused>",\n&|' copy/bob.json
    run merge copy --html pages
    [ "$status" -eq 3 ]
    python3 "$top/tests/page/outline.py" pages/submissions/bob.html grades >body
    grep -q 'No grade: the grading itself failed' body
    grep -q 'the host &lt;refused&gt;' body
    python3 "$top/tests/page/outline.py" pages/index.html grades >body
    grep -q 'The grading itself failed of 1' body
    grep -q '<dt>submissions</dt><dd>11</dd>' body
    grep -q ' of 10</td>' body
}

@test "results without a sandbox say so" {
    mkdir one && cp -r "$BATS_FILE_TMPDIR/submissions/alice" one
    "$PROCENARIO" grade "$top/tests/grade-pages/lab/lab.yaml" --submissions one \
        --unsafe-no-sandbox --html pages >/dev/null
    grep -q 'Performed without a sandbox' pages/submissions/alice.html
    grep -q '1 of them was performed without a sandbox' pages/index.html
}

@test "one submission has an overview, too; results that are not kept leave nothing" {
    mkdir tmp
    TMPDIR=$PWD/tmp "$PROCENARIO" grade "$top/tests/grade-pages/lab/lab.yaml" \
        --submission "$BATS_FILE_TMPDIR/submissions/dave" --html pages >told
    grep -q 'kill' told || grep -q 'SIGABRT' told
    python3 "$top/tests/page/outline.py" pages/index.html grades >/dev/null
    [ -f pages/submissions/dave.html ]
    [ -z "$(ls -A tmp)" ]
}

# ---- mistakes ---------------------------------------------------------------------------------

@test "where pages cannot be written, grading says so, with status 3, and leaves no half page" {
    run --separate-stderr merge "$results" --html nowhere/pages
    [ "$status" -eq 3 ] && [[ $stderr == *"cannot make the folder 'nowhere/pages'"* ]]
    touch file
    run --separate-stderr merge "$results" --html file
    [ "$status" -eq 3 ] && [[ $stderr == *"cannot keep pages in 'file'"* ]]
    mkdir -p pages/index.html
    run --separate-stderr merge "$results" --html pages
    [ "$status" -eq 3 ] && [[ $stderr == *index.html* ]]
    [ "$(find pages -type f | wc -l)" = 11 ]
    run --separate-stderr merge "$results" --html
    [ "$status" -eq 2 ]
}

# ---- many -------------------------------------------------------------------------------------

@test "memory does not grow with the number of submissions" {
    [ "${VARIANT:-plain}" = plain ] || skip "the variant's memory is its own"
    many 20 few
    many 1000 lots
    cat >measure.py <<'PYTHON'
import os, resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
PYTHON
    few=$(python3 measure.py "$PROCENARIO" grade merge few --html few-pages)
    lots=$(python3 measure.py "$PROCENARIO" grade merge lots --html lots-pages)
    echo "$few KiB, $lots KiB"
    [ "$(find lots-pages -type f | wc -l)" = 1001 ]
    [ "$((lots - few))" -lt 1500 ] # names and paths, and what malloc keeps
}

# ---- in a browser -----------------------------------------------------------------------------

@test "a validator finds no mistake" {
    [ -e "$BUILD/browser/complete" ] || skip "needs Node.js and npm's packages"
    mkdir valid
    number=0
    for page in "$pages/index.html" "$pages"/submissions/*.html; do
        cp "$page" "valid/$((number += 1)).html"
    done
    "$BUILD/browser/node_modules/.bin/html-validate" \
        --config "$top/tests/browser/htmlvalidate.json" valid/*.html
}

@test "headings order the table, up and down" {
    browse sorts "$pages/index.html"
}

@test "the keyboard is enough" {
    browse keys "$pages/index.html"
}

@test "a search, and who fails an expectation" {
    browse finds "$pages/index.html"
}

@test "each link leads to its page; no output becomes markup; no page tells of another student" {
    browse leads "$pages/index.html"
}

@test "axe finds nothing to complain of, in light and dark" {
    browse accessible "$pages/index.html"
    browse accessible "$pages/submissions/bob.html"
    browse accessible "$pages/submissions/eve.html"
}

@test "narrow windows and large type lose nothing" {
    browse narrow "$pages/index.html"
    browse narrow "$pages/submissions/carol.html"
    browse narrow "$pages/submissions/eve.html"
}

@test "on paper everything is there" {
    browse paper "$pages/index.html"
    browse paper "$pages/submissions/bob.html"
}

@test "without scripts it is a table with links" {
    browse plain "$pages/index.html"
}

@test "five hundred submissions answer at once" {
    many 500 lots
    merge lots --html pages >/dev/null
    [ "$(stat -c %s pages/index.html)" -lt 1000000 ]
    browse many pages/index.html
}
