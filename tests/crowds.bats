#!/usr/bin/env bats
# Runs of so many processes that they need most of a machine's process ids. The suite runs this file after
# all others, alone, and gives it more time.

bats_require_minimum_version 1.8.0

setup() {
    top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    : "${BUILD:=$top/build}"
    : "${PROCENARIO:=$BUILD/procenario}"
    cd "$BATS_TEST_TMPDIR" || return
}

# room COUNT: skips where so many processes are not allowed.
room() {
    [ "$(ulimit -u)" = unlimited ] || [ "$(ulimit -u)" -gt $(($1 + 1000)) ] || skip "too few processes allowed"
    [ "$(cat /proc/sys/kernel/pid_max)" -gt $(($1 + 1000)) ] || skip "too few process ids"
}

@test "thirty thousand zombies are counted, and gone in the end" {
    room 30000
    cat >zombies.yaml <<'YAML'
limits: {processes: 31000, wall: 20m, cpu: 20m}
processes:
  parent:
    - fork: {process: child, count: 30000}
    - sleep: 1s
  child: []
expect: [{forks: 30000}, {zombies: 30000}]
YAML
    "$PROCENARIO" run --quiet zombies.yaml
}

@test "five thousand processes are alive at once, and each is waited for" {
    room 5000
    cat >alive.yaml <<'YAML'
limits: {processes: 6000, memory: 64GiB, wall: 20m, cpu: 20m}
processes:
  parent:
    - fork: {process: child, count: 5000}
    - sleep: 5s
    - wait: all
  child: [{sleep: 10s}]
expect: [{forks: 5000}, {zombies: 0}, {duration: 10s}]
YAML
    "$PROCENARIO" run --quiet alive.yaml
}
