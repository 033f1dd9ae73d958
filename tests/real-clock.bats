#!/usr/bin/env bats
# On the real clock, time is the machine's.

bats_require_minimum_version 1.8.0

top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
: "${PROCENARIO:=${BUILD:-$top/build}/procenario}"

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
}

@test "a sleep until a time of the machine's own clock ends at that time" {
    cat >scenario.yaml <<'YAML'
clock: real
processes:
  main: [{exec: [/usr/bin/python3, -c, "import time; time.sleep(0.2); print('awake')"]}]
limits: {wall: 30s}
expect:
  - output: "awake\n"
  - duration: {min: 200ms, max: 20s}
YAML
    "$PROCENARIO" run scenario.yaml
}
