#!/usr/bin/env bats
# What programs see of files: times are the scenario clock's, numbers are the same in every run.
# tests/programs/files.c has one small program a fact; without a director, and in real time, they print the same.

bats_require_minimum_version 1.5.0

setup() {
    top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    : "${BUILD:=$top/build}"
    : "${PROCENARIO:=$BUILD/procenario}"
    : "${PROGRAMS:=$BUILD/programs}"
    mkdir "$BATS_TEST_TMPDIR/work"
    cd "$BATS_TEST_TMPDIR/work" || return
}

# shows NAME: `files NAME` prints the lines on standard input, in a run that is called reproducible.
shows() {
    cat >../expected
    "$PROCENARIO" run --quiet --trace ../trace.json -- "$PROGRAMS/files" "$1" >../report 2>&1 || {
        cat ../report
        return 1
    }
    python3 "$top/tests/output_of.py" ../trace.json >../actual
    diff -u ../expected ../actual
    grep -q '"end": "completed".*"deterministic": true' ../trace.json
}

@test "however a file is changed, its times are the scenario clock's" {
    shows ways <<'END'
made: f modified 0 changed 0
write: f modified 1 changed 1
writev: f modified 2 changed 2
pwrite: f modified 3 changed 3
pwritev: f modified 4 changed 4
pwritev2: f modified 5 changed 5
ftruncate: f modified 6 changed 6
truncate: f modified 7 changed 7
fallocate: f modified 8 changed 8
copy_file_range: f modified 9 changed 9
O_TRUNC: f modified 10 changed 10
O_APPEND alone: f modified 10 changed 10
O_CREAT alone: f modified 10 changed 10
read: f modified 10 changed 10
fchmod: f modified 10 changed 14
chmod: f modified 10 changed 15
fchmodat: f modified 10 changed 16
fchown: f modified 10 changed 17
chown: f modified 10 changed 18
lchown: f modified 10 changed 19
fchownat: f modified 10 changed 20
link: f modified 10 changed 21
rename: f modified 10 changed 22
utimes: f modified 23 changed 23
utimensat: f modified 24 changed 24
futimens: f modified 25 changed 25
utime: f modified 26 changed 26
END
}

@test "a folder is changed by what is made, named and removed in it" {
    shows folders <<'END'
mkdir: d modified 0 changed 0
open: d modified 1 changed 1
creat: d modified 2 changed 2
mkdir inside: d modified 3 changed 3
mkfifo: d modified 4 changed 4
symlink: d modified 5 changed 5
link: d modified 6 changed 6
rename: d modified 7 changed 7
rename out: d modified 8 changed 8
unlink: d modified 9 changed 9
rmdir: d modified 10 changed 10
write to a file: d modified 10 changed 10
openat: d modified 12 changed 12
unlinkat: d modified 13 changed 13
END
}

@test "what was changed later is newer, though no time passes, and nothing comes from the future" {
    shows order <<'END'
a is older than b
a is now newer than b
from the future: no
the same second: yes
END
}

@test "a file with the number of one that is gone is new" {
    shows again <<'END'
made: f modified 0 changed 0
made: f modified 1 changed 1
made: f modified 2 changed 2
END
}

# newer VERSION: the kernel is.
newer() {
    [ "$(printf '%s\n' "$1" "$(uname -r)" | sort -V | head -n 1)" = "$1" ]
}

@test "a change that is not seen has the time at which somebody looks" {
    newer 6.13 || skip "the kernel's own times are too coarse to tell it"
    shows mapped <<'END'
made: f modified 0 changed 0
mapped: f modified 1 changed 1
END
}

@test "times that a program gives a file are those it gets" {
    shows given <<'END'
old: accessed 100.000000001 modified 200.000000002
one of them: accessed 100.000000001 modified 300.000000003
two seconds ago: accessed 2000000003.000000007 modified 2000000003.000000007
in an hour: accessed 2000003605.000000008 modified 2000003605.000000008
written 5
END
}

@test "files that are left behind are not from the future" {
    "$PROCENARIO" run --quiet -- sh -c 'sleep 5; echo a >a; cp -p a b; touch -d "@$(date +%s)" c; mkdir d; touch -r a d
        touch -d yesterday e; touch -d "1 hour" f'
    [ -z "$(find . -newermt "+1 minute")" ]
    [ "$(find . -mindepth 1 -newermt "-10 minutes" | wc -l)" -eq 6 ]
}

@test "statx tells the same, and when a file was born" {
    shows extended <<'END'
modified 0 changed 3 accessed 0 born 0
accessed 0
END
}

@test "files that come to be in other ways have the scenario's times, too" {
    shows born-otherwise <<'END'
bind: socket modified 1 changed 1
bind: . modified 1 changed 1
O_TMPFILE: modified 2
openat2: by-openat2 modified 3 changed 3
through a link: d modified 3 changed 3
through a link: e modified 4 changed 4
END
}

@test "below another root files have the scenario's times, too" {
    # shellcheck disable=SC2016 # for the inner shell
    below='mkdir root && mount --rbind / root && exec chroot root env --chdir="$PWD" "$@"'
    unshare --user --map-root-user --mount sh -c "$below" sh true || skip "no other root can be had here"
    rmdir root
    unshare --user --map-root-user --mount sh -c "$below" sh \
        "$PROCENARIO" run --quiet --trace ../trace.json -- "$PROGRAMS/files" born-otherwise
    python3 "$top/tests/output_of.py" ../trace.json | grep -q '^through a link: e modified 4 changed 4$'
    rmdir root
    unshare --user --map-root-user --mount sh -c "$below" sh \
        "$PROCENARIO" run --quiet --trace ../trace.json -- \
        sh -c 'cd /proc && cat uptime && cd self && cat ../uptime'
    [ "$(python3 "$top/tests/output_of.py" ../trace.json)" = "1000.00 1000.00
1000.00 1000.00" ]
    grep -q '"end": "completed".*"deterministic": true' ../trace.json
}

@test "who loses one of several names is changed, and nobody else" {
    shows names <<'END'
names of one: f modified 0 changed 0
unlink: f modified 0 changed 1
replaced: f modified 0 changed 2
exchanged: f modified 0 changed 3
exchanged: f2 modified 0 changed 3
nothing set: f modified 0 changed 3
END
}

@test "links that programs make are told as they are" {
    shows links <<'END'
pipe:[999]
abc:[123456]
END
}

@test "names by which a process finds its own descriptors lead to them" {
    shows own-names <<'END'
/proc/self: f modified 0 changed 1
/dev/fd: f modified 0 changed 2
END
}

@test "however often files are opened, they are shown the same" {
    shows many <<<'0 wrong'
}

@test "the file of 'stdio: file' has the scenario's times" {
    cat >file.yaml <<'END'
stdio: file
processes: {main: [{exec: [sh, -c, "sleep 5; echo a; stat -L -c %Y /proc/self/fd/1 >&2"]}]}
expect:
  - output: {stream: stderr, lines: ["2000000005"]}
END
    "$PROCENARIO" run --quiet file.yaml
}

@test "file systems that keep whole seconds, and a root without /proc, change nothing" {
    [ "$(id -u)" -eq 0 ] || skip "only the superuser mounts"
    command -v mkfs.ext4 >/dev/null || skip "no mkfs.ext4"
    dd if=/dev/zero of=../image bs=1M count=4 status=none
    mkfs.ext4 -q -I 128 ../image 2>/dev/null
    cat >seconds <<'END'
mount -o loop ../image . && cd . || exit 77
cd "$PWD"
"$PROCENARIO" run --quiet --trace ../trace.json -- sh -c 'echo x >a; stat -c "%Y %Z" a; sleep 2; echo y >b; stat -c %Y b; [ b -nt a ] && echo newer' || exit 1
END
    export PROCENARIO
    status=0
    unshare -m sh seconds || status=$?
    [ "$status" -ne 77 ] || skip "no loop device here"
    [ "$status" -eq 0 ]
    diff - <(python3 "$top/tests/output_of.py" ../trace.json) <<'END'
2000000000 2000000000
2000000002
newer
END
    mkdir -p root/proc root/dev/pts
    touch -d @1000 root/old
    "$PROCENARIO" run --quiet --trace ../trace.json -- /usr/bin/python3 -c '
import os
os.chroot("root")
print(int(os.stat("/old").st_mtime))
os.close(os.open("/new", os.O_CREAT))
print(int(os.stat("/new").st_mtime))'
    diff - <(python3 "$top/tests/output_of.py" ../trace.json) <<'END'
1000
2000000000
END
}

@test "pipes and sockets have the same numbers in every run" {
    shows numbers <<'END'
both ends: same
two pipes: different
two sockets: different
statx: same
pipe 1 since 0, socket 3 since 0
pipe:[1]
pipe:[
pipe:[2]
pipe:[
socket:[4]
socket
free: all
END
}

@test "ls, stat, find, test and make see one world, twice the same" {
    cat >Makefile <<'END'
out: in
	cp in out
END
    cat >look <<'END'
echo one >in; make; make; sleep 2; touch in; make
ls -l --full-time in out; ls -l /proc/self/fd | cat; stat in /dev/stdout | sed 's/Inode: [0-9]*//'; stat -f .
sleep 5; find . -newermt "@$(($(date +%s) - 6))"; [ out -nt in ] && echo newer; date -r out
sleep 100; find . -mmin +1 -name in
rm in out; readlink /proc/self/ns/pid
END
    "$PROCENARIO" run --quiet --twice --trace ../trace.json -- sh look
    grep -q '"deterministic": true' ../trace.json
    python3 "$top/tests/output_of.py" ../trace.json >../shown
    [ "$(grep -c '^cp in out' ../shown)" -eq 2 ]
    grep -q "make: 'out' is up to date" ../shown
    grep -q '2033-05-18 03:33:22.* in$' ../shown
    grep -q '^Wed May 18 03:33:22 UTC 2033' ../shown
    [ "$(grep -c '^\./in' ../shown)" -eq 2 ]
}

@test "what was changed right before the run is as old as it is" {
    for i in 1 2 3 4 5; do
        echo "$i" >fresh
        real=$(stat -c %Y fresh)
        "$PROCENARIO" run --quiet --trace ../trace.json -- stat -c %Y fresh
        [ "$(python3 "$top/tests/output_of.py" ../trace.json)" = "$real" ]
    done
}

@test "who waits busily for a file sees it in the end" {
    "$PROCENARIO" run --quiet --twice --trace ../trace.json -- sh -c '
        rm -f flag; (sleep 2; : >flag) & while [ ! -e flag ]; do :; done; echo seen'
    python3 "$top/tests/output_of.py" ../trace.json | grep -qx seen
    [ "$(sed -n 's/.*"duration_us": \([0-9]*\),.*/\1/p' ../trace.json)" -lt 2500000 ]
}

@test "to look at many files is no waiting" {
    mkdir many
    for i in $(seq 3000); do echo x >"many/$i"; done
    for command in 'grep -r nothing many' 'tar cf /dev/null many' 'cat many/*' \
        'python3 -c "import glob; [open(n).read() for n in glob.glob(\"many/*\")]"'; do
        "$PROCENARIO" run --quiet --trace ../trace.json -- sh -c "$command >/dev/null || :"
        [ "$(sed -n 's/.*"duration_us": \([0-9]*\),.*/\1/p' ../trace.json)" -le 100000 ]
    done
}

@test "with a real clock files have real times" {
    "$PROCENARIO" run --quiet --clock real --trace ../trace.json -- sh -c 'echo >f; stat -c %Y f'
    [ "$(python3 "$top/tests/output_of.py" ../trace.json)" -ge "$(($(date +%s) - 60))" ]
    [ "$(python3 "$top/tests/output_of.py" ../trace.json)" -le "$(date +%s)" ]
}

@test "every fact of the program is held here" {
    run --separate-stderr "$PROGRAMS/files"
    # shellcheck disable=SC2154 # stderr is set by `run --separate-stderr`
    mapfile -t names < <(sed -n 's/^  //p' <<<"$stderr")
    [ "${#names[@]}" -gt 10 ]
    for name in "${names[@]}"; do
        grep -qE "shows $name( |\$)" "$BATS_TEST_FILENAME"
    done
}
