#!/usr/bin/env bats
# What programs see of the machine and of each other in /proc is the same in every run.

bats_require_minimum_version 1.5.0

setup() {
    top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    : "${BUILD:=$top/build}"
    : "${PROCENARIO:=$BUILD/procenario}"
    cd "$BATS_TEST_TMPDIR" || return
}

# shown CMD ARG…: performs it; what it prints is in the file `shown`, its trace in trace.json.
shown() {
    "$PROCENARIO" run --quiet --trace trace.json -- "$@" >report 2>&1 || {
        cat report
        return 1
    }
    python3 "$top/tests/output_of.py" trace.json >shown
}

own_pids() {
    ! head -n 1 trace.json | grep -q 'process ids vary' || skip "no pid namespace here"
}

@test "ps, top, uptime and free print the same twice" {
    shown true
    own_pids
    "$PROCENARIO" run --quiet --twice --trace trace.json -- sh -c 'ps -ef; ps aux; ps -l; top -bn2; uptime; free
        ps -eo pid,stat,etime,time,vsz,rss,wchan,args; cat /proc/self/status /proc/[0-9]*/stat /proc/[0-9]*/statm
        cat /proc/stat /proc/uptime /proc/loadavg /proc/meminfo'
    grep -q '"deterministic": true' trace.json
    grep -q 'ps -ef' trace.json
}

@test "ps shows times of the scenario, and the states without a director" {
    cat >states.yaml <<'YAML'
processes:
  main: [{fork: sleeper}, {fork: stopped}, {fork: dead}, {sleep: 90s}, {kill: {process: stopped, signal: SIGSTOP}}, {fork: ps}, {wait: ps},
         {kill: {process: stopped, signal: SIGKILL}}, {kill: {process: sleeper, signal: SIGKILL}}]
  sleeper: [{sleep: 1h}]
  stopped: [pause]
  dead: []
  ps: [{exec: [ps, -eo, "pid,stat,etime,time,args"]}]
YAML
    "$PROCENARIO" run --quiet --trace trace.json states.yaml
    own_pids
    python3 "$top/tests/output_of.py" trace.json >shown
    diff -u - shown <<'END'
    PID STAT     ELAPSED     TIME COMMAND
      1 Ss         01:30 00:00:00 procenario-init
      2 S+         01:30 00:00:00 procenario
      3 S+         01:30 00:00:00 procenario
      4 T+         01:30 00:00:00 procenario
      5 Z+         01:30 00:00:00 [procenario] <defunct>
      6 R+         00:00 00:00:00 ps -eo pid,stat,etime,time,args
END
}

@test "processor time that was charged is shown" {
    shown python3 -c '
import time
while time.process_time() < 0.5: pass
print(open("/proc/self/stat").read().split()[13], open("/proc/stat").readline().split()[1])'
    [[ $(cat shown) =~ ^(5[0-9])\ (5[0-9])$ ]]
}

@test "sysinfo tells what the machine has, not what it does" {
    shown sh -c 'test $(getconf _AVPHYS_PAGES) = $(getconf _PHYS_PAGES) && echo all free'
    [ "$(cat shown)" = "all free" ]
}

@test "a copy of a file of /proc is read like the file" {
    shown sh -c 'dd if=/proc/uptime bs=1 2>/dev/null; cd /proc; cat uptime; cd self; cut -d" " -f3 stat
python3 - <<"END"
import fcntl, os
folder = os.open("/proc/self", os.O_RDONLY)
fd = os.open("stat", os.O_RDONLY, dir_fd=folder)
print(fd - folder, fcntl.fcntl(fd, fcntl.F_GETFD), len(os.read(fd, 4096).split()), os.read(fd, 1), os.lseek(fd, 0, 0))
fd = os.open("/proc/thread-self/statm", os.O_RDONLY | os.O_CLOEXEC)
print(os.read(fd, 100).split()[1:3], fcntl.fcntl(fd, fcntl.F_GETFD))
try: open("/proc/4194305/stat")
except OSError as e: print(e.strerror)
END'
    diff -u - shown <<'END'
1000.00 1000.00
1000.00 1000.00
S
1 1 52 b'' 0
[b'0', b'0'] 1
No such file or directory
END
}

@test "a file of /proc is the same by whatever way it is reached" {
    ln -s /proc/uptime absolute
    ln -s "$(realpath --relative-to="$PWD" /proc/uptime)" relative
    ln -s /proc/self/status itself
    cat >ways <<'END'
cat absolute relative "$(readlink relative)" .//absolute /proc//uptime /proc/./self/../uptime
cat /dev/stdin <absolute
grep State itself
cd /proc/self && cat ../uptime .././uptime
cd task && cat ../../uptime
END
    shown sh ways
    diff -u shown - <<'END'
1000.00 1000.00
1000.00 1000.00
1000.00 1000.00
1000.00 1000.00
1000.00 1000.00
1000.00 1000.00
1000.00 1000.00
State:	R (running)
1000.00 1000.00
1000.00 1000.00
1000.00 1000.00
END
    grep -q '"deterministic": true' trace.json
    ln -s /proc/vmstat varies
    shown cat varies
    grep -q '"deterministic": false.*main reads /proc/vmstat' trace.json
}

@test "to look at a file of /proc moves no clock" {
    shown python3 -c '
import os, time
begin = time.monotonic_ns()
for _ in range(3):
    with open("/proc/self/stat") as file:
        told = os.fstat(file.fileno())
print(int(told.st_mtime), time.monotonic_ns() - begin)'
    [ "$(cat shown)" = "2000000000 0" ]
}

@test "a run that reads what the machine does is told as not reproducible" {
    for file in /proc/vmstat /proc/self/io /proc/self/smaps /proc/sys/kernel/random/uuid /proc/sys/fs/file-nr \
        /proc/pressure/cpu /proc/net/dev /proc/self/net/unix; do
        [ -r "$file" ] || continue
        shown sh -c "cat $file >/dev/null"
        grep -q "\"deterministic\": false.*reads $file" trace.json || {
            tail -n 1 trace.json
            return 1
        }
    done
    shown cat /proc/sys/kernel/hostname /proc/sys/net/ipv4/ip_forward
    grep -q '"deterministic": true' trace.json
}

@test "with the real clock, /proc is the machine's" {
    "$PROCENARIO" run --quiet --clock real --trace trace.json -- cat /proc/uptime
    python3 "$top/tests/output_of.py" trace.json >shown
    [ "$(cut -d. -f1 shown)" -ge "$(($(cut -d. -f1 /proc/uptime) - 60))" ]
}

@test "a long event that differs is told by what is around the difference" {
    run -1 "$PROCENARIO" run --quiet --twice -- sh -c 'head -c 500 /dev/zero | tr "\0" a; head -c 9 /dev/urandom | base64; echo end'
    [[ $output == *'the first time at 0s main'*'the second time at 0s main'* ]]
    run -1 "$PROCENARIO" run --quiet --twice -- python3 -c 'print("a" * 500, open("/dev/urandom", "rb").read(9).hex(), "b" * 500)'
    [[ $output == *'the first time … aaaa'*'bbbb …'* ]]
    [ "$(wc -c <<<"$output")" -lt 2500 ]
}
