#!/usr/bin/env bats
# Programs that nobody here wrote do alone and under the director the same, apart from time and order.
# What differs stands in docs/fidelity.md, and that list is held both ways: a difference that is not
# listed fails, and so does a listed one that is gone.

bats_require_minimum_version 1.8.0

top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
: "${PROCENARIO:=${BUILD:-$top/build}/procenario}"
python=/usr/bin/python3

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
    mkdir alone directed
    # What a run gives every program (docs/fidelity.md): the same for both.
    export LC_ALL=C.UTF-8 TZ=UTC PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1
    export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    export TMPDIR=$PWD
    ulimit -n 1024
    ulimit -c 0
}

# Performs a shell command in directory `directed`, with its output in the file $1.
directed() {
    local out=$1 status=0
    shift
    cat >directed.yaml <<YAML
limits: {time: 100h, wall: 1500s, cpu: 1200s, processes: 5000, output: 1GiB, memory: 8GiB}
env: {LC_ALL: C.UTF-8, TMPDIR: "$PWD"} # process ids repeat: names made of them are not unique in /tmp
params: {command: "true"}
processes:
  main:
    - exec: [sh, -c, 'cd directed && \${command}']
YAML
    "$PROCENARIO" run --quiet --set "command=$* >../$out 2>&1 </dev/null" directed.yaml \
        >report 2>&1 3>&- || status=$?
    [ "$status" -eq 0 ] || { cat report && return 1; }
}

same() { # FILE-ALONE FILE-DIRECTED
    [ -s "$1" ] || { echo "$1 is empty" && return 1; }
    diff -u "$1" "$2"
}

@test "200 commands and pipelines of bash" {
    (cd alone && bash "$top/tests/fidelity/commands.sh" >../alone.out 2>&1 </dev/null)
    directed directed.out bash "$top/tests/fidelity/commands.sh"
    same alone.out directed.out
    [ "$(wc -l <alone.out)" -ge 200 ]
}

@test "200 commands and pipelines of dash" {
    (cd alone && dash "$top/tests/fidelity/commands.sh" >../alone.out 2>&1 </dev/null)
    directed directed.out dash "$top/tests/fidelity/commands.sh"
    same alone.out directed.out
    [ "$(wc -l <alone.out)" -ge 200 ]
}

# A C project of twelve modules, a library and a program.
c_project() {
    local i
    mkdir "$1/project"
    for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
        echo "int module_$i(int x) { return x + $i; }" >"$1/project/module_$i.c"
    done
    {
        for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "int module_$i(int);"; done
        echo '#include <stdio.h>'
        echo 'int main(void) { int x = 0;'
        for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "x = module_$i(x);"; done
        printf '%s\n' 'printf("%d\n", x); return 0; }'
    } >"$1/project/main.c"
    cat >"$1/project/Makefile" <<'MAKE'
modules := $(sort $(wildcard module_*.c))
program: main.o libmodules.a
	$(CC) -o $@ $^
libmodules.a: $(modules:.c=.o)
	$(AR) rcsD $@ $^
%.o: %.c
	$(CC) -O1 -c -o $@ $<
MAKE
}

@test "make -j4 of a small C project builds the same program" {
    c_project alone
    c_project directed
    (cd alone && make -C project -j4 CC=gcc >../alone.out 2>&1 </dev/null)
    directed directed.out make -C project -j4 CC=gcc
    # Parallel jobs print in any order, alone too.
    sed 's|/alone|/directed|' alone.out | sort >alone.sorted
    sort directed.out >directed.sorted
    same alone.sorted directed.sorted
    cmp alone/project/program directed/project/program
    [ "$(directed/project/program)" = 78 ]
    # All is up to date, by the real files' times and by the run's clock.
    directed again.out make -C project -j4 CC=gcc
    grep -q "up to date" again.out
    run ! grep -qi "clock skew" again.out directed.out
}

@test "timeout ends what lasts too long, and lets the rest pass" {
    local script='timeout 2 sleep 10; echo $?; timeout 5 sh -c "sleep 1; exit 3"; echo $?;
        timeout -s INT 1 sh -c "trap \"exit 9\" INT; while :; do sleep 1; done"; echo $?;
        timeout -k 1 1 sh -c "trap \"\" TERM; sleep 8; sleep 8"; echo $?'
    echo "$script" >script.sh
    (sh ./script.sh >alone.out 2>&1 </dev/null)
    directed directed.out sh ../script.sh
    same alone.out directed.out
}

@test "xargs -P4 runs what it is given" {
    echo 'seq 1 40 | xargs -P4 -n1 sh -c "echo \$0; exit 0"; echo $?; seq 3 | xargs -P4 -n1 false; echo $?' >script.sh
    sh ./script.sh >alone.out 2>&1 </dev/null
    directed directed.out sh ../script.sh
    sort alone.out >alone.sorted
    sort directed.out >directed.sorted
    same alone.sorted directed.sorted
}

# ---- CPython's own tests -----------------------------------------------------------------------------

# The differences of one of them that docs/fidelity.md lists for who we are: "test: alone → directed".
listed() {
    awk -F ' *[|] *' -v test="test.$1." -v root="$(($(id -u) == 0))" '
        index($2, "`" test) == 1 && ($3 == "everybody" || ($3 == "ordinary users" && !root)) {
            gsub("`", "", $2)
            print $2 ": " $4 " → " $5
        }' "$top/docs/fidelity.md" | sort
}

cpython() {
    local name=$1
    "$python" -c "import test.$name" 2>/dev/null || skip "CPython's tests are not installed"
    (cd alone && "$python" -m test -v "$name" >../alone.out 2>&1 </dev/null) || true
    directed directed.out "{ $python -m test -v $name ; true ; }"
    "$python" "$top/tests/fidelity/results.py" alone.out >alone.results
    "$python" "$top/tests/fidelity/results.py" directed.out >directed.results
    [ -s alone.results ]
    join <(sort alone.results) <(sort directed.results) -a 1 -a 2 -e missing -o 0,1.2,2.2 |
        awk '$2 != $3 { print $1 ": " $2 " → " $3 }' | sort >differences
    diff <(listed "$name") differences
}

@test "CPython: test_fork1" { cpython test_fork1; }
@test "CPython: test_wait3" { cpython test_wait3; }
@test "CPython: test_wait4" { cpython test_wait4; }
@test "CPython: test_subprocess" { cpython test_subprocess; }
@test "CPython: test_signal" { cpython test_signal; }
