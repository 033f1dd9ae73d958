#!/usr/bin/env bats
# Grading as a teacher does it: real programs, their points and reasons, many at once, interrupted, in
# shards. What students wrote is in tests/grade/submissions; what is told of each is in tests/grade/expected, and
# tests/grade/renew writes it anew: read the difference before you keep it.
# shellcheck disable=SC2154 # stderr is set by `run --separate-stderr`

bats_require_minimum_version 1.8.0

# Everything is graded once, by two processes; the tests look at what came of it.
setup_file() {
    top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    : "${BUILD:=$top/build}" "${PROCENARIO:=$BUILD/procenario}"
    case $PROCENARIO in /*) ;; *) PROCENARIO=$top/$PROCENARIO ;; esac
    export top PROCENARIO
    "$PROCENARIO" doctor | grep -q '^ok  *sandbox' || return 0
    "$PROCENARIO" grade "$top/tests/grade/fan/assignment.yaml" \
        --submissions "$top/tests/grade/submissions" -o "$BATS_FILE_TMPDIR/results" -j 2 \
        >"$BATS_FILE_TMPDIR/table" 2>"$BATS_FILE_TMPDIR/said"
    echo $? >"$BATS_FILE_TMPDIR/status"
}

setup() {
    [ -e "$BATS_FILE_TMPDIR/status" ] || skip "this host has no sandbox"
    results=$BATS_FILE_TMPDIR/results
    fan=$top/tests/grade/fan/assignment.yaml
    hello=$top/tests/grade/hello/assignment.yaml
    submissions=$top/tests/grade/submissions
    export LC_ALL=C
    unset CLICOLOR_FORCE
    cd "$BATS_TEST_TMPDIR" || return
    mkdir tmp
    export TMPDIR=$PWD/tmp
}

# grade STATUS ARG…: standard output goes to the file `told`, standard error to `said`.
grade() {
    local wanted=$1 status=0
    shift
    timeout 100 "$PROCENARIO" grade "$@" >told 2>said </dev/null || status=$?
    if [ "$status" -ne "$wanted" ]; then
        printf 'grade %s: status %s instead of %s\n' "$*" "$status" "$wanted"
        cat told said
        return 1
    fi
}

# hand_in NAME TEXT: a submission of the assignment `hello` in the folder `in`.
hand_in() {
    mkdir -p "in/$1"
    printf '%s\n' "$2" >"in/$1/hello.sh"
}

# nothing_left: no file in the temporary folder that we gave.
nothing_left() {
    [ -z "$(ls -A "$TMPDIR")" ] || { ls -A "$TMPDIR" && return 1; }
}

@test "grading students who do badly is grading done" {
    cat "$BATS_FILE_TMPDIR/said"
    [ "$(cat "$BATS_FILE_TMPDIR/status")" -eq 0 ]
    [ ! -s "$BATS_FILE_TMPDIR/said" ]
    diff -u "$top/tests/grade/expected/table" "$BATS_FILE_TMPDIR/table"
}

@test "every student is told the reasons that there are" {
    for submission in "$submissions"/*/; do
        name=$(basename "$submission")
        grade 0 merge "$results" --only "$name"
        diff -u "$top/tests/grade/expected/$name" told
    done
}

@test "who waits for a FIFO that nobody will open is told so at once" {
    hand_in waits 'mkfifo pipe && read line <pipe; echo hello'
    grade 0 "$hello" --submissions in -o out
    grep -q '"end": "deadlock".*"waiting": \["`main` waits for the other end of a FIFO (pipe)' out/waits.json
}

@test "a race that round-robin misses is found, with the schedule that shows it" {
    grep -q '"schedule": "random:' "$results/race.json"
    gcc -o fan "$submissions/race/fan.c"
    cp "$top/tests/grade/fan/fan.yaml" .
    again=$(sed -n 's/.*"replay": "procenario \(run --schedule random:[^"]*\)".*/\1/p' "$results/race.json" | head -1)
    [ -n "$again" ]
    # shellcheck disable=SC2086 # a command line
    run "$PROCENARIO" $again
    [ "$status" -eq 1 ]
    [[ $output == *"the parent waits for both"* ]]
    run "$PROCENARIO" run --set program=./fan fan.yaml
    [ "$status" -eq 0 ]
}

@test "results are valid by their schema" {
    /usr/bin/python3 - "$top/schema/result.schema.json" "$results"/*.json <<'PYTHON'
import json, sys
import jsonschema

schema = json.load(open(sys.argv[1], encoding="utf-8"))
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
assert len(sys.argv) >= 9
for name in sys.argv[2:]:
    for error in validator.iter_errors(json.load(open(name, encoding="utf-8"))):
        sys.exit(f"{name}: {error.json_path}: {error.message}")
PYTHON
}

@test "one after the other, in shards and under load: the same bytes" {
    few=(--only right --only race --only crash)
    for i in 1 2; do sh -c 'while :; do :; done' & loads+=($!); done 3>&-
    grade 0 "$fan" --submissions "$submissions" "${few[@]}" -o one -j 1
    kill "${loads[@]}"
    for i in 1 2 3; do grade 0 "$fan" --submissions "$submissions" "${few[@]}" -o "shard-$i" --shard "$i/3"; done
    grade 0 merge shard-3 shard-1 shard-2 -o merged
    for name in right race crash; do
        cmp "$results/$name.json" "one/$name.json"
        cmp "$results/$name.json" "merged/$name.json"
    done
    [ "$(cat shard-*/.shard-* | wc -l)" -eq 3 ]
}

@test "what is hidden is told nowhere" {
    for format in table json junit tap csv; do
        grade 0 merge "$results" --format "$format"
        run ! grep -iE 'secret|exit: \{main: 0\}' told
    done
    grade 0 merge "$results" --format gradescope --only zombie
    run ! grep -iE 'secret|exit: \{main: 0\}' told
    grep -q 'hidden scenario 3: hidden check 1' told
}

@test "what programs print steers no terminal" {
    for format in table json gradescope junit tap csv; do
        grade 0 merge "$results" --only misspelt --format "$format"
        run ! grep -P '[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f]' told
    done
    grep -qF '\\x1b[31mdnoe' "$results/misspelt.json"
}

@test "JUnit XML is well-formed, TAP has its plan, JSON is JSON" {
    grade 0 merge "$results" --format junit
    xmllint --noout told
    [ "$(xmllint --xpath 'count(//testsuite)' told)" -eq 8 ]
    [ "$(xmllint --xpath 'count(//testcase)' told)" -eq "$(xmllint --xpath 'string(/testsuites/@tests)' told)" ]
    [ "$(xmllint --xpath 'count(//failure)' told)" -eq "$(xmllint --xpath 'string(/testsuites/@failures)' told)" ]
    [ "$(xmllint --xpath 'count(//skipped)' told)" -eq "$(xmllint --xpath 'string(/testsuites/@skipped)' told)" ]
    grade 0 merge "$results" --format tap
    [ "$(head -1 told)" = "TAP version 14" ]
    [ "$(tail -1 told)" = "1..8" ]
    [ "$(grep -cE '^(not )?ok ' told)" -eq 8 ]
    grade 0 merge "$results" --format json
    /usr/bin/python3 - told "$results" <<'PYTHON'
import json, os, sys
book = json.load(open(sys.argv[1], encoding="utf-8"))
assert book["count"] == len(book["results"]) == 8 and book["failed"] == 0
for result in book["results"]:
    name = os.path.join(sys.argv[2], result["submission"]["id"] + ".json")
    assert result == json.load(open(name, encoding="utf-8"))
PYTHON
}

@test "Gradescope gets a score, a test an expectation, and the points so far" {
    grade 0 "$fan" --submission "$submissions/zombie" --format gradescope --output results.json
    grade 0 merge "$results" --only zombie --format gradescope
    cmp told results.json
    /usr/bin/python3 - results.json <<'PYTHON'
import json, sys
book = json.load(open(sys.argv[1], encoding="utf-8"))
assert book["score"] == 11.5, book["score"]
assert book["visibility"] == "visible" and book["stdout_visibility"] == "hidden"
tests = {test["name"]: test for test in book["tests"]}
reaped = tests["A parent waits for two children: the parent waits for both"]
assert reaped["score"] == 0 and reaped["max_score"] == 2 and reaped["status"] == "failed"
assert "it was a zombie until `main` ended at 5.000 s" in reaped["output"]
assert tests["A child that is killed is waited for, too"]["score"] == 4
PYTHON
    # Ended from outside in the middle of a scenario, the grader leaves what it knows.
    mkdir slow
    printf 'assignment: 1\ntitle: t\nscenarios: [quick.yaml, slow.yaml]\n' >slow.yaml.lab
    printf 'processes: {main: [exit]}\nexpect: [{forks: 0, points: 3}]\n' >quick.yaml
    printf 'clock: real\nprocesses: {main: [{sleep: 50s}]}\nexpect: [{forks: 0, points: 4}]\n' >slow.yaml
    "$PROCENARIO" grade slow.yaml.lab --submission slow --format gradescope \
        --output partial.json >said 2>&1 3>&- &
    grader=$!
    for _ in $(seq 300); do
        ! grep -q '"score": 3' partial.json 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL "$grader" || cat said
    wait "$grader" || true
    /usr/bin/python3 - partial.json <<'PYTHON'
import json, sys
book = json.load(open(sys.argv[1], encoding="utf-8"))
assert book["score"] == 3, book
assert "not performed yet" in book["tests"][1]["output"], book
PYTHON
}

@test "resuming leaves what still holds, and grades again what does not" {
    hand_in ann 'echo hello'
    hand_in ben 'echo hallo'
    hand_in cam 'echo hello'
    cp "$(dirname "$hello")"/*.yaml .
    grade 0 assignment.yaml --submissions in -o out
    touch -d 2001-01-01 out/*.json
    echo 'echo hello' >in/ben/hello.sh # is corrected
    printf '{"result": 1,' >out/cam.json # half a file
    grade 0 assignment.yaml --submissions in -o out --resume
    grep -q '2 graded anew, 1 as before' said
    [ "$(stat -c %Y out/ann.json)" -eq "$(date -d 2001-01-01 +%s)" ]
    grep -q '"total": 3.5' out/ben.json
    grep -q '"total": 3.5' out/cam.json
    # The assignment changes: all are graded again.
    sed -i 's/points: 2/points: 3/' hello.yaml
    grade 0 assignment.yaml --submissions in -o out --resume
    run ! grep -q 'as before' said
    grep -q '"total": 4.5' out/ann.json
    # Somebody was late after all.
    echo '{ann: 25h}' >late.yaml
    grade 0 assignment.yaml --submissions in -o out --resume --late late.yaml
    grep -q '1 graded anew, 2 as before' said
    grep -q '"total": 3.5' out/ann.json
}

@test "interrupted, it ends in good order, and what was graded stays" {
    for i in 1 2 3 4 5 6; do hand_in "s$i" 'echo hello; sleep 1'; done
    printf 'assignment: 1\nscenarios: [real.yaml]\n' >lab.yaml
    printf 'clock: real\nprocesses: {main: [{exec: [sh, hello.sh]}]}\nexpect: [{exit: {main: 0}}]\n' >real.yaml
    "$PROCENARIO" grade lab.yaml --submissions in -o out -j 2 >/dev/null 2>said 3>&- &
    grader=$!
    for _ in $(seq 300); do
        [ ! -e out/s1.json ] || break
        sleep 0.1
    done
    kill -TERM "$grader"
    status=0
    wait "$grader" || status=$?
    [ "$status" -eq 143 ]
    grep -q 'interrupted: [1-5] of 6 are graded; --resume goes on from there' said
    count=$(find out -name 's*.json' | wc -l)
    [ "$count" -ge 1 ]
    [ "$count" -lt 6 ]
    [ -z "$(find out -name '*.json.*')" ]
    nothing_left
    grade 0 lab.yaml --submissions in -o out --resume
    [ "$(find out -name 's*.json' | wc -l)" -eq 6 ]
    grade 0 merge out
    [ "$(grep -c ' 1/1 ' told)" -eq 6 ]
}

@test "on a terminal a line shows the progress, and ^C ends it all in good order" {
    for i in 1 2 3 4 5 6; do hand_in "s$i" 'echo hello; sleep 1'; done
    printf 'assignment: 1\nscenarios: [real.yaml]\n' >lab.yaml
    printf 'clock: real\nprocesses: {main: [{exec: [sh, hello.sh]}]}\nexpect: [{exit: {main: 0}}]\n' >real.yaml
    status=0
    /usr/bin/python3 "$top/tests/session.py" "$PROCENARIO" "await 1 of 6 graded, 1 of ; await left; key" \
        grade lab.yaml --submissions in -o out -j 1 >shown 3>&- || status=$?
    cat shown
    [ "$status" -eq 130 ]
    grep -q '0 of 6 graded, 0 of ' shown
    grep -qE '1 of 6 graded, 1 of [12] points so far, [0-9]+:[0-5][0-9] left' shown
    grep -q 'interrupted: [1-5] of 6 are graded; --resume goes on from there' shown
    nothing_left
    script -qec "$PROCENARIO grade lab.yaml --submissions in -o out --resume --quiet" /dev/null >shown 3>&-
    grep -q 'on average' shown
    run ! grep 'so far' shown
}

@test "a grader that dies costs its own submission only" {
    for i in 1 2 3 4; do hand_in "s$i" 'echo hello; sleep 2'; done
    printf 'assignment: 1\nscenarios: [real.yaml]\n' >lab.yaml
    printf 'clock: real\nprocesses: {main: [{exec: [sh, hello.sh]}]}\nexpect: [{exit: {main: 0}}]\n' >real.yaml
    "$PROCENARIO" grade lab.yaml --submissions in -o out -j 1 >told 2>said 3>&- &
    grader=$!
    worker=
    for _ in $(seq 300); do
        worker=$(pgrep -P "$grader" || true)
        [ -z "$worker" ] || [ ! -e out/s1.json ] || break
        sleep 0.1
    done
    kill -KILL "$(pgrep -P "$grader" | head -1)"
    status=0
    wait "$grader" || status=$?
    cat told said
    [ "$status" -eq 3 ]
    [ "$(grep -c 'the process that graded it was killed by SIGKILL' said)" -eq 1 ]
    [ "$(find out -name 's*.json' | wc -l)" -eq 4 ]
    [ "$(grep -c '"total": 1' out/*.json | grep -c ':1$')" -eq 3 ]
    # It is graded again when one goes on.
    grade 0 lab.yaml --submissions in -o out --resume -j 2
    grep -q '1 graded anew, 3 as before' said
}

@test "odd names of submissions are told as they can be, and kept as they are" {
    hand_in -rf 'echo hello'
    hand_in $'new\nline' 'echo hello'
    hand_in 'Dörte Müller' 'echo hello'
    hand_in '=1+1' 'echo hello'
    hand_in "$(printf 'x%.0s' {1..240})" 'echo hello'
    grade 0 "$hello" --submissions in -o out
    [ "$(find out -name '*.json' | wc -l)" -eq 5 ]
    [ -e out/%2Drf.json ]
    [ -e out/new%0Aline.json ]
    [ -e out/D%C3%B6rte%20M%C3%BCller.json ]
    grep -q '^new\\nline ' told
    grade 0 merge out --format csv
    grep -q "^'=1+1,3.5," told
    grep -q "^'-rf,3.5," told
    grade 0 merge out --only $'new\nline'
    grep -q '^Lab 3: new\\nline, 3.5 points$' told
}

@test "archives are submissions, and two of one name are refused" {
    hand_in ann 'echo hello'
    (cd in/ann && tar czf ../ben.tar.gz hello.sh)
    grade 0 "$hello" --submissions in -o out
    grep -q '^ben  *3.5 ' told
    mkdir in/ben
    grade 2 "$hello" --submissions in -o other
    grep -q "two submissions would both be 'ben'" said
    [ ! -e other ]
}

@test "late work loses what the assignment says, and no more" {
    hand_in ann 'echo hello'
    hand_in ben 'echo hello'
    hand_in cam 'echo hello'
    printf 'ben: 30m\ncam: 9999h\n' >late.yaml
    grade 0 "$hello" --submissions in --late late.yaml -o out
    grep -q '^ann  *3.5 ' told
    grep -q '^ben  *3 .*-0.5$' told
    grep -q '^cam  *0 ' told
    grade 0 merge out --only ben
    grep -q 'Handed in 30 min late: minus 0.5 points' told
    printf 'bem: 30m\n' >late.yaml
    grade 0 "$hello" --submissions in --late late.yaml
    grep -q "note: --late names 'bem', which is no submission; is 'ben' meant?" said
    printf 'ben: 30\n' >late.yaml
    grade 2 "$hello" --submissions in --late late.yaml
    grep -q "late.yaml:1:6: error: '30' is not a duration" said
}

@test "Gradescope's metadata tell how late it is, with an extension" {
    hand_in ann 'echo hello'
    cat >metadata.json <<'JSON'
{"id": 1, "created_at": "2025-07-01T14:22:32.365935-07:00",
 "assignment": {"due_date": "2025-07-01T23:22:31+02:00", "late_due_date": null},
 "users": [{"email": "ann@example.com", "id": 7, "name": "Ann"}]}
JSON
    grade 0 "$hello" --submission in/ann --late metadata.json
    grep -q 'Handed in 1 s late: minus 0.5 points' told
    sed -i 's/"name": "Ann"/"name": "Ann", "assignment": {"due_date": "2025-07-03T00:00:00Z"}/' metadata.json
    grade 0 "$hello" --submission in/ann --late metadata.json
    run ! grep late told
    sed -i 's/"created_at": "2025/"created_at": "25/' metadata.json
    grade 2 "$hello" --submission in/ann --late metadata.json
    grep -q "'created_at' is not a time" said
}

@test "pictures are drawn of what lost points, beside the results" {
    hand_in ann 'echo hello'
    hand_in ben 'sleep 3; echo hallo'
    grade 0 "$hello" --submissions in -o out --pictures
    [ ! -e out/ann.1.svg ]
    xmllint --noout out/ben.1.svg
    grep -q '"picture": "ben.1.svg"' out/ben.json
    grade 0 merge out -o merged --format json
    cmp out/ben.1.svg merged/ben.1.svg
    # Pictures that are missing are a reason to grade again.
    grade 0 "$hello" --submissions in -o other
    grade 0 "$hello" --submissions in -o other --resume --pictures
    run ! grep 'as before' said
    grade 2 "$hello" --submissions in --pictures
}

@test "without a sandbox only when told so, and the result says it" {
    hand_in ann 'echo hello'
    grade 0 "$hello" --submission in/ann --unsafe-no-sandbox -o out
    grep -q 'Performed without a sandbox' told
    grep -q '"sandbox": false' out/ann.json
    nothing_left
    # A host that allows no user namespaces.
    # shellcheck disable=SC2016 # for the inner shell
    none='echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"'
    unshare --user --map-root-user sh -c "$none" sh true || skip "nothing can be forbidden here"
    status=0
    unshare --user --map-root-user sh -c "$none" sh "$PROCENARIO" grade "$hello" --submission in/ann \
        >told 2>said || status=$?
    cat told said
    [ "$status" -eq 3 ]
    [ ! -s told ]
    grep -q 'this host cannot grade in a sandbox' said
    grep -q 'remedy: ' said
}

@test "a merge says what is missing, and what does not go together" {
    for i in 1 2 3 4 5 6; do hand_in "s$i" 'echo hello'; done
    for i in 1 2; do grade 0 "$hello" --submissions in -o "part-$i" --shard "$i/2"; done
    grade 0 merge part-1 part-2
    [ "$(grep -c ' 3.5/3.5 ' told)" -eq 6 ]
    grade 3 merge part-1
    grep -q 'shard 2 of 2 is missing' said
    gone=$(find part-2 -name 's*.json' | head -1)
    [ -n "$gone" ]
    mv "$gone" kept
    grade 3 merge part-1 part-2
    grep -q "'$(basename "$gone" .json)' was to be graded (part-2/.shard-2-of-2), but has no result" said
    mv kept "$gone"
    # The same twice is one; two that differ are refused.
    cp -r part-2 copy
    grade 0 merge part-1 part-2 copy
    sed 's/"holds": true/"holds": false/' "$gone" >"copy/$(basename "$gone")"
    grade 2 merge part-1 part-2 copy
    grep -q 'two results of one submission differ' said
    # Another assignment, and what is no result at all.
    grade 2 merge part-1 part-2 "$results"
    grep -q 'different assignments' said
    mkdir foreign
    echo '{}' >foreign/x.json
    grade 2 merge foreign
    grep -q "'foreign/x.json' is no result" said
    mkdir empty
    grade 2 merge empty
    grade 2 merge no-such-folder
}

@test "what cannot be graded is listed, and all others are graded" {
    hand_in ann 'echo hello'
    hand_in ben 'echo hello'
    hand_in bad 'echo hello'
    head -c 50000000 /dev/zero >>in/bad/hello.sh
    ulimit -S -f 40000
    grade 3 "$hello" --submissions in -o out
    ulimit -S -f unlimited
    grep -q "the grading of 'bad' failed: " said
    grep -q '^ann  *3.5 ' told
    grep -q '^bad  *- .* grading failed' told
    grep -q '^ben  *3.5 ' told
    grade 3 merge out --format junit
    [ "$(xmllint --xpath 'count(//error)' told)" -eq 1 ]
}

@test "who hands in what cannot be read has no points, and others are graded" {
    hand_in ann 'echo hello'
    printf 'PK\003\004 no archive' >in/bad.zip
    ln -s /etc/passwd in/link
    mkfifo in/pipe
    grade 0 "$hello" --submissions in -o out
    [ ! -s said ]
    grep -q '^ann  *3.5 ' told
    for id in bad link pipe; do
        grep -q "^$id  *0 .* could not be read\$" told
    done
    run ! grep -r passwd out
    grade 0 merge out --only bad
    grep -q '^Left out: everything: the archive cannot be read: .* (hand it in again as .zip or' told
    grep -q '^Not handed in: hello.sh$' told
    grade 0 merge out --only link
    grep -q '^Left out: everything: it is a symbolic link, which is not followed' told
    grade 0 merge out --format junit
    [ "$(xmllint --xpath 'count(//error)' told)" -eq 0 ]
    [ "$(xmllint --xpath 'count(//failure)' told)" -eq 3 ]
}

@test "who misses a file is told what was handed in instead, and nobody else is" {
    hand_in ben 'echo hello'
    mkdir in/ann
    echo 'echo hello' >in/ann/Hello.sh
    echo 'I am done' >in/ben/notes.txt
    grade 0 "$hello" --submissions in -o out
    grade 0 merge out --only ann
    grep -q '^Not handed in: hello.sh$' told
    grep -q "^Left out: 'Hello.sh' is none of the files to hand in: left out$" told
    grade 0 merge out --only ben
    run ! grep -qE '^(Not handed in|Left out)' told
    # What is told of it is a part of the result.
    mv in/ann/Hello.sh in/ann/hallo.sh
    echo 'I am not' >in/ben/notes.txt
    grade 0 "$hello" --submissions in -o out --resume
    grep -q '1 graded anew, 1 as before' said
    grep -q 'hallo.sh' out/ann.json
    # The ten that an author looks for first, whatever the order of an archive.
    mkdir in/ann/.git in/ann/a
    for i in {1..12}; do touch "in/ann/.git/$i" "in/ann/a/x$i" && ln -s / "in/ann/a/link$i"; done
    mkdir tars
    tar -C in/ann -cf tars/ann.tar .git a hallo.sh
    grade 0 "$hello" --submissions tars -o first
    (cd in/ann && printf '%s\n' hallo.sh a/* .git/* | sort -r) | tar -C in/ann -cf tars/ann.tar -T -
    grade 0 "$hello" --submissions tars -o second
    diff -r first second
    grade 0 merge first --only ann
    [ "$(grep -c 'is none of the files to hand in' told)" -eq 10 ]
    [ "$(grep -m 1 '^Left out' told)" = "Left out: 'hallo.sh' is none of the files to hand in: left out" ]
    run ! grep -F .git told
    grep -q '^Left out: and other files that are none of those to hand in$' told
}

@test "a result that cannot be written is told, and status 3" {
    hand_in ann 'echo hello'
    mkdir out
    mkdir out/ann.json
    grade 3 "$hello" --submissions in -o out
    grep -q 'Is a directory' said
    echo >file
    grade 3 "$hello" --submissions in -o file
    grep -q "cannot keep results in 'file'" said
    [ ! -e /dev/full ] || grade 3 "$hello" --submissions in --output /dev/full
}

@test "invalid usage is explained, with status 2, and nothing is graded" {
    hand_in ann 'echo hello'
    while IFS='|' read -r words message; do
        # shellcheck disable=SC2086 # words
        grade 2 $words
        grep -qF -- "$message" said || { echo "grade $words: no '$message' in:" && cat said && return 1; }
    done <<TEXT
|no assignment is given
$hello|what is to be graded?
$hello other --submissions in|one assignment is graded at a time
$hello --submissions in --submission in/ann|exclude each other
$hello --submission in/ann --only ann|--only goes with --submissions
$hello --submissions in --only anna|did you mean 'ann'?
$hello --submissions in --resume|--resume goes with --results
$hello --submissions in --format gradescope|is about one submission
$hello --submissions in --format xml|xml
$hello --submissions in --merge-into x.csv|--merge-into goes with --format csv
$hello --submissions in --format csv --column x|--column goes with --merge-into
$hello --submissions in -j 0|--jobs takes a number from 1
$hello --submissions in --shard 3/2|--shard takes a part
$hello --submissions in --shard 2|--shard takes a part
$hello --submissions nowhere|cannot read the submissions in 'nowhere'
$hello --submission nowhere|cannot read the submission 'nowhere'
merge|no folder of results is given
merge x --resume|--resume is about grading
TEXT
    printf 'assignment: 1\nscenarios: [%s/hello.yaml]\n' "$(dirname "$hello")" >no-late.yaml
    grade 2 no-late.yaml --submissions in --late no-late.yaml
    printf 'ann: 1h\n' >late.yaml
    grade 2 no-late.yaml --submissions in --late late.yaml
    grep -q 'has no rule for late work' said
}
