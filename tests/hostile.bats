#!/usr/bin/env bats
# Submissions that are hostile, through `grade`: each gets the verdict that it should, and nobody else
# notices. The submissions of tests/hostile/probes try what they may not and have full marks when they got
# nowhere; those of bombs use up, never end, or lie; those of builds do so while they are built.

bats_require_minimum_version 1.8.0

# Everything is graded once, while a bystander of the same user runs; the tests look at what came of it.
setup_file() {
    top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    : "${BUILD:=$top/build}" "${PROCENARIO:=$BUILD/procenario}" "${PROGRAMS:=$BUILD/programs}"
    case $PROCENARIO in /*) ;; *) PROCENARIO=$top/$PROCENARIO ;; esac
    export top PROCENARIO PROGRAMS
    "$PROCENARIO" doctor >"$BATS_FILE_TMPDIR/doctor" 3>&- || true
    grep -q '^ok  *sandbox' "$BATS_FILE_TMPDIR/doctor" || return 0
    cd "$BATS_FILE_TMPDIR" || return
    mkdir tmp results
    export TMPDIR=$BATS_FILE_TMPDIR/tmp
    cp -r "$top/tests/hostile" course
    find course -type f -exec sha256sum {} + | sort >before
    sleep 100000 3>&- &
    echo $! >bystander
    for kind in probes bombs builds; do
        status=0
        "$PROGRAMS/leftovers" "left.$kind" "$PROCENARIO" grade "course/$kind.yaml" \
            --submissions "course/$kind" -o "results/$kind" -j 2 >"table.$kind" 2>"said.$kind" 3>&- ||
            status=$?
        echo "$status" >"status.$kind"
    done
    : >graded
}

teardown_file() {
    [ ! -e "$BATS_FILE_TMPDIR/bystander" ] || kill "$(cat "$BATS_FILE_TMPDIR/bystander")" || true
}

setup() {
    [ -e "$BATS_FILE_TMPDIR/graded" ] || skip "this host has no sandbox"
    results=$BATS_FILE_TMPDIR/results
    course=$BATS_FILE_TMPDIR/course
    export LC_ALL=C
    unset CLICOLOR_FORCE
    cd "$BATS_TEST_TMPDIR" || return
    mkdir tmp results
    export TMPDIR=$PWD/tmp
}

# of KIND/ID EXPRESSION: the value of a Python expression about the result `r`; `s` is its first
# scenario.
of() {
    python3 -c '
import json, sys
r = json.load(open(sys.argv[1], encoding="utf-8"))
s = r["scenarios"][0]
print(eval(sys.argv[2]))' "$results/$1.json" "$2"
}

# is KIND/ID EXPRESSION VALUE
is() {
    local value
    value=$(of "$1" "$2")
    # shellcheck disable=SC2053 # a pattern is wanted
    [[ $value == $3 ]] || {
        printf '%s: %s is "%s" instead of "%s"\n' "$1" "$2" "$value" "$3"
        python3 -m json.tool "$results/$1.json"
        return 1
    }
}

# held_off ID: nothing that the probe tried got through, neither as the root nor as a child.
held_off() {
    is "probes/$1" 'r["total"]' 4
}

# ended ID END TEXT: how the bomb's run ended.
ended() {
    is "bombs/$1" 's["end"]' "$2"
    is "bombs/$1" 's.get("ended", "")' "$3"
    is "bombs/$1" 'r["total"]' 0
}

# not_built ID TEXT: why.
not_built() {
    is "builds/$1" 'r["build"]["ok"]' False
    is "builds/$1" 'r["build"]["ended"]' "$2"
    is "builds/$1" 'r["total"]' 0
}

# ---- what programs try --------------------------------------------------------------------------

@test "a program sees no scenario, no other's files, no process but the run's, no environment but its own" {
    held_off spy
}

@test "a program has no descriptor but its own three, and writes nowhere but in its folders" {
    held_off descriptors
}

@test "a program cannot lift its limits" {
    held_off limits
}

@test "a program makes no namespaces and mounts nothing" {
    held_off namespaces
}

@test "system calls that exercises have no use for are refused" {
    held_off calls
}

@test "a program becomes nobody else" {
    held_off rights
}

@test "a program reaches nobody by a network" {
    held_off network
}

@test "a program can neither kill, stop nor hold what performs it" {
    held_off runner
}

@test "nothing types into a terminal, and the host's terminals are not used up" {
    held_off terminals
}

@test "a run leaves nothing to the next" {
    held_off traces
}

@test "what a program can see of the director is what the documentation says" {
    held_off detector
}

@test "on kernels that cannot close many descriptors at once, none is inherited either" {
    [ "$(ulimit -H -n)" -gt 4500 ] || skip "a process has few descriptors here"
    ulimit -S -n "$(ulimit -H -n)"
    "$PROGRAMS/refuse" close_range "$PROCENARIO" grade "$course/probes.yaml" \
        --submission "$course/probes/descriptors" -o out -q 7</etc/passwd 4500</etc/passwd >/dev/null 3>&-
    results=$PWD/out
    is descriptors 'r["total"]' 4
}

@test "on such kernels the folder of those without a sandbox is removed, too" {
    open_to_all
    [ "${VARIANT:-plain}" != valgrind ] || skip "valgrind has descriptors that closefrom tries to close for ever"
    # Whoever removes it waits for the end of all others.
    "$PROGRAMS/leftovers" left timeout -k 1 60 "$PROGRAMS/refuse" close_range "$PROCENARIO" grade \
        "$course/bombs.yaml" --submission "$course/bombs/honest" -o out -q --unsafe-no-sandbox \
        >/dev/null 3>&-
    diff -u /dev/null left
    results=$PWD/out
    is honest 'r["total"]' 1
    [ -z "$(ls -A "$TMPDIR")" ]
}

# ---- bombs --------------------------------------------------------------------------------------

@test "a fork bomb is cut off by the limit of processes" {
    ended forks limit "limit 'processes': *"
}

@test "threads are bounded, too" {
    ended threads completed ""
    is bombs/threads 's["expectations"][0]["seen"]' '*EAGAIN after hundreds*'
}

@test "kill(-1, SIGKILL) reaches the run's own processes" {
    ended kills-everybody completed ""
    is bombs/kills-everybody 's["expectations"][0]["seen"]' '*killed everybody: 0*'
}

@test "a program that stops everybody has stopped itself" {
    ended stops-everybody deadlock "*deadlock*"
    is bombs/stops-everybody 's["waiting"]' '*`main` is stopped by SIGSTOP*'
}

@test "a daemon in a session of its own does not outlive the run" {
    ended daemon limit "limit 'time': *"
    is bombs/daemon 's["waiting"]' '*`main.0.0` sleeps*'
}

@test "who ignores all signals is ended all the same" {
    ended deaf deadlock "*deadlock*"
}

@test "a flood of output is cut off" {
    ended output-flood limit "limit 'output': the output was cut after 64KiB"
    [ "$(wc -c <"$results/bombs/output-flood.json")" -lt 10000 ]
}

@test "memory bombs are cut off, however the memory is held" {
    for id in memory memory-shared memory-segments memory-queues memory-semaphores memory-of-many; do
        ended "$id" limit "limit 'memory': *"
    done
}

@test "disks and inodes are bounded in each folder" {
    for id in disk many-files; do
        ended "$id" completed ""
        is "bombs/$id" 's["expectations"][0]["seen"]' '*"/work: full\\n"*'
        is "bombs/$id" '"wrong" in str(s)' False
    done
    # A file that is larger than the folder is none; the program then does what it should.
    is bombs/large-file 'r["total"]' 1
}

@test "an endless loop is cut off by processor time, an endless sleep by the scenario's time" {
    ended loop limit "limit 'cpu': *"
    ended sleep limit "limit 'time': *"
}

@test "a crash is told as one" {
    ended crash completed ""
    is bombs/crash 's.get("crashes", s.get("crash"))' '*SIGABRT*'
}

@test "a program that says it was graded already is quoted, in every format" {
    ended lies completed ""
    for format in table json tap junit csv gradescope; do
        "$PROCENARIO" grade merge "$results/bombs" --only lies --format "$format" >"as.$format" 3>&-
        # Nothing steers a terminal: no control characters, no bytes that are no text.
        run ! grep -P '[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f]' "as.$format"
        python3 -c 'import sys; open(sys.argv[1], encoding="utf-8").read()' "as.$format"
    done
    python3 -m json.tool <as.json >/dev/null
    python3 -m json.tool <as.gradescope >/dev/null
    xmllint --noout as.junit
    # As many cases as there are, and the one failure, whatever the program printed.
    [ "$(xmllint --xpath 'count(//testcase)' as.junit)" = 3 ]
    [ "$(xmllint --xpath 'count(//failure)' as.junit)" = 1 ]
    [ "$(grep -cE '^ *(not )?ok ' as.tap)" -eq 4 ]
    [ "$(grep -cE '^ *not ok ' as.tap)" -eq 2 ]
    grep -q '^Total: 0$' as.table
}

# ---- builds -------------------------------------------------------------------------------------

@test "endless builds, build loops and fork bombs in builds are cut off, and said to be" {
    not_built endless "limit 'wall': *"
    not_built loop "limit '*': *"
    not_built forks "limit 'processes': *"
    not_built fails "status 2"
    is builds/fails 'r["build"]["output"]' '*\\x1b[[]31merror*'
}

@test "what a build leaves running is neither waited for for ever nor there in a run" {
    not_built stays "limit 'wall': *"
}

@test "what a build locks, links in circles or fills up is there in the run as it left it" {
    for id in locked full honest; do
        is "builds/$id" 'r["build"]["ok"]' True
        is "builds/$id" 'r["total"]' 1
    done
}

# ---- everybody else -----------------------------------------------------------------------------

@test "grading hostile submissions is grading done" {
    for kind in probes bombs builds; do
        cat "$BATS_FILE_TMPDIR/said.$kind"
        [ "$(cat "$BATS_FILE_TMPDIR/status.$kind")" -eq 0 ]
        [ ! -s "$BATS_FILE_TMPDIR/said.$kind" ]
    done
}

@test "honest submissions that were graded beside them have full marks" {
    is probes/honest 'r["total"]' 4
    is bombs/honest 'r["total"]' 1
    is builds/honest 'r["total"]' 1
}

@test "the host, the course and the results are untouched" {
    kill -0 "$(cat "$BATS_FILE_TMPDIR/bystander")"
    cd "$BATS_FILE_TMPDIR"
    find course -type f -exec sha256sum {} + | sort | diff -u before -
    for kind in probes bombs builds; do
        (cd "course/$kind" && printf '%s.json\n' *) | sort >wanted
        (cd "results/$kind" && printf '%s\n' *) | sort | diff -u wanted -
        diff -u /dev/null "left.$kind"
    done
    [ -z "$(ls -A tmp)" ]
}

@test "the same submissions get the same results again, byte for byte" {
    for id in forks lies deaf crash; do
        "$PROCENARIO" grade "$course/bombs.yaml" --submission "$course/bombs/$id" -o again -q \
            >/dev/null 3>&-
        cmp "$results/bombs/$id.json" "again/$id.json"
    done
}

@test "a grader that is killed leaves nothing running" {
    mkdir -p in/a in/b
    cp "$course/builds/endless/"* in/a
    cp "$course/builds/endless/"* in/b
    cat >kill-it <<'SH'
"$PROCENARIO" grade "$1/builds.yaml" --submissions in -o out -j 2 -q &
grader=$!
# Until both builds are at work.
for i in $(seq 300); do
    [ "$(pgrep -P "$grader" | wc -l)" -lt 2 ] || [ "$(ps -eo args | grep -c '^sleep 1000000$')" -lt 2 ] || break
    sleep 0.1
done
kill -KILL "$grader"
wait "$grader"
SH
    run "$PROGRAMS/leftovers" left bash kill-it "$course" 3>&-
    [ "$status" -eq 137 ]
    diff -u /dev/null left
    [ -z "$(ls -A "$TMPDIR")" ]
}

# ---- what is handed in --------------------------------------------------------------------------

@test "links, FIFOs, devices and paths that lead elsewhere are left out, and said to be" {
    mkdir -p in/folder/sub
    cp "$course/bombs/honest/main.c" in/folder/sub/real.c
    ln -s /etc/passwd in/folder/main.c
    ln -s / in/folder/all
    mkfifo in/folder/fifo
    printf x >"in/folder/new
line"
    python3 - <<'PY'
import io, tarfile
with tarfile.open("in/archive.tar", "w") as archive:
    def add(name, data=b"int main(void) { return 1; }\n", **fields):
        info = tarfile.TarInfo(name)
        info.size = len(data) if fields.get("type", tarfile.REGTYPE) == tarfile.REGTYPE else 0
        for field, value in fields.items():
            setattr(info, field, value)
        archive.addfile(info, io.BytesIO(data))
    add("main.c", b'#include <stdio.h>\nint main(void) { puts("hello"); }\n')
    add("../up.c")
    add("/tmp/absolute.c")
    add("sub/../../up.c")
    add("link", type=tarfile.SYMTYPE, linkname="/etc")
    add("link/passwd")
    add("hard", type=tarfile.LNKTYPE, linkname="main.c")
    add("null", type=tarfile.CHRTYPE, devmajor=1, devminor=3)
    add("\x1b[31mred\n.c")
PY
    sed 's/\[main.c\]/["*"]/' "$course/bombs.yaml" >"$course/all.yaml"
    "$PROCENARIO" grade "$course/all.yaml" --submissions in -o out -q >table 3>&-
    rm "$course/all.yaml"
    results=$PWD/out
    is folder 'r["notes"]' "*'all' is a symbolic link: left out*"
    is folder 'r["notes"]' "*'fifo' is a FIFO: left out*"
    is folder 'r["notes"]' "*'main.c' is a symbolic link: left out*"
    is folder 'r["build"]["ok"]' False
    is archive 'r["total"]' 1
    for note in "'../up.c' leads out of its folder" "'/tmp/absolute.c' has an absolute path" \
        "'sub/../../up.c' leads out of its folder" "'link' is a symbolic link" \
        "'hard' is a link to another file" "'null' is a device"; do
        is archive 'r["notes"]' "*$note: left out*"
    done
    [ ! -e up.c ] && [ ! -e in/up.c ] && [ ! -e ../up.c ]
    [ -z "$(ls -A "$TMPDIR")" ]
}

@test "the same files are the same submission, however they are packed" {
    mkdir -p in/folder/sub in/below/work
    cp "$course/bombs/honest/main.c" in/folder
    printf 'x' >"in/folder/sub/Ã¼ ÿ
name"
    chmod +x in/folder/main.c
    touch -d 2001-02-03 in/folder/main.c
    cp -r in/folder/. in/below/work
    tar -C in/folder -cf in/plain.tar .
    tar -C in/folder -czf in/gz.tgz main.c sub
    tar -C in/folder -cJf in/xz.tar.xz ./sub ./main.c
    tar -C in/below -cjf in/one.tar.bz2 work
    rm -r in/below
    sed 's/\[main.c\]/["*"]/' "$course/bombs.yaml" >"$course/all.yaml"
    "$PROCENARIO" grade "$course/all.yaml" --submissions in -o out -q >table 3>&-
    rm "$course/all.yaml"
    results=$PWD/out
    for id in plain gz xz one; do
        is "$id" 'r["submission"]["digest"]' "$(of folder 'r["submission"]["digest"]')"
        is "$id" 'r["total"]' 1
    done
}

@test "an archive that unpacks to very much is refused, quickly" {
    mkdir in
    python3 - <<'PY'
import tarfile, zlib
info = tarfile.TarInfo("main.c")
info.size = 100 << 30
packer = zlib.compressobj(9, zlib.DEFLATED, 31)
with open("in/bomb.tar.gz", "wb") as out:
    out.write(packer.compress(info.tobuf()))
    zeros = bytes(1 << 20)
    for _ in range(3 << 10):
        out.write(packer.compress(zeros))
    out.write(packer.flush())
PY
    timeout 60 "$PROCENARIO" grade "$course/bombs.yaml" --submissions in -o out -q 3>&-
    results=$PWD/out
    is bomb 'r["notes"]' "*'everything: the archive holds more than 2 GiB'*"
}

@test "a .zip that unpacks to very much is refused, quickly" {
    mkdir in
    python3 - <<'PY'
import struct, zlib
packer = zlib.compressobj(9, zlib.DEFLATED, -15)
check, packed = 0, b""
for _ in range(1 << 10):
    packed += packer.compress(bytes(1 << 20))
    check = zlib.crc32(bytes(1 << 20), check)
packed += packer.flush()
places = b""
with open("in/bomb.zip", "wb") as out:  # 100 files of 1 GiB
    for number in range(100):
        name = b"%03d" % number
        sizes = (20, 0, 8, 0, 0, check, len(packed), 1 << 30, len(name), 0)
        places += struct.pack("<IH5H3I2H3H2I", 0x02014B50, 20, *sizes, 0, 0, 0, 0, out.tell()) + name
        out.write(struct.pack("<I5H3I2H", 0x04034B50, *sizes) + name + packed)
    end = (0x06054B50, 0, 0, 100, 100, len(places), out.tell(), 0)
    out.write(places + struct.pack("<I4H2IH", *end))
PY
    python3 -c 'import zipfile; assert len(zipfile.ZipFile("in/bomb.zip").namelist()) == 100'
    timeout 100 "$PROCENARIO" grade "$course/bombs.yaml" --submissions in -o out -q 3>&-
    results=$PWD/out
    is bomb 'r["notes"]' "*'everything: the archive holds more than 2 GiB'*"
}

@test "an archive that takes very much memory to unpack is refused" {
    mkdir in
    python3 - <<'PY'
import lzma, struct, tarfile, zlib
info = tarfile.TarInfo("main.c")
info.size = 3 << 30
packer = lzma.LZMACompressor(filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 20, "preset": 0}])
packed = packer.compress(info.tobuf())
for _ in range(3 << 10):
    packed += packer.compress(bytes(1 << 20))
packed = bytearray(packed + packer.flush())
assert packed[14:16] == b"\x21\x01"  # LZMA2, one byte of properties follows (the .xz format, 5.3.1)
packed[16] = 40  # a dictionary of 4 GiB
end = 12 + (packed[12] + 1) * 4
packed[end - 4:end] = struct.pack("<I", zlib.crc32(packed[12:end - 4]))
with open("in/memory.tar.xz", "wb") as out:
    out.write(packed)
PY
    # So that the sanitizer does not end a process for what it is refused.
    ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}allocator_may_return_null=1 \
        "$PROCENARIO" grade "$course/bombs.yaml" --submissions in -o out -q 3>&-
    results=$PWD/out
    is memory 'r["notes"]' "*'everything: the archive cannot be read: *emory*"
    is memory 'r["total"]' 0
}

@test "what does not fit into the sandbox, as files are there, is left out" {
    mkdir in
    python3 - <<'PY'
import io, tarfile
hello = b'#include <stdio.h>\nint main(void) { puts("hello"); }\n'
def pack(name, files):
    with tarfile.open(name, "w") as archive:
        for path, data in [(".main.c", hello)] + files:
            info = tarfile.TarInfo(path)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
pack("in/pages.tar", [(f"{i:04}", b"x" * 4097) for i in range(4000)])
pack("in/folders.tar", [(f"{i}/{i}/{i}", b"") for i in range(4000)])
PY
    cat >fits.yaml <<'YAML'
assignment: 1
build: {run: [gcc, -o, /dev/null, .main.c]}
scenarios: [fits.scenario.yaml]
sandbox: {disk: 17MiB, files: 4096}
YAML
    cat >fits.scenario.yaml <<'YAML'
processes: {main: [exec: [gcc, -xc, -fsyntax-only, .main.c]]}
expect: [exit: {main: 0}]
YAML
    "$PROCENARIO" grade fits.yaml --submissions in -o out -q 3>&-
    results=$PWD/out
    is pages 'r.get("failed")' None
    is pages 'r["notes"]' '*is too large: left out*'
    is folders 'r.get("failed")' None
    is folders 'r["notes"]' '*and what comes after it are too many files: left out*'
}

# ---- hosts that cannot --------------------------------------------------------------------------

# refuses TEXT: grading is refused with this in the message, and nothing is graded.
refuses() {
    [ "$status" -eq 3 ]
    # shellcheck disable=SC2053 # a pattern is wanted
    [[ $output == *$1* ]] || { echo "$output" && return 1; }
    [ -z "$(ls out 2>/dev/null)" ]
    [ -z "$(ls -A "$TMPDIR")" ]
}

@test "where user namespaces are not allowed, grading is refused and says which setting" {
    unshare -Ur true || skip "unshare is not to be had here"
    # shellcheck disable=SC2016 # for the inner shell
    run unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"' sh \
        "$PROCENARIO" grade "$course/bombs.yaml" --submission "$course/bombs/honest" -o out 3>&-
    refuses "sysctl -w user.max_user_namespaces="
}

@test "where bubblewrap is missing, grading is refused and says what to install" {
    unshare -Urm true || skip "unshare is not to be had here"
    # shellcheck disable=SC2016 # for the inner shell
    run unshare -Urm sh -c 'mount --bind /dev/null "$(command -v bwrap)" && exec "$@"' sh \
        "$PROCENARIO" grade "$course/bombs.yaml" --submission "$course/bombs/honest" -o out 3>&-
    refuses "apt-get install bubblewrap"
}

@test "where mounts are refused, grading is refused and says what a container needs" {
    run "$PROGRAMS/refuse" mount "$PROCENARIO" grade "$course/bombs.yaml" \
        --submission "$course/bombs/honest" -o out 3>&-
    refuses "docker run"
}

# The programs that root grades without a sandbox are nobody's, who cannot go where bats has its files.
open_to_all() {
    TMPDIR=$(mktemp -d /tmp/hostile-XXXXXX)
    chmod 711 "$TMPDIR"
    echo "$TMPDIR" >"$BATS_TEST_TMPDIR/open"
}

teardown() {
    [ ! -e "$BATS_TEST_TMPDIR/open" ] || rm -rf "$(cat "$BATS_TEST_TMPDIR/open")"
}

@test "without a sandbox the results say so, and the folder is removed, whatever happens" {
    open_to_all
    "$PROCENARIO" grade "$course/bombs.yaml" --submission "$course/bombs/honest" -o out -q \
        --unsafe-no-sandbox >/dev/null 3>&-
    results=$PWD/out
    is honest 'r["sandbox"]' False
    is honest 'r["total"]' 1
    [ -z "$(ls -A "$TMPDIR")" ]
    cat >kill-it <<'SH'
"$PROCENARIO" grade "$1/builds.yaml" --submission "$1/builds/endless" -o out -q \
    --unsafe-no-sandbox &
grader=$!
for i in $(seq 300); do
    [ -z "$(ls -A "$TMPDIR")" ] || break
    sleep 0.1
done
ls -A "$TMPDIR" | grep -q . || exit 1
sleep 0.5
kill -KILL "$grader"
wait "$grader"
SH
    run "$PROGRAMS/leftovers" left bash kill-it "$course" 3>&-
    diff -u /dev/null left
    [ -z "$(ls -A "$TMPDIR")" ]
}

@test "without a sandbox and namespaces, root's grader is out of its programs' reach" {
    [ "$(id -u)" = 0 ] || skip "only what root grades is another user's"
    open_to_all
    mkdir in
    cat >in/look.py <<'PY'
import os
top = os.path.dirname(os.getcwd())
seen = opened = 0
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        words = open(f"/proc/{pid}/cmdline").read().split("\0")
    except OSError:
        continue
    if "stage" not in words or top not in words:
        continue
    seen += 1
    for reach in (lambda: open(f"/proc/{pid}/mem", "rb"), lambda: open(f"/proc/{pid}/environ", "rb").read(1),
                  lambda: os.listdir(f"/proc/{pid}/fd"), lambda: open(f"/proc/{pid}/fd/6", "wb")):
        try:
            reach()
            opened += 1
        except OSError:
            pass
print(seen, "seen,", opened, "opened")
PY
    cat >look.yaml <<'YAML'
assignment: 1
files: [look.py]
scenarios: [look.scenario.yaml]
YAML
    cat >look.scenario.yaml <<'YAML'
processes: {main: [exec: [/usr/bin/python3, look.py]]}
expect: [output: "1 seen, 0 opened\n"]
YAML
    "$PROGRAMS/refuse" namespaces "$PROCENARIO" grade look.yaml --submission in --unsafe-no-sandbox -o out -q >told 3>&-
    cat told
    results=$PWD/out
    is in 'r["total"]' 1
}
