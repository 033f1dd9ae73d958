#!/usr/bin/env bats
# Every scenario that comes with procenario holds, and its trace is the golden one, byte for byte.
#
# A new scenario needs its line below (bats 1.8 has no tests made on the fly); the last tests tell when one
# is forgotten. A scenario whose run is meant to be cut off says so in a comment: `# exit status: 1`. Goldens are
# renewed by `make golden`, and read before they are committed.

bats_require_minimum_version 1.8.0

top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
: "${PROCENARIO:=${BUILD:-$top/build}/procenario}"
golden=$top/tests/golden

# What a host does not allow (see `procenario doctor`) stands in the notes of a trace's header, which
# are none in the golden; everything else is the same there, too, except for scenarios that say
# `# needs: process ids of its own`, as they show real ids or who adopts an orphan.
without_notes() {
    sed "1s/\"notes\": \\[[^]]*'procenario doctor'[^]]*\\], /\"notes\": [], /" "$1"
}

# Performs one scenario, holds its status against the expected one, and its trace against the golden.
performs_as_recorded() {
    local name=$1 expected=0 status=0
    local scenario=$top/scenarios/$name.yaml trace=$BATS_TEST_TMPDIR/trace.json
    if grep -qx '# exit status: 1' "$scenario"; then
        expected=1
    fi
    if [ -n "${SUITE_NOTES:-}" ]; then
        mkdir -p "$SUITE_NOTES"
        echo "$name.json" >>"$SUITE_NOTES/goldens"
    fi
    "$PROCENARIO" run --quiet --trace "$trace" "$scenario" || status=$?
    if head -1 "$trace" | grep -q 'process ids vary' &&
        grep -qx '# needs: process ids of its own' "$scenario"; then
        skip "this host gives a run no process ids of its own"
    fi
    if [ "$status" -ne "$expected" ]; then
        echo "status $status instead of $expected"
        return 1
    fi
    if [ ! -f "$golden/$name.json" ]; then
        echo "no golden trace: make one with 'make golden', and read it"
        return 1
    fi
    without_notes "$trace" >"$trace.bare"
    if ! diff -u "$golden/$name.json" "$trace.bare"; then
        echo "if that is right, renew it: make golden"
        return 1
    fi
}

@test "classics/deadlock" { performs_as_recorded classics/deadlock; }
@test "classics/deadlock-fixed" { performs_as_recorded classics/deadlock-fixed; }
@test "classics/ignores-sigterm" { performs_as_recorded classics/ignores-sigterm; }
@test "classics/lost-sigchld" { performs_as_recorded classics/lost-sigchld; }
@test "classics/lost-sigchld-fixed" { performs_as_recorded classics/lost-sigchld-fixed; }
@test "classics/orphan" { performs_as_recorded classics/orphan; }
@test "classics/pipeline" { performs_as_recorded classics/pipeline; }
@test "classics/pipeline-shell" { performs_as_recorded classics/pipeline-shell; }
@test "classics/stdio-buffers-pipe" { performs_as_recorded classics/stdio-buffers-pipe; }
@test "classics/stdio-buffers-terminal" { performs_as_recorded classics/stdio-buffers-terminal; }
@test "classics/stop-continue" { performs_as_recorded classics/stop-continue; }
@test "classics/supervisor" { performs_as_recorded classics/supervisor; }
@test "exercises/again" { performs_as_recorded exercises/again; }
@test "exercises/counter" { performs_as_recorded exercises/counter; }
@test "exercises/fan" { performs_as_recorded exercises/fan; }
@test "exercises/generations" { performs_as_recorded exercises/generations; }
@test "exercises/keep" { performs_as_recorded exercises/keep; }
@test "exercises/polite" { performs_as_recorded exercises/polite; }
@test "exercises/service" { performs_as_recorded exercises/service; }
@test "exercises/stubborn" { performs_as_recorded exercises/stubborn; }
@test "exercises/sum" { performs_as_recorded exercises/sum; }
@test "exercises/three-zombies" { performs_as_recorded exercises/three-zombies; }
@test "features/action-close-stdin" { performs_as_recorded features/action-close-stdin; }
@test "features/action-close-terminal" { performs_as_recorded features/action-close-terminal; }
@test "features/action-signal-foreground" { performs_as_recorded features/action-signal-foreground; }
@test "features/action-signal-group" { performs_as_recorded features/action-signal-group; }
@test "features/action-snapshot" { performs_as_recorded features/action-snapshot; }
@test "features/action-type" { performs_as_recorded features/action-type; }
@test "features/clock-virtual" { performs_as_recorded features/clock-virtual; }
@test "features/env" { performs_as_recorded features/env; }
@test "features/expect-any" { performs_as_recorded features/expect-any; }
@test "features/expect-before" { performs_as_recorded features/expect-before; }
@test "features/expect-duration" { performs_as_recorded features/expect-duration; }
@test "features/expect-exit" { performs_as_recorded features/expect-exit; }
@test "features/expect-forks" { performs_as_recorded features/expect-forks; }
@test "features/expect-never" { performs_as_recorded features/expect-never; }
@test "features/expect-orphans" { performs_as_recorded features/expect-orphans; }
@test "features/expect-output" { performs_as_recorded features/expect-output; }
@test "features/expect-points" { performs_as_recorded features/expect-points; }
@test "features/expect-reaped" { performs_as_recorded features/expect-reaped; }
@test "features/expect-signals" { performs_as_recorded features/expect-signals; }
@test "features/expect-state" { performs_as_recorded features/expect-state; }
@test "features/expect-tree" { performs_as_recorded features/expect-tree; }
@test "features/expect-zombies" { performs_as_recorded features/expect-zombies; }
@test "features/fault-exec" { performs_as_recorded features/fault-exec; }
@test "features/fault-fork" { performs_as_recorded features/fault-fork; }
@test "features/fault-kill" { performs_as_recorded features/fault-kill; }
@test "features/fault-occurrences" { performs_as_recorded features/fault-occurrences; }
@test "features/fault-read" { performs_as_recorded features/fault-read; }
@test "features/fault-wait" { performs_as_recorded features/fault-wait; }
@test "features/fault-write" { performs_as_recorded features/fault-write; }
@test "features/limit-cpu" { performs_as_recorded features/limit-cpu; }
@test "features/limit-output" { performs_as_recorded features/limit-output; }
@test "features/limit-processes" { performs_as_recorded features/limit-processes; }
@test "features/limit-time" { performs_as_recorded features/limit-time; }
@test "features/names" { performs_as_recorded features/names; }
@test "features/params" { performs_as_recorded features/params; }
@test "features/schedule-choices" { performs_as_recorded features/schedule-choices; }
@test "features/schedule-random" { performs_as_recorded features/schedule-random; }
@test "features/schedule-round-robin" { performs_as_recorded features/schedule-round-robin; }
@test "features/schedule-run-to-block" { performs_as_recorded features/schedule-run-to-block; }
@test "features/schedules" { performs_as_recorded features/schedules; }
@test "features/schedules-race" { performs_as_recorded features/schedules-race; }
@test "features/stdio-file" { performs_as_recorded features/stdio-file; }
@test "features/stdio-pipe" { performs_as_recorded features/stdio-pipe; }
@test "features/stdio-terminal" { performs_as_recorded features/stdio-terminal; }
@test "features/step-abort" { performs_as_recorded features/step-abort; }
@test "features/step-alarm" { performs_as_recorded features/step-alarm; }
@test "features/step-block" { performs_as_recorded features/step-block; }
@test "features/step-close" { performs_as_recorded features/step-close; }
@test "features/step-exec" { performs_as_recorded features/step-exec; }
@test "features/step-exit" { performs_as_recorded features/step-exit; }
@test "features/step-forever" { performs_as_recorded features/step-forever; }
@test "features/step-fork" { performs_as_recorded features/step-fork; }
@test "features/step-ignore" { performs_as_recorded features/step-ignore; }
@test "features/step-kill" { performs_as_recorded features/step-kill; }
@test "features/step-kill-group" { performs_as_recorded features/step-kill-group; }
@test "features/step-on" { performs_as_recorded features/step-on; }
@test "features/step-on-restart" { performs_as_recorded features/step-on-restart; }
@test "features/step-pause" { performs_as_recorded features/step-pause; }
@test "features/step-pipe" { performs_as_recorded features/step-pipe; }
@test "features/step-print" { performs_as_recorded features/step-print; }
@test "features/step-ps" { performs_as_recorded features/step-ps; }
@test "features/step-read-stdin" { performs_as_recorded features/step-read-stdin; }
@test "features/step-repeat" { performs_as_recorded features/step-repeat; }
@test "features/step-say" { performs_as_recorded features/step-say; }
@test "features/step-setpgid" { performs_as_recorded features/step-setpgid; }
@test "features/step-setsid" { performs_as_recorded features/step-setsid; }
@test "features/step-sleep" { performs_as_recorded features/step-sleep; }
@test "features/step-substitution" { performs_as_recorded features/step-substitution; }
@test "features/step-wait" { performs_as_recorded features/step-wait; }
@test "features/step-wait-nohang" { performs_as_recorded features/step-wait-nohang; }
@test "features/step-wait-untraced" { performs_as_recorded features/step-wait-untraced; }
@test "features/step-write" { performs_as_recorded features/step-write; }
@test "features/terminal-size" { performs_as_recorded features/terminal-size; }
@test "features/trigger-after" { performs_as_recorded features/trigger-after; }
@test "features/trigger-at" { performs_as_recorded features/trigger-at; }
@test "features/trigger-when-awaits" { performs_as_recorded features/trigger-when-awaits; }
@test "features/trigger-when-catches" { performs_as_recorded features/trigger-when-catches; }
@test "features/trigger-when-execs" { performs_as_recorded features/trigger-when-execs; }
@test "features/trigger-when-exits" { performs_as_recorded features/trigger-when-exits; }
@test "features/trigger-when-forks" { performs_as_recorded features/trigger-when-forks; }
@test "features/trigger-when-prints" { performs_as_recorded features/trigger-when-prints; }
@test "features/trigger-when-state" { performs_as_recorded features/trigger-when-state; }
@test "tutorial/ask" { performs_as_recorded tutorial/ask; }
@test "tutorial/create" { performs_as_recorded tutorial/create; }
@test "tutorial/create-python" { performs_as_recorded tutorial/create-python; }
@test "tutorial/create-ten" { performs_as_recorded tutorial/create-ten; }
@test "tutorial/create-ten-order" { performs_as_recorded tutorial/create-ten-order; }
@test "tutorial/create-ten-python" { performs_as_recorded tutorial/create-ten-python; }
@test "tutorial/daemon" { performs_as_recorded tutorial/daemon; }
@test "tutorial/dispositions" { performs_as_recorded tutorial/dispositions; }
@test "tutorial/double-fork" { performs_as_recorded tutorial/double-fork; }
@test "tutorial/double-fork-python" { performs_as_recorded tutorial/double-fork-python; }
@test "tutorial/fork-fails" { performs_as_recorded tutorial/fork-fails; }
@test "tutorial/fork-fails-python" { performs_as_recorded tutorial/fork-fails-python; }
@test "tutorial/fork-gives-up" { performs_as_recorded tutorial/fork-gives-up; }
@test "tutorial/interrupted" { performs_as_recorded tutorial/interrupted; }
@test "tutorial/interrupted-python" { performs_as_recorded tutorial/interrupted-python; }
@test "tutorial/kill" { performs_as_recorded tutorial/kill; }
@test "tutorial/kill-python" { performs_as_recorded tutorial/kill-python; }
@test "tutorial/kill-zombie" { performs_as_recorded tutorial/kill-zombie; }
@test "tutorial/loop-mistake" { performs_as_recorded tutorial/loop-mistake; }
@test "tutorial/lost-child" { performs_as_recorded tutorial/lost-child; }
@test "tutorial/memory" { performs_as_recorded tutorial/memory; }
@test "tutorial/orphan" { performs_as_recorded tutorial/orphan; }
@test "tutorial/pending" { performs_as_recorded tutorial/pending; }
@test "tutorial/pids" { performs_as_recorded tutorial/pids; }
@test "tutorial/reap-ignored" { performs_as_recorded tutorial/reap-ignored; }
@test "tutorial/reap-ignored-python" { performs_as_recorded tutorial/reap-ignored-python; }
@test "tutorial/reap-sigchld" { performs_as_recorded tutorial/reap-sigchld; }
@test "tutorial/reap-sigchld-python" { performs_as_recorded tutorial/reap-sigchld-python; }
@test "tutorial/reap-wait" { performs_as_recorded tutorial/reap-wait; }
@test "tutorial/reap-wait-python" { performs_as_recorded tutorial/reap-wait-python; }
@test "tutorial/reap-waitpid" { performs_as_recorded tutorial/reap-waitpid; }
@test "tutorial/reap-waitpid-python" { performs_as_recorded tutorial/reap-waitpid-python; }
@test "tutorial/reap-wnohang" { performs_as_recorded tutorial/reap-wnohang; }
@test "tutorial/reap-wnohang-python" { performs_as_recorded tutorial/reap-wnohang-python; }
@test "tutorial/session" { performs_as_recorded tutorial/session; }
@test "tutorial/uncatchable" { performs_as_recorded tutorial/uncatchable; }
@test "tutorial/zombie" { performs_as_recorded tutorial/zombie; }
@test "tutorial/zombie-pile" { performs_as_recorded tutorial/zombie-pile; }
@test "tutorial/zombie-pile-python" { performs_as_recorded tutorial/zombie-pile-python; }
@test "tutorial/zombie-python" { performs_as_recorded tutorial/zombie-python; }

@test "every golden trace has its scenario" {
    local stray=0
    while read -r name; do
        [ -f "$top/scenarios/${name%.json}.yaml" ] || { echo "unused: tests/golden/$name" && stray=1; }
    done < <(cd "$golden" && find . \( -path ./transcripts -o -path ./pictures \) -prune -o -type f -print | sed 's|^\./||')
    [ "$stray" -eq 0 ]
}

@test "every scenario says what it is about, and how an editor completes it" {
    while read -r scenario; do
        sed -n 1p "$scenario" |
            grep -qxF '# yaml-language-server: $schema=../../schema/scenario.schema.json' &&
            sed -n 2,3p "$scenario" | grep -q '^# .' && grep -q '^title: ' "$scenario" ||
            { echo "$scenario" && false; }
    done < <(find "$top/scenarios" -name '*.yaml' -not -path '*/grading/*')
}

@test "every scenario has its test" {
    local there=$BATS_TEST_TMPDIR/there tested=$BATS_TEST_TMPDIR/tested
    # tests/labs.bats has those of grading.
    (cd "$top/scenarios" && find . -name '*.yaml' -not -path './grading/*') | sed 's|^\./||; s|\.yaml$||' |
        LC_ALL=C sort >"$there"
    sed -nE 's/^@test "([^"]+)" \{ performs_as_recorded \1; \}$/\1/p' "$BATS_TEST_FILENAME" |
        LC_ALL=C sort >"$tested"
    diff -u "$there" "$tested"
}
