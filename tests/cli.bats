#!/usr/bin/env bats
# The command line as a person or a script meets it: help, mistakes, exit statuses, outputs.
# shellcheck disable=SC2154 # stderr is set by `run --separate-stderr`

bats_require_minimum_version 1.8.0

setup() {
    top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    : "${BUILD:=$top/build}"
    : "${PROCENARIO:=$BUILD/procenario}"
    : "${PROGRAMS:=$BUILD/programs}"
    cd "$BATS_TEST_TMPDIR" || return
    unset NO_COLOR CLICOLOR CLICOLOR_FORCE
    cat >holds.yaml <<'YAML'
title: one child
params: {word: hello}
processes:
  parent:
    - fork: child
    - print: "${word}"
    - wait: child
  child:
    - sleep: 5s
expect:
  - forks: 1
  - exit: {child: 0}
YAML
    cat >fails.yaml <<'YAML'
title: no such child
processes:
  parent: [{print: alone}]
expect:
  - name: it forks
    forks: 1
YAML
    cat >wrong.yaml <<'YAML'
processes:
  parent: [{kill: {process: chlid}}]
YAML
    # Two processes that race for the terminal: the schedule decides.
    cat >race.yaml <<'YAML'
title: race
processes:
  parent:
    - fork: {process: racer, count: 4}
    - wait: all
  racer:
    - repeat: 3
      do:
        - print: "${index}"
YAML
}

# procenario STATUS ARGUMENT…: checks the exit status; stdout in $output, stderr in $stderr.
procenario() {
    local expected=$1
    shift
    run --separate-stderr "$PROCENARIO" "$@"
    if [ "$status" -ne "$expected" ]; then
        printf 'procenario %s: status %s instead of %s\n' "$*" "$status" "$expected"
        printf 'stdout: %s\nstderr: %s\n' "$output" "$stderr"
        return 1
    fi
}

# holds TEXT PATTERN: the glob pattern occurs in the text.
holds() {
    # shellcheck disable=SC2053 # a pattern is wanted
    [[ $1 == *$2* ]] || {
        printf 'no "%s" in:\n%s\n' "$2" "$1"
        return 1
    }
}

lacks() {
    # shellcheck disable=SC2053 # a pattern is wanted
    [[ $1 != *$2* ]] || {
        printf 'unexpected "%s" in:\n%s\n' "$2" "$1"
        return 1
    }
}

# ---- help -------------------------------------------------------------------------------------

@test "--help lists the commands and goes to standard output" {
    procenario 0 --help
    for verb in run check doctor completion help; do
        grep -q "^  $verb " <<<"$output"
    done
    [ -z "$stderr" ]
}

@test "no argument at all is a mistake that is answered with the help" {
    procenario 2
    holds "$stderr" "usage: procenario COMMAND"
    [ -z "$output" ]
}

@test "--version tells name and version" {
    procenario 0 --version
    [[ $output =~ ^procenario\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "help COMMAND, COMMAND --help and COMMAND -h say the same" {
    for verb in run check grade doctor completion; do
        procenario 0 help "$verb"
        local help=$output
        holds "$help" "usage: procenario $verb"
        procenario 0 "$verb" --help
        [ "$output" = "$help" ]
        procenario 0 "$verb" -h
        [ "$output" = "$help" ]
    done
}

@test "no line of any help is wider than 100 columns" {
    for verb in "" run check doctor completion; do
        procenario 0 help $verb
        while IFS= read -r line; do
            [ "${#line}" -le 100 ] || { echo "$line" && false; }
        done <<<"$output"
    done
}

@test "docs/commands.md has the options that the help has, and no others" {
    for verb in run check grade doctor completion; do
        "$PROCENARIO" help "$verb" | grep -oE '^ +(-., )?--[a-z-]+' | grep -oE -- '--[a-z-]+' |
            grep -vx -- --help | sort >help-options
        sed -n "/^## $verb\$/,/^## /p" "$top/docs/commands.md" | grep -E '^\| `-' |
            grep -oE -- '`--[a-z-]+' | tr -d '`' | grep -vx -- --help | sort >doc-options
        diff -u help-options doc-options
    done
}

@test "docs/commands.md has a section for every command" {
    "$PROCENARIO" --help | sed -nE '/^commands:/,/^$/s/^  ([a-z]+) .*/\1/p' | grep -vx help >verbs
    [ -s verbs ]
    while read -r verb; do
        grep -qx "## $verb" "$top/docs/commands.md"
    done <verbs
}

@test "README.md shows what a run prints" {
    # The first block: the command behind a dollar sign, then its output.
    sed -n '/^```$/,/^```$/p;/^## /q' "$top/README.md" | sed '1d;$d' >block
    [ "$(head -1 block)" = '$ procenario run scenarios/tutorial/zombie.yaml' ]
    (cd "$top" && LC_ALL=C.UTF-8 "$PROCENARIO" run scenarios/tutorial/zombie.yaml) >printed
    # A note follows only where the host allows less.
    diff -u <(sed 1d block) <(sed '/^note: .*procenario doctor/d' printed)
}

@test "the scenario to type in holds" {
    sed -n '/^```yaml$/,/^```$/p' "$top/README.md" | sed '1d;$d' >first.yaml
    procenario 0 run first.yaml
    holds "$output" "4 of 4 expectations hold"
}

@test "every file that the documents lead to is there" {
    for document in "$top"/README.md "$top"/docs/*.md; do
        # What stands in a block is an example.
        sed '/^`\{3,\}/,/^`\{3,\}$/d' "$document" | grep -oE '\]\([^)#:]+' | sed 's/^](//' >links || true
        while read -r link; do
            [ "$link" != https ] || continue
            [ -e "$(dirname "$document")/$link" ] || { echo "$document: $link" && false; }
        done <links
    done
}

# ---- mistakes of usage ------------------------------------------------------------------------

@test "an unknown command is answered with the nearest one" {
    procenario 2 rnu holds.yaml
    holds "$stderr" "unknown command 'rnu'; did you mean 'run'?"
    procenario 2 help chekc
    holds "$stderr" "unknown command 'chekc'; did you mean 'check'?"
    procenario 2 xyzzy
    lacks "$stderr" "did you mean"
}

@test "an unknown option is answered with the nearest one" {
    procenario 2 run --trase t.json holds.yaml
    holds "$stderr" "procenario run: unknown option '--trase'; did you mean '--trace'?"
    procenario 2 run -Z holds.yaml
    holds "$stderr" "unknown option '-Z'"
    procenario 2 --verson
    holds "$stderr" "unknown option '--verson'; did you mean '--version'?"
}

@test "control characters of an argument are made visible" {
    procenario 2 $'r\e[31mun'
    holds "$stderr" 'r\\x1b\[31mun'
}

@test "a missing argument is told with the form" {
    procenario 2 run holds.yaml --trace
    holds "$stderr" "option '--trace' needs an argument: --trace FILE"
    procenario 2 run holds.yaml -t
    holds "$stderr" "option '-t' needs an argument: -t FILE"
}

@test "a flag takes no argument" {
    procenario 2 run --quiet=yes holds.yaml
    holds "$stderr" "option '--quiet' takes no argument"
}

@test "an unknown word is answered with the known ones" {
    procenario 2 run --format jsno holds.yaml
    holds "$stderr" "unknown format 'jsno'*did you mean 'json'?*text, json, tap or junit"
    procenario 2 run --clock virtaul holds.yaml
    holds "$stderr" "did you mean 'virtual'?"
    procenario 2 run --schedule fair holds.yaml
    holds "$stderr" "wrong --schedule"
}

@test "nothing to perform is a mistake" {
    procenario 2 run
    holds "$stderr" "no scenario file given"
    procenario 2 run --
    holds "$stderr" "no command after --"
    procenario 2 run holds.yaml -- true
    holds "$stderr" "not both"
}

@test "doctor and check refuse what they do not take" {
    procenario 2 doctor all
    holds "$stderr" "unexpected argument 'all'"
    procenario 2 check
    [ -n "$stderr" ]
}

@test "a missing file, a directory and an invalid scenario are status 2" {
    procenario 2 run nowhere.yaml
    holds "$stderr" "nowhere.yaml*No such file"
    procenario 2 run .
    procenario 2 run wrong.yaml
    holds "$stderr" "wrong.yaml:2:*unknown process 'chlid'"
}

@test "with one invalid file among several nothing is performed, and all mistakes are told" {
    sed 's/chlid/prent/' wrong.yaml >wrong2.yaml
    procenario 2 run holds.yaml wrong.yaml wrong2.yaml --set word=x
    [ -z "$output" ]
    holds "$stderr" "chlid"
    holds "$stderr" "prent"
}

# ---- spelling of options ----------------------------------------------------------------------

@test "options may be written in every usual form, before and after the files" {
    local expected
    procenario 0 run --format=tap holds.yaml
    expected=$output
    for form in "--format tap holds.yaml" "-f tap holds.yaml" "-ftap holds.yaml" \
        "holds.yaml --format tap" "-qftap holds.yaml" "--format json -f tap holds.yaml"; do
        # shellcheck disable=SC2086 # several words
        procenario 0 run $form
        [ "$output" = "$expected" ]
    done
}

@test "standard input is a scenario called -" {
    run --separate-stderr "$PROCENARIO" run -q - <holds.yaml
    [ "$status" -eq 0 ]
}

# ---- exit statuses ----------------------------------------------------------------------------

@test "all expectations hold: 0; one does not: 1; the worst counts" {
    procenario 0 run holds.yaml
    procenario 1 run fails.yaml
    procenario 1 run fails.yaml holds.yaml
    procenario 1 run holds.yaml fails.yaml
}

@test "a command is performed whatever its own status is" {
    procenario 0 run -- sh -c 'exit 7'
    procenario 0 run -- sh -c 'kill -9 $$'
}

@test "options of the command stay its own" {
    procenario 0 run -- sh -c 'echo "$@"' name --trace x --quiet
    [ ! -e x ]
    holds "$output" "--trace x --quiet"
}

@test "--fail-fast begins nothing after a failure" {
    procenario 1 run --format tap fails.yaml holds.yaml
    holds "$output" "one child"
    procenario 1 run --format tap --fail-fast fails.yaml holds.yaml
    lacks "$output" "one child"
    procenario 1 run --format tap --fail-fast holds.yaml fails.yaml
    holds "$output" "one child"
}

@test "--quiet says nothing when all holds, and what does not hold otherwise" {
    procenario 0 run --quiet holds.yaml
    [ -z "$output" ]
    procenario 1 run --quiet fails.yaml holds.yaml
    holds "$output" "it forks"
    lacks "$output" "one child"
}

@test "SIGTERM ends a run in good order, with status 143 and a complete trace" {
    cat >forever.yaml <<'YAML'
clock: real
processes:
  parent: [{fork: child}, {print: ready}, {sleep: 50s}]
  child: [pause]
YAML
    mkfifo seen
    "$PROCENARIO" run --trace - forever.yaml >seen 2>/dev/null 3>&- &
    local runner=$!
    exec 9<seen
    while read -r line <&9; do
        echo "$line" >>trace.json
        case $line in *'"text": "ready'*) kill -TERM "$runner" ;; esac
    done
    local ended=0
    wait "$runner" || ended=$?
    [ "$ended" -eq 143 ]
    python3 -m json.tool trace.json >/dev/null
    grep -q '"event": "interrupt"' trace.json
}

# ---- parameters -------------------------------------------------------------------------------

@test "--set gives a parameter another value, the last one counts" {
    procenario 0 run --trace t.json holds.yaml
    grep -q '"text": "hello' t.json
    procenario 0 run --trace t.json --set word=bye holds.yaml
    grep -q '"text": "bye' t.json
    procenario 0 run --trace t.json --set word=bye -sword=a=b holds.yaml
    grep -q '"text": "a=b' t.json
}

@test "--set of an unknown parameter, or without =, is a mistake" {
    procenario 2 run --set wrod=bye holds.yaml
    holds "$stderr" "wrod"
    procenario 2 run --set word holds.yaml
    holds "$stderr" "NAME=VALUE"
    procenario 2 run --set word=x -- true
    holds "$stderr" "a command has none"
}

# ---- outputs ----------------------------------------------------------------------------------

@test "every format is what it says" {
    procenario 1 run --format text fails.yaml
    holds "$output" "no such child"
    run bash -c '"$0" run --format json fails.yaml | python3 -m json.tool >/dev/null' "$PROCENARIO"
    [ "$status" -eq 0 ]
    procenario 1 run --format tap fails.yaml
    [[ $output =~ (^|$'\n')1\.\.2($'\n'|$) ]] # that the run completes, and the expectation
    holds "$output" "not ok 2"
    run bash -c '"$0" run --format junit fails.yaml |
        python3 -c "import sys, xml.dom.minidom as x; x.parse(sys.stdin)"' "$PROCENARIO"
    [ "$status" -eq 0 ]
}

@test "output that is no terminal has no colours unless they are forced" {
    procenario 1 run fails.yaml
    lacks "$output$stderr" $'\e['
    CLICOLOR_FORCE=1 procenario 1 run fails.yaml
    holds "$output" $'\e\['
    NO_COLOR=1 CLICOLOR_FORCE=1 procenario 1 run fails.yaml
    lacks "$output" $'\e['
    procenario 2 run wrong.yaml
    lacks "$stderr" $'\e['
}

@test "on a terminal there are colours, and NO_COLOR switches them off" {
    # script(1) gives its command a terminal.
    TERM=xterm script -qec "'$PROCENARIO' run fails.yaml" /dev/null </dev/null >out || true
    grep -q $'\e\\[' out
    NO_COLOR=1 TERM=xterm script -qec "'$PROCENARIO' run fails.yaml" /dev/null </dev/null >out || true
    grep -q "it forks" out
    run ! grep -q $'\e\\[' out
}

@test "--trace - gives the trace alone on standard output, the report on standard error" {
    procenario 0 run --trace - holds.yaml
    python3 -m json.tool <<<"$output" >/dev/null
    holds "$stderr" "one child"
}

@test "--trace FILE is the same as --trace -, and the same in every run" {
    "$PROCENARIO" run --trace - holds.yaml >a.json 2>/dev/null
    "$PROCENARIO" run --trace b.json holds.yaml >/dev/null
    cmp a.json b.json
}

@test "--trace takes one scenario" {
    { cat holds.yaml && echo --- && cat fails.yaml; } >both.yaml
    procenario 2 run --trace t.json both.yaml
    holds "$stderr" "--trace takes one scenario, but 2 are given"
    [ ! -e t.json ]
}

@test "a trace never overwrites the scenario, and an invalid scenario overwrites no trace" {
    cp holds.yaml copy.yaml
    ln -s holds.yaml link
    procenario 2 run --trace link holds.yaml
    holds "$stderr" "would overwrite the scenario"
    cmp holds.yaml copy.yaml
    echo precious >t.json
    procenario 2 run --trace t.json wrong.yaml
    [ "$(cat t.json)" = precious ]
}

@test "a trace that cannot be created is status 3, and nothing is performed" {
    procenario 3 run --trace nowhere/t.json -- touch performed
    holds "$stderr" "cannot write trace 'nowhere/t.json': No such file or directory"
    [ ! -e performed ]
}

@test "a full disk is an error, for the report, the trace and the help" {
    run --separate-stderr bash -c '"$0" run holds.yaml >/dev/full' "$PROCENARIO"
    [ "$status" -eq 3 ]
    holds "$stderr" "No space left on device"
    procenario 3 run --trace /dev/full holds.yaml
    holds "$stderr" "/dev/full*No space left on device"
    run --separate-stderr bash -c '"$0" --help >/dev/full' "$PROCENARIO"
    [ "$status" -eq 3 ]
}

@test "a reader that goes away is an error, not the death of the runner" {
    for arguments in "run holds.yaml" "run --format json holds.yaml" "run --trace - holds.yaml" \
        "help run" doctor; do
        run bash -c '{ "$0" '"$arguments"' 2>err; echo $? >status; } | true' "$PROCENARIO"
        # The reader may be gone before or after the write: an error, or nothing to complain about.
        [[ $(cat status) == [03] ]]
        [ "$(cat status)" = 0 ] || grep -q "Broken pipe" err
    done
}

@test "a pipe that is closed before the start is told as such" {
    cat >pipe.py <<'PY'
import os, subprocess, sys
reader, writer = os.pipe()
os.close(reader)
sys.exit(subprocess.run(sys.argv[1:], stdout=writer).returncode)
PY
    run python3 pipe.py "$PROCENARIO" run holds.yaml
    [ "$status" -eq 3 ]
    holds "$output" "Broken pipe"
    run python3 pipe.py "$PROCENARIO" run --trace - holds.yaml
    [ "$status" -eq 3 ]
    holds "$output" "Broken pipe"
}

@test "closed standard descriptors are not taken by a trace" {
    [ "${VARIANT:-plain}" != valgrind ] || skip "valgrind opens what is closed"
    run bash -c '"$0" run --trace t.json holds.yaml >&- 2>&-' "$PROCENARIO"
    [ "$status" -eq 3 ]
    python3 -m json.tool t.json >/dev/null
    lacks "$(cat t.json)" "expectation"
    run bash -c '"$0" run --trace t.json holds.yaml <&-' "$PROCENARIO"
    [ "$status" -eq 0 ]
}

@test "the processes of a run do not inherit the runner's ignored SIGPIPE" {
    procenario 0 run -- grep SigIgn /proc/self/status
    holds "$output" "0000000000000000"
}

# ---- clock, schedule, replay, twice -----------------------------------------------------------

@test "--clock and --schedule override the scenario, and the trace says so" {
    cat >short.yaml <<'YAML'
processes:
  parent: [{sleep: 10ms}]
YAML
    procenario 0 run --clock real --trace t.json short.yaml
    grep -q '"clock": "real"' t.json
    for schedule in round-robin run-to-block random:7 free; do
        procenario 0 run --schedule "$schedule" --trace t.json race.yaml
        grep -q "\"schedule\": \"$schedule\"" t.json
    done
}

@test "a random schedule differs by its seed and is replayed from its trace" {
    for seed in 1 2 3 4 5 6; do
        "$PROCENARIO" run --schedule "random:$seed" --trace "$seed.json" race.yaml >/dev/null
        "$PROCENARIO" run --schedule "replay:$seed.json" --trace again.json race.yaml >/dev/null
        diff <(sed -n '/"event"/p' "$seed.json") <(sed -n '/"event"/p' again.json)
        sed -n '/"event": "output"/p' "$seed.json" >"$seed.out"
    done
    [ "$(sha256sum ./*.out | cut -d' ' -f1 | sort -u | wc -l)" -gt 1 ]
}

@test "a replay that no longer fits ends as diverged, with status 1" {
    "$PROCENARIO" run --schedule random:1 --trace t.json race.yaml >/dev/null
    sed 's/count: 4/count: 3/' race.yaml >changed.yaml
    procenario 1 run --schedule replay:t.json --trace again.json changed.yaml
    grep -q '"event": "diverge"' again.json
}

@test "a replay of what is no trace is status 2" {
    procenario 2 run --schedule replay:nowhere.json race.yaml
    holds "$stderr" "nowhere.json"
    procenario 2 run --schedule replay:race.yaml race.yaml
    holds "$stderr" "race.yaml"
    procenario 2 run --schedule replay: race.yaml
    holds "$stderr" "needs a trace"
}

@test "--twice holds for scenarios, and for a program that prints its pid" {
    procenario 0 run --twice holds.yaml race.yaml
    procenario 0 run --twice --schedule random:3 race.yaml
}

@test "--twice fails loudly at the first event that differs" {
    # A counter in a file: what the director cannot know of.
    cat >count.sh <<'SH'
echo x >>runs
echo same
wc -l <runs
SH
    procenario 1 run --twice --trace t.json -- sh count.sh
    holds "$output$stderr" "performed again, event * differs"
    grep -q '"event": "diverge"' t.json
    [ "$(wc -l <runs)" -eq 2 ]
    python3 -m json.tool t.json >/dev/null
}

@test "--twice needs the virtual clock and turns" {
    procenario 2 run --twice --clock real holds.yaml
    holds "$stderr" "real clock"
    procenario 2 run --twice --schedule free holds.yaml
    holds "$stderr" "scheduled freely"
}

# ---- several schedules ------------------------------------------------------------------------

# The order of birth hides that nobody makes racer.0 be first.
race_of_two() {
    cat >two.yaml <<'YAML'
schedules: 20
params: {wanted: racer.0}
processes:
  parent: [{fork: {process: racer, count: 2}}, {wait: all}]
  racer: [{print: "${name}"}]
expect:
  - output: {matches: '^${wanted}'}
  - reaped: {racer.*: parent}
YAML
}

@test "a race that the usual order hides is found under several schedules, and replayed by what the report says" {
    race_of_two
    procenario 0 run --schedules 1 two.yaml
    procenario 1 run two.yaml
    replay=$(sed -n 's/^ *replay  *procenario //p' <<<"$output")
    holds "$output" "1 of 2 expectations holds under 20 schedules"
    [[ $replay == "run --schedule random:"*" two.yaml" ]]
    eval "procenario 1 $replay"
    holds "$output" "1 of 2 expectations holds*"
    procenario 1 run --set "wanted=racer.0 (or not)" two.yaml
    holds "$output" "1 of 2 expectations holds"
    lacks "$output" "replay" # the first broke it, as is shown
}

@test "--set is repeated in the command line that replays, in quotes where a shell needs them" {
    race_of_two
    procenario 1 run --set "wanted=(racer.0|it's me)" two.yaml
    holds "$output" "replay    procenario run --schedule random:* --set 'wanted=(racer.0|it'*''s me)' two.yaml"
    replay=$(sed -n 's/^ *replay  *procenario //p' <<<"$output")
    eval "procenario 1 $replay"
    holds "$output" "1 of 2 expectations holds"
}

@test "--schedules overrides the scenario, and excludes --schedule" {
    race_of_two
    sed -i 's/schedules: 20/schedules: 1/' two.yaml
    procenario 0 run two.yaml
    procenario 1 run --schedules 20 two.yaml
    procenario 0 run --schedule round-robin two.yaml
    procenario 2 run --schedules 20 --schedule free two.yaml
    holds "$stderr" "give one of them"
    for wrong in 0 1001 -1 many ""; do
        procenario 2 run --schedules "$wrong" two.yaml
        holds "$stderr" "from 1 to 1000"
    done
}

@test "the trace of several schedules is of the first that fails, else of the first" {
    race_of_two
    procenario 1 run --trace t.json two.yaml
    broken=$(sed -n 's/^ *schedule  *//p' <<<"$output")
    grep -q "\"schedule\": \"$broken\"" t.json
    python3 -m json.tool t.json >/dev/null
    procenario 1 run --schedule "$broken" --trace same.json two.yaml
    cmp t.json same.json
    procenario 1 run --quiet --schedule "replay:t.json" two.yaml
    procenario 0 run --set wanted=racer --trace t.json two.yaml
    grep -q '"schedule": "round-robin"' t.json
    procenario 0 run --schedules 1 --set wanted=racer --trace same.json two.yaml
    cmp t.json same.json
    "$PROCENARIO" run --set wanted=racer --trace - two.yaml 2>/dev/null | cmp - t.json
    [ "${VARIANT:-plain}" != valgrind ] || return 0 # valgrind itself needs TMPDIR
    TMPDIR=/nonexistent procenario 3 run --trace t.json two.yaml
    holds "$stderr" "cannot write trace*nonexistent*remedy: let TMPDIR*"
}

@test "a run that is cut off under another schedule than the first is told with that schedule" {
    # Whether the child has ended before the parent asks is a matter of luck.
    cat >lost.yaml <<'YAML'
schedules: 20
schedule: run-to-block
processes:
  parent:
    - fork: child
    - wait: {process: child, nohang: true}
      else: [{wait: child}, exit]
    - pause
  child: [exit]
expect:
  - exit: {parent: 0}
YAML
    procenario 0 run --schedules 1 lost.yaml
    procenario 1 run lost.yaml
    holds "$output" "deadlock: * under the schedule random:*; 0 of 1 expectation holds under * schedules"
    replay=$(sed -n 's/^ *replay  *procenario //p' <<<"$output" | tail -1)
    eval "procenario 1 $replay"
    holds "$output" "deadlock: *"
    procenario 1 run --format json lost.yaml
    python3 - "$output" <<'PY'
import json, sys
scenario = json.loads(sys.argv[1])["scenarios"][0]
assert scenario["end"] == "deadlock" and scenario["ended_under"].startswith("random:"), scenario
assert "--schedule " + scenario["ended_under"] in scenario["replay"]
assert scenario["ending"].startswith("deadlock"), scenario
PY
    procenario 1 run --format tap lost.yaml
    holds "$output" '*end: "deadlock"*schedule: "random:*'
    procenario 1 run --format junit lost.yaml
    holds "$output" '*<error message="deadlock*type="deadlock">schedule: random:*replay: procenario run*'
}

@test "--twice performs each of several schedules two times" {
    race_of_two
    procenario 0 run --twice --set wanted=racer two.yaml
    echo 'echo x >>runs' >count.sh
    procenario 0 run --twice --schedules 3 -- sh count.sh
    [ "$(wc -l <runs)" -eq 6 ]
}

# ---- completion -------------------------------------------------------------------------------

# complete_bash WORD…: what bash offers for the last word.
complete_bash() {
    # shellcheck disable=SC2034,SC2317 # used by the completion
    (
        # shellcheck disable=SC1090
        source <("$PROCENARIO" completion bash)
        COMP_WORDS=("$@")
        COMP_CWORD=$(($# - 1))
        _procenario
        echo "${COMPREPLY[*]}"
    )
}

@test "bash completes commands, options, their words, and files" {
    [ "$(complete_bash procenario doct)" = doctor ]
    [ "$(complete_bash procenario help ch)" = check ]
    [ "$(complete_bash procenario run --tr)" = --trace ]
    [ "$(complete_bash procenario run --format j)" = "json junit" ]
    [ "$(complete_bash procenario run -f ta)" = tap ]
    [ "$(complete_bash procenario run ho)" = holds.yaml ]
    [ "$(complete_bash procenario run --trace fai)" = fails.yaml ]
    [ "$(complete_bash procenario run --clock ho)" = "" ]
}

@test "the completions of zsh and fish name every option, and are well formed" {
    for shell in zsh fish; do
        procenario 0 completion "$shell"
        "$PROCENARIO" help run | grep -oE '^ +(-., )?--[a-z-]+' | grep -oE '[a-z][a-z-]+$' >names
        while read -r name; do
            holds "$output" "$name"
        done <names
        if command -v "$shell" >/dev/null; then
            "$shell" -n <("$PROCENARIO" completion "$shell")
        fi
    done
    procenario 2 completion tcsh
    holds "$stderr" "unknown shell 'tcsh'"
}

# ---- doctor -----------------------------------------------------------------------------------

@test "doctor says for each thing whether it is there, and concludes" {
    procenario 0 doctor
    for name in kernel tracing "seccomp filter" namespaces addresses terminals memory; do
        grep -qE "^(ok|degraded|missing) +$name  " <<<"$output"
    done
    holds "$output" "scenarios can be performed here"
}

@test "a run notes what doctor calls degraded, and nothing where doctor is content" {
    "$PROCENARIO" doctor >before
    procenario 0 run --trace t.json holds.yaml
    if grep -qE '^degraded +(namespaces|addresses|counter of time) ' before; then
        run ! grep -q '"notes": \[\]' t.json
    else
        grep -q '"notes": \[\]' t.json
    fi
    "$PROGRAMS/refuse" namespaces,personality,counter "$PROCENARIO" run --trace t.json holds.yaml
    grep -q '"notes": .*process ids vary.*addresses vary.*counter of time cannot be held' t.json
}

@test "doctor tells what is degraded, and the setting" {
    procenario 0 doctor
    # It needs its own handler of SIGSEGV for every page that the stack grows by.
    [ "${VARIANT:-plain}" != valgrind ] || skip "valgrind 3.19 keeps signals blocked after a clone that is refused"
    run "$PROGRAMS/refuse" namespaces,personality "$PROCENARIO" doctor
    [ "$status" -eq 0 ]
    grep -qE '^degraded +namespaces ' <<<"$output"
    grep -qE '^degraded +addresses ' <<<"$output"
    holds "$output" "without it:*process ids*vary"
    holds "$output" "docker run --security-opt seccomp=unconfined"
    holds "$output" "with the differences told above"
}

@test "doctor says 3 where tracing or filters are missing" {
    # A leak checker traces too, and would fail for its own reasons.
    export ASAN_OPTIONS=detect_leaks=0
    run "$PROGRAMS/refuse" ptrace "$PROCENARIO" doctor
    [ "$status" -eq 3 ]
    grep -qE '^missing +tracing ' <<<"$output"
    holds "$output" "no scenario can be performed here"
    run "$PROGRAMS/refuse" seccomp "$PROCENARIO" doctor
    [ "$status" -eq 3 ]
    grep -qE '^missing +seccomp filter ' <<<"$output"
}

@test "what doctor calls missing refuses a run, with status 3 and a remedy" {
    export ASAN_OPTIONS=detect_leaks=0
    for what in ptrace seccomp; do
        run --separate-stderr "$PROGRAMS/refuse" "$what" "$PROCENARIO" run holds.yaml
        [ "$status" -eq 3 ]
        holds "$stderr" "procenario: "
        holds "$stderr" "doctor"
    done
}

@test "what doctor calls degraded does not refuse a run" {
    for what in namespaces mount personality process_vm_readv pidfd_getfd close_range affinity; do
        run --separate-stderr "$PROGRAMS/refuse" "$what" "$PROCENARIO" run holds.yaml
        [ "$status" -eq 0 ] || { echo "$what: $output $stderr" && false; }
    done
}

@test "names hold for the root, below other names, and in the steps of a role" {
    cat >names.yaml <<'YAML'
processes:
  main: [{fork: {process: a, count: 2}}, {wait: all}, {exec: [sh, -c, 'sh -c "/bin/true; exit" & wait']}]
  a: [{fork: w}, {kill: w}, {wait: w}]
  w: [pause]
names: {main: boss, a.0: ada, ada.w: bob, main.0: sh, main.0.0: job}
expect:
  - tree: {boss: [{ada: [bob]}, {a.1: [a.1.w]}, {sh: [job]}]}
  - reaped: {ada: boss, bob: ada, a.1.w: a.1, sh: boss}
  - exit: {bob: SIGTERM, a.1.w: SIGTERM}
YAML
    procenario 0 run names.yaml
}

@test "a fault without a process is the root's, whatever its name" {
    cat >fault.yaml <<'YAML'
processes:
  main: [{fork: {process: a, count: 2}}, {wait: all}]
  a: [exit]
names: {main: boss}
faults: [{call: fork, occurrence: 2, error: EAGAIN}]
expect: [{forks: 1}]
YAML
    procenario 0 run fault.yaml
}

@test "--set reaches the files that declare the parameter, and one of them must" {
    procenario 0 run --set word=bye holds.yaml race.yaml
    holds "$output" "│ bye"
    procenario 0 check -s word=bye race.yaml holds.yaml
    procenario 2 run --set wrod=bye holds.yaml race.yaml
    holds "$stderr" "--set wrod: no scenario here has the parameter 'wrod'"
    procenario 2 check --set word=bye race.yaml
    holds "$stderr" "no scenario here has the parameter 'word'"
}
