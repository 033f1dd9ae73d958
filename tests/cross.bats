#!/usr/bin/env bats
# The other processor: what is compiled for it here cannot run, but it compiles, without a warning.

bats_require_minimum_version 1.8.0

setup() {
    top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
}

@test "everything compiles for aarch64 without a warning" {
    [ "$(uname -m)" != aarch64 ] || skip "this is one"
    [ "$SUITE_HALF" != user ] || skip "once is enough"
    command -v aarch64-linux-gnu-gcc || skip "no cross compiler here"
    # A build of its own: nothing of the calling make's variant or flags.
    env -u MAKEFLAGS -u MAKELEVEL -u CFLAGS -u CC -u SANITIZE -u VALGRIND \
        make -C "$top" -j1 BUILD="$BATS_TEST_TMPDIR" aarch64
    [ "$(aarch64-linux-gnu-objdump -f "$BATS_TEST_TMPDIR"/aarch64/obj/src/director/arch_aarch64.o | grep -c 'architecture: aarch64')" = 1 ]
    [ "$(find "$BATS_TEST_TMPDIR" -name '*.o' | wc -l)" = "$(find "$top/src" -name '*.c' | wc -l)" ]
}
