#!/usr/bin/env bats
# Folders that make course systems grade (`grade --scaffold`), performed as these systems do; and what
# GitHub reads of results.
# shellcheck disable=SC2154 # stderr is set by `run --separate-stderr`

bats_require_minimum_version 1.8.0

setup() {
    top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    : "${BUILD:=$top/build}" "${PROCENARIO:=$BUILD/procenario}"
    export LC_ALL=C PYTHONIOENCODING=utf-8
    helpers=$top/tests/grade-scaffold
    cd "$BATS_TEST_TMPDIR" || return
    # The scripts find it by its name.
    mkdir bin
    ln -s "$PROCENARIO" bin/procenario
    PATH=$PWD/bin:$PATH
    ! grep -q sandbox "$BATS_FILE_TMPDIR/none" 2>/dev/null || no_sandbox=yes
}

setup_file() {
    top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    "${PROCENARIO:-${BUILD:-$top/build}/procenario}" doctor | grep '^ok  *sandbox' >/dev/null ||
        echo 'no sandbox' >"$BATS_FILE_TMPDIR/none"
}

needs_sandbox() {
    [ "${no_sandbox:-}" != yes ] || skip "this host has no sandbox"
}

scaffold() {
    "$PROCENARIO" grade "$@"
}

# An assignment for shell scripts, of two scenarios; the second waits for a file, if one is given.
assignment() {
    mkdir -p lab
    cat >lab/lab.yaml <<'YAML'
assignment: 1
title: "Two: %, and <more>"
files: [work.sh]
given: [data]
scenarios: [first.yaml, {file: second.yaml, hidden: true}]
late: {per: day, minus: 10%}
YAML
    cat >lab/first.yaml <<'YAML'
title: The first
processes: {main: [exec: [sh, work.sh]]}
expect:
  - exit: {main: 0}
    points: 4
  - output: {text: "done\n"}
    name: it says "done"
    points: 1
    hint: "100 %: say it, at once"
YAML
    cat >lab/second.yaml <<'YAML'
title: The solution is xyzzy
processes: {main: [exec: [sh, work.sh, second]]}
clock: real
limits: {time: 5m, wall: 5m}
expect:
  - exit: {main: 0}
YAML
    mkdir -p lab/data/deep
    echo 'given' >lab/data/deep/file
    printf '#!/bin/sh\necho given\n' >lab/data/tool
    chmod +x lab/data/tool
    echo 'the solution' >lab/solution.sh
}

# A student's work in the folder given, and what Gradescope makes of it.
right='cat data/deep/file >/dev/null && ./data/tool >/dev/null && echo done'
hand_in() {
    mkdir -p "$1"
    printf '%s\n' "$2" >"$1/work.sh"
}
gradescope() {
    rm -rf autograder
    mkdir -p autograder
    scaffold lab/lab.yaml --scaffold gradescope autograder/source -q
    hand_in autograder/submission "$1"
    export AUTOGRADER_ROOT=$PWD/autograder
}
score() {
    "$helpers/gradescope_check" autograder/results/results.json
}
has() {
    grep -qF -- "$1" autograder/results/results.json || {
        cat autograder/results/results.json
        return 1
    }
}

# No process of this test is left, at least not for long.
nobody_is_left() {
    for _ in $(seq 100); do
        pgrep -f "$BATS_TEST_TMPDIR/autograder" >/dev/null || return 0
        sleep 0.1
    done
    pgrep -af "$BATS_TEST_TMPDIR/autograder"
    return 1
}

# ---- folders ----------------------------------------------------------------------------------

@test "an autograder holds the assignment, what it gives, and the program; no solution" {
    assignment
    run scaffold lab/lab.yaml --scaffold gradescope out
    [ "$status" -eq 0 ] && [ "$output" = "out/README.md tells how to go on" ]
    (cd out && find . -type f | LC_ALL=C sort) >files
    diff -u - files <<'FILES'
./README.md
./assignment/data/deep/file
./assignment/data/tool
./assignment/first.yaml
./assignment/lab.yaml
./assignment/second.yaml
./procenario
./run_autograder
./settings.sh
./setup.sh
FILES
    for program in procenario run_autograder setup.sh assignment/data/tool; do
        [ -x "out/$program" ]
    done
    [ ! -x out/assignment/lab.yaml ]
    diff -r lab/data out/assignment/data
    "$PROCENARIO" check out/assignment/lab.yaml
    grep -q '^late=yes$' out/settings.sh
    out/procenario --version
}

@test "without an assignment there is a small one to begin with" {
    scaffold --scaffold gradescope out
    "$PROCENARIO" check out/assignment/assignment.yaml
    scaffold --scaffold github there
    diff -r out/assignment there/.github/procenario/assignment
    [ "$(find there -type f | wc -l)" = 8 ]
}

@test "an empty folder is filled, one that is not stays as it is" {
    mkdir out
    scaffold --scaffold github out/ -q
    [ -f out/.github/workflows/grade.yml ]
    [ "$(stat -c %a out)" = "$(stat -c %a bin)" ]
    cp -r out before
    run --separate-stderr scaffold --scaffold gradescope out
    [ "$status" -eq 2 ] && [[ $stderr == *"'out' is there already, and not empty"* ]]
    diff -r before out
    touch file
    run --separate-stderr scaffold --scaffold gradescope file
    [ "$status" -eq 2 ] && [ ! -s file ]
}

@test "an assignment of any name" {
    assignment
    mv lab/lab.yaml "lab/it's \$(id).yaml"
    scaffold "lab/it's \$(id).yaml" --scaffold gradescope out
    # shellcheck source=/dev/null
    . out/settings.sh
    [ -f "out/assignment/${assignment:?}" ]
}

@test "mistakes are told, and nothing is written" {
    assignment
    run --separate-stderr scaffold lab/lab.yaml --scaffold gradescope
    [ "$status" -eq 2 ] && [[ $stderr == *"takes an assignment and the folder"* ]]
    run --separate-stderr scaffold --scaffold gradescope
    [ "$status" -eq 2 ]
    run --separate-stderr scaffold a b c --scaffold gradescope
    [ "$status" -eq 2 ]
    run --separate-stderr scaffold lab/lab.yaml --scaffold gradescop out
    [ "$status" -eq 2 ]
    run --separate-stderr scaffold lab/lab.yaml --scaffold github out -j 2
    [ "$status" -eq 2 ] && [[ $stderr == *"--jobs is about grading"* ]]
    run --separate-stderr scaffold lab/first.yaml --scaffold github out
    [ "$status" -eq 2 ]
    run --separate-stderr scaffold lab/lab.yaml --scaffold github nowhere/out
    [ "$status" -eq 3 ] && [[ $stderr == *nowhere/out* ]]
    mv lab/first.yaml .
    sed -i 's|first.yaml|../first.yaml|' lab/lab.yaml
    run --separate-stderr scaffold lab/lab.yaml --scaffold github out
    [ "$status" -eq 3 ] && [[ $stderr == *"'../first.yaml' is not in the folder of the assignment"* ]]
    [ -z "$(find . -name 'out*')" ]
}

@test "docs tell of every file of a scaffold" {
    scaffold --scaffold gradescope gradescope
    for file in gradescope/[!R]*; do
        grep -qE "\`${file#*/}/?\`" gradescope/README.md || { echo "$file" && false; }
    done
    scaffold --scaffold github github
    for file in github/.github/*/[!R]*; do
        grep -qE "\`${file#github/}/?\`" github/.github/procenario/README.md || { echo "$file" && false; }
    done
}

# ---- setup.sh ---------------------------------------------------------------------------------

# Commands that change a machine, and what they were asked for.
tame() {
    cat >bin/tame <<SH
#!/bin/sh
echo "\${0##*/} \$*" >>"$PWD/asked"
SH
    chmod +x bin/tame
    for name in "$@"; do ln -s tame "bin/$name"; done
    cat >bin/sudo <<'SH'
#!/bin/sh
exec "$@"
SH
    chmod +x bin/sudo
}

@test "setup.sh installs what procenario is built with, the sandbox, and the program" {
    scaffold --scaffold gradescope out
    tame apt-get
    sed -i "s/^packages=.*/packages='python3 g++'/" out/settings.sh
    PREFIX=$PWD/usr out/setup.sh
    cmp out/procenario usr/bin/procenario
    grep -q '^apt-get update$' asked
    tr ' ' '\n' <asked >words
    for package in $(sed -nE 's/^build +([^ ]+) .*/\1/p' "$top/tests/packages.txt") bubblewrap python3 g++; do
        grep -qxF "$package" words || { echo "$package is not installed" && false; }
    done
}

@test "where the program does not run, setup.sh builds it, or says what is missing" {
    scaffold --scaffold gradescope out
    tame apt-get make
    printf '#!/bin/sh\necho "a library is missing" >&2\nexit 127\n' >out/procenario
    PREFIX=$PWD/usr run --separate-stderr out/setup.sh
    [ "$status" -eq 1 ] && [[ $stderr == *"procenario_source="* ]]
    mkdir out/sources
    echo 'all:' >out/sources/Makefile
    sed -i 's/^procenario_source=.*/procenario_source=sources/' out/settings.sh
    mkdir tmp
    TMPDIR=$PWD/tmp PREFIX=$PWD/usr out/setup.sh
    grep -qE "^make -C $PWD/tmp/[^ ]*/source all$" asked
    grep -qE "^make -C $PWD/tmp/[^ ]*/source PREFIX=$PWD/usr install$" asked
    [ -z "$(ls -A tmp)" ]
}

# ---- Gradescope -------------------------------------------------------------------------------

@test "an autograder grades, and hides what is hidden" {
    needs_sandbox
    assignment
    gradescope "$right"
    autograder/source/run_autograder
    [ "$(score)" = 6 ]
    run ! grep -qF xyzzy autograder/results/results.json
    gradescope 'echo Done; exit 3'
    autograder/source/run_autograder
    [ "$(score)" = 0 ]
    has '"output": "expected'
    has '100 %: say it, at once'
    [ "$(ls autograder/results)" = results.json ]
}

@test "an autograder takes off what is lost for late work" {
    needs_sandbox
    assignment
    gradescope "$right"
    cat >autograder/submission_metadata.json <<'JSON'
{"id": 1, "created_at": "2024-05-02T12:00:00.000000-07:00", "users": [{"email": "a@b", "id": 1, "name": "A"}],
 "assignment": {"due_date": "2024-05-01T10:00:00.000000-07:00", "title": "Two", "total_points": "6.0"}}
JSON
    autograder/source/run_autograder
    [ "$(score)" = 4.8 ]
    has 'late'
}

@test "an autograder that is killed leaves the points so far" {
    needs_sandbox
    assignment
    gradescope '[ "$1" != second ] || sleep 100; echo done'
    setsid autograder/source/run_autograder 3>&- &
    pid=$!
    for _ in $(seq 600); do
        [ "$(score 2>/dev/null)" != 5 ] || break
        sleep 0.1
    done
    [ "$(score)" = 5 ]
    kill -KILL -- "-$pid"
    wait "$pid" || true
    nobody_is_left
    [ "$(score)" = 5 ]
    has 'it was not performed yet'
}

@test "an autograder that is told to end does, with the points so far" {
    needs_sandbox
    assignment
    gradescope '[ "$1" != second ] || sleep 100; echo done'
    autograder/source/run_autograder 3>&- &
    pid=$!
    for _ in $(seq 600); do
        [ "$(score 2>/dev/null)" != 5 ] || break
        sleep 0.1
    done
    kill -TERM "$pid"
    wait "$pid"
    nobody_is_left
    [ "$(score)" = 5 ]
}

@test "an autograder says what is wrong with itself" {
    assignment
    gradescope "$right"
    rm bin/procenario
    PATH=/usr/bin:/bin autograder/source/run_autograder
    [ "$(score)" = 0 ]
    has 'did not install procenario'
    ln -s "$PROCENARIO" bin/procenario
    needs_sandbox
    echo 'nonsense: 1' >>autograder/source/assignment/lab.yaml
    run autograder/source/run_autograder
    [ "$status" -eq 0 ] && [[ $output == *"unknown key 'nonsense'"* ]]
    [ "$(score)" = 0 ]
    has 'set up wrongly'
}

@test "in a container without a sandbox, programs are another user's, and results say so" {
    "$helpers/container" true || skip "this host has no user namespaces"
    assignment
    chmod 755 . # the file system may keep others out all the same
    gradescope "exec 2>/dev/null
cat $PWD/autograder/source/assignment/second.yaml && exit 9
(echo '{}' >$PWD/autograder/results/results.json) && exit 9
echo done"
    cp -r autograder/source before
    run "$helpers/container" autograder/source/run_autograder
    [ "$status" -eq 0 ] && [[ $output == *"no sandbox in this container"* ]]
    has 'Performed without a sandbox.'
    if [ "$(id -u)" = 0 ]; then
        [ "$(score)" = 6 ]
        diff -r before autograder/source
        [ "$(stat -c %a autograder/source/assignment/second.yaml)" = 600 ]
    else
        score # there is nobody else to be here
    fi
    sed -i 's/^without_sandbox=.*/without_sandbox=no/' autograder/source/settings.sh
    "$helpers/container" autograder/source/run_autograder
    [ "$(score)" = 0 ]
    has 'does not allow to do without'
    nobody_is_left
}

# ---- GitHub -----------------------------------------------------------------------------------

# A student's repository with the scaffold, and the variables that GitHub sets.
repository() {
    scaffold lab/lab.yaml --scaffold github "lab-ann" -q
    hand_in lab-ann "$1"
    (
        cd lab-ann || exit
        git init -q
        git add -A
        git -c user.name=ann -c user.email=ann@example.org commit -q -m work
    )
    export GITHUB_WORKSPACE=$PWD/lab-ann GITHUB_REPOSITORY=course/lab-ann RUNNER_TEMP=$PWD/runner
    export GITHUB_STEP_SUMMARY=$PWD/summary GITHUB_OUTPUT=$PWD/outputs
    mkdir -p runner steps
    : >summary
    : >outputs
    [ "$("$helpers/steps" lab-ann/.github/workflows/grade.yml steps)" = 3 ]
}

# Performs a step as GitHub's runner does.
step() {
    (cd "$GITHUB_WORKSPACE" && bash --noprofile --norc -eo pipefail "$BATS_TEST_TMPDIR/steps/$1")
}

@test "a workflow grades what was committed, and tells GitHub" {
    needs_sandbox
    assignment
    repository 'echo "::error::fake"; echo "::set-output name=result::fake"; exit 3'
    tame apt-get
    PREFIX=$PWD/usr step 1
    cmp "$BUILD/procenario" usr/bin/procenario
    step 2
    echo 'exit 0 # not committed' >lab-ann/work.sh
    step 3 >log 2>said
    cat said
    # What programs wrote stands between the words that stop commands, or in our own.
    python3 - log <<'PYTHON'
import re, sys
lines = open(sys.argv[1]).read().split("\n")
word = re.fullmatch(r"::stop-commands::([0-9a-f]{32})", lines[0])[1]
end = lines.index(f"::{word}::")
assert any("::error::fake" in line for line in lines[1:end]), lines
told = [line for line in lines[end + 1:] if line]
assert told[-1] == "::notice title=Grade::0 of 6 points", told
for line in told:
    assert re.match(r"::(error|notice) title=[^:,]*::", line), line
assert len(told) == 4, told
PYTHON
    grep -q '^<h2>Two: %, and &lt;more&gt;: 0 of 6 points</h2>$' summary
    sed -n 's/^result=//p' outputs | base64 -d >classroom.json
    python3 - classroom.json <<'PYTHON'
import json, sys
result = json.load(open(sys.argv[1]))
assert result["status"] == "fail" and result["max_score"] == 6, result
assert sum(test["score"] for test in result["tests"]) == 0
assert [test["name"] for test in result["tests"]] == ["The first", "hidden scenario 2"]
PYTHON
    [ -f runner/results/lab-ann.json ] && [ -f runner/results/pages/index.html ]
    [ -f runner/results/lab-ann.1.svg ]
    run ! grep -rF xyzzy log summary runner
}

@test "a workflow whose grading fails, fails" {
    needs_sandbox
    assignment
    repository "$right"
    echo 'nonsense: 1' >>lab-ann/.github/procenario/assignment/lab.yaml
    run step 3
    [ "$status" -eq 2 ]
    [ ! -s outputs ]
}

@test "in a workflow without a sandbox nothing is graded unless the settings allow it" {
    "$helpers/container" true || skip "this host has no user namespaces"
    assignment
    repository "$right"
    # Whose files they are looks otherwise in there.
    export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
    run "$helpers/container" lab-ann/.github/procenario/grade runner/results
    [ "$status" -eq 3 ]
    sed -i 's/^without_sandbox=.*/without_sandbox=yes/' lab-ann/.github/procenario/settings.sh
    "$helpers/container" lab-ann/.github/procenario/grade runner/results
    grep -q '"sandbox": false' runner/results/lab-ann.json
    grep -q 'Performed without a sandbox' summary
}

# ---- what GitHub reads ------------------------------------------------------------------------

# Results of a hostile student and of many, made once.
results() {
    needs_sandbox
    assignment
    mkdir -p in
    hand_in "in/a::b,c%d" "printf '</pre></details>\n\n# Heading\n::error::fake\n%%0A<script>\n'; exit 1"
    hand_in in/right "$right"
    "$PROCENARIO" grade lab/lab.yaml --submissions in -o results -q >/dev/null
}

@test "annotations are one line each, and ten at most" {
    results
    "$PROCENARIO" grade merge results --format github >told
    diff -u - told <<'TOLD'
::error title=a%3A%3Ab%2Cc%25d%3A The first::exit: {main: 0} (0 of 4 points)%0Aexpected  main ends with status 0%0Aseen      main ended with status 1%0Amoment    at 0.000 s `main` exited with status 1%0Aagain     procenario run first.yaml
::error title=a%3A%3Ab%2Cc%25d%3A The first::it says "done" (0 of 1 point)%0Aexpected  the run writes exactly "done\n"%0Aseen      line 1 goes on with "</pre></details>\n" instead of "done\n"%0Amoment    at 0.000 s `main` wrote "</pre></details>\n\n# Heading\n::error::fake\n%250A<script>\n"%0Ahint      100 %25: say it, at once
::error title=a%3A%3Ab%2Cc%25d%3A hidden scenario 2::hidden check 1 (0 of 1 point)
::notice title=Grade::2 of 2 graded
TOLD
    for i in 1 2 3 4 5; do cp -r "in/a::b,c%d" "in/copy$i"; done
    "$PROCENARIO" grade lab/lab.yaml --submissions in -o results -q --resume >/dev/null
    "$PROCENARIO" grade merge results --format github >told
    [ "$(grep -c '^::error' told)" = 10 ]
    grep -qxF '::error title=and more::9 more stand in the summary' told
}

@test "a summary is HTML that no output gets out of, and fits" {
    results
    "$PROCENARIO" grade merge results --only "a::b,c%d" --format markdown >one.md
    "$PROCENARIO" grade merge results --format markdown >all.md
    # Markdown means nothing within a block of HTML, which an empty line would end.
    for file in one.md all.md; do
        run ! grep -nvE '^<' "$file"
        sed 's/&#10;/ /g; s/<details open>/<details>/' "$file" |
            { echo '<all>' && cat && echo '</all>'; } | xmllint --noout -
    done
    grep -qF '&lt;/pre&gt;&lt;/details&gt;' one.md
    grep -qF '<tr><td>right</td><td>6</td><td>6/6</td><td>5/5</td><td>1/1</td><td></td></tr>' all.md
    python3 - <<'PYTHON'
import os
text = open("results/right.json").read()
os.makedirs("many")
for i in range(9000):
    name = "x" * 100 + str(i)
    with open(f"many/{name}.json", "w") as file:
        file.write(text.replace('"id": "right"', f'"id": "{name}"', 1))
PYTHON
    "$PROCENARIO" grade merge many --format markdown >many.md
    [ "$(stat -c %s many.md)" -lt 1000000 ] && [ "$(stat -c %s many.md)" -gt 800000 ]
    tail -1 many.md | grep -qE '^<p>There is more than fits here: [0-9]+ submissions are left out.</p>$'
}

@test "what Classroom gets adds up to the grade, late work and all" {
    results
    echo 'right: 25h' >late.yaml
    "$PROCENARIO" grade lab/lab.yaml --submission in/right --late late.yaml --format classroom |
        base64 -d >told.json
    python3 - <<'PYTHON'
import json
result = json.load(open("told.json"))
assert result["version"] == 1 and result["status"] == "fail" and result["max_score"] == 6
scores = {test["name"]: test["score"] for test in result["tests"]}
assert scores == {"The first": 5, "hidden scenario 2": 1, "Late work": -1.2}, scores
PYTHON
    run --separate-stderr "$PROCENARIO" grade merge results --format classroom
    [ "$status" -eq 2 ] && [[ $stderr == *"is about one submission"* ]]
}
