#!/usr/bin/env bats
# Documents that hold themselves to the truth: which blocks are found and filled, what stays as it is, what is
# told when something is wrong, and that nothing is written then.
# shellcheck disable=SC2154 # stderr is set by `run --separate-stderr`
# shellcheck disable=SC2016 # backquotes are Markdown's here

bats_require_minimum_version 1.8.0

top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
: "${PROCENARIO:=${BUILD:-$top/build}/procenario}"

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
    cat >hello.yaml <<'YAML'
title: hello
params: {word: hello}
processes:
  main: [{print: "${word}"}, {sleep: 1s}, {print: bye}]
expect:
  - duration: 1s
YAML
    cat >two.yaml <<'YAML'
processes: {main: [{print: one}]}
---
processes: {main: [{print: two}]}
YAML
    cat >deadlock.yaml <<'YAML'
processes:
  main: [{pipe: p}, {read: p}]
YAML
    printf 'one\ntwo\nthree' >prog.py
}

docs() { # STATUS ARGUMENT…
    local expected=$1
    shift
    run --separate-stderr "$PROCENARIO" docs "$@"
    [ "$status" -eq "$expected" ] || {
        printf 'docs %s: status %s\nstdout: %s\nstderr: %s\n' "$*" "$status" "$output" "$stderr"
        return 1
    }
}

has() { # TEXT PART
    [[ $1 == *"$2"* ]] || {
        printf 'no "%s" in:\n%s\n' "$2" "$1"
        return 1
    }
}

same() { # FILE, expected content on standard input
    diff -u - "$1"
}

fence='```'

@test "a block is filled with the transcript, and all else stays" {
    printf '# A\n\n```sh\nkeep\n```\n\n```console scenario=hello.yaml\nold\n```\n\ntext' >a.md
    docs 0 --write a.md
    has "$output" "a.md: written"
    grep -qx hello a.md
    grep -qx bye a.md
    ! grep -q old a.md || return 1
    [ "$(head -5 a.md)" = $'# A\n\n```sh\nkeep\n```' ]
    [ "$(tail -c 5 a.md)" = $'\ntext' ]
    docs 0 --check a.md
    docs 0 --write a.md
    has "$output" "up to date"
}

@test "a check shows what differs, and how to mend it, and writes nothing" {
    printf '```console scenario=hello.yaml\nhallo\n```\n' >"it's.md"
    before=$(stat -c '%i %Y' "it's.md")
    docs 1 --check "it's.md"
    has "$output" "-hallo"
    has "$output" "+hello"
    has "$stderr" "procenario docs --write 'it'\\''s.md'"
    [ "$(stat -c '%i %Y' "it's.md")" = "$before" ]
}

@test "lines of a program are listed" {
    for lines in ' lines=2-3' '' ' lines=2-' ' lines=1'; do
        printf '```python file=prog.py%s\n```\n' "$lines"
    done >a.md
    docs 0 --write a.md
    same a.md <<EOF
${fence}python file=prog.py lines=2-3
two
three
${fence}
${fence}python file=prog.py
one
two
three
${fence}
${fence}python file=prog.py lines=2-
two
three
${fence}
${fence}python file=prog.py lines=1
one
${fence}
EOF
}

@test "quotes, lists and indentation go on in every line" {
    printf 'x\ny\n\nz\n' >gap.txt
    cat >a.md <<EOF
> ${fence}text file=gap.txt
> ${fence}

1. item

   ${fence}text file=gap.txt
   ${fence}

- ~~~text file=gap.txt
  old
  ~~~
  > - deeper
  >
  >   ${fence}text file=gap.txt
  >   ${fence}

end of the list

    ${fence}text file=gap.txt
    this is indented code
    ${fence}
EOF
    docs 0 --write a.md
    same a.md <<EOF
> ${fence}text file=gap.txt
> x
> y
>
> z
> ${fence}

1. item

   ${fence}text file=gap.txt
   x
   y

   z
   ${fence}

- ~~~text file=gap.txt
  x
  y

  z
  ~~~
  > - deeper
  >
  >   ${fence}text file=gap.txt
  >   x
  >   y
  >
  >   z
  >   ${fence}

end of the list

    ${fence}text file=gap.txt
    this is indented code
    ${fence}
EOF
}

@test "a text that holds a fence makes the block's own longer" {
    printf 'a\n  ````md\nb\n' >fence.txt
    printf '~~~ text file=fence.txt\n~~~\n```text file=fence.txt\n```\n' >a.md
    docs 0 --write a.md
    same a.md <<'EOF'
~~~ text file=fence.txt
a
  ````md
b
~~~
`````text file=fence.txt
a
  ````md
b
`````
EOF
    docs 0 --check a.md
}

@test "CRLF stays CRLF, and a missing newline at the end stays missing" {
    printf 'a\r\n```text file=prog.py\r\nold\r\n```' >a.md
    docs 0 --write a.md
    printf 'a\r\n```text file=prog.py\r\none\r\ntwo\r\nthree\r\n```' | cmp - a.md
}

@test "blocks in other blocks, in comments and in <pre> are nobody's" {
    cat >a.md <<EOF
${fence}\`md
${fence}console scenario=missing.yaml
${fence}
${fence}\`
<!--
${fence}console scenario=missing.yaml
${fence}
-->
<pre>
${fence}console scenario=missing.yaml
${fence}
</pre>
${fence}console title=x
${fence}
EOF
    cp a.md before.md
    docs 0 --write a.md
    cmp a.md before.md
}

@test "parameters, the number of a scenario, views and languages are chosen" {
    cat >a.md <<EOF
${fence}console scenario=two.yaml which=2
${fence}
${fence}console scenario=hello.yaml set=word=hi set="word=good day"
${fence}
${fence}text scenario=hello.yaml view=trace
${fence}
<!-- procenario lang=zh -->
${fence}text scenario=hello.yaml view=trace
${fence}
${fence}json scenario=hello.yaml lang=en
${fence}
EOF
    docs 0 --write a.md
    grep -qx two a.md
    ! grep -qx one a.md || return 1
    grep -qx "good day" a.md
    grep -q '1.000 s  main  exits with status 0' a.md
    grep -q '1.000 s  main  结束，退出状态 0' a.md
    sed -n '/^```json/,/^```$/p' a.md | sed '1d;$d' | "$PROCENARIO" transcript - | grep -qx hello
}

@test "a picture is made for the image below a comment" {
    mkdir pictures
    cat >a.md <<'EOF'
<!-- procenario scenario=hello.yaml view=timeline -->
![one](pictures/one.svg)

<!-- procenario scenario=hello.yaml view=transcript lang=zh -->

[![two](<pictures/t%20wo.svg> "title")](elsewhere)
EOF
    cp a.md before.md
    docs 1 --check a.md
    has "$output" "pictures/one.svg: there is no such picture"
    docs 0 --write a.md
    cmp a.md before.md
    grep -q '<svg' pictures/one.svg
    grep -q '<svg' 'pictures/t wo.svg'
    docs 0 --check a.md
    echo changed >>pictures/one.svg
    docs 1 --check a.md
    has "$output" "-changed"
}

@test "paths are relative to the document, not to where one is" {
    mkdir -p doc/sub
    printf '```console scenario=../hello.yaml\n```\n' >doc/a.md
    printf '```console scenario=../../hello.yaml\n```\n' >doc/sub/b.md
    docs 0 --write doc/a.md "$PWD/doc/sub/b.md"
    grep -qx hello doc/a.md
    grep -qx hello doc/sub/b.md
}

@test "a run that several blocks show is performed once" {
    cat >count.yaml <<'YAML'
processes:
  main: [{exec: [sh, -c, "echo x >>times; echo done"]}]
YAML
    cat >a.md <<EOF
${fence}console scenario=count.yaml
${fence}
${fence}json scenario=./count.yaml
${fence}
EOF
    docs 0 --write a.md
    [ "$(wc -l <"times")" -eq 1 ]
}

@test "every mistake is told with its place, and nothing is written" {
    cat >a.md <<EOF
${fence}console scenario=hello.yaml
${fence}
${fence}console scenario=helo.yaml veiw=trace
${fence}
${fence}consol scenario=hello.yaml
${fence}
${fence}json scenario=hello.yaml view=transcript
${fence}
${fence}console scenario=two.yaml
${fence}
${fence}console scenario=two.yaml which=3
${fence}
${fence}python file=prog.py lines=2-9
${fence}
${fence}console scenario=hello.yaml view="trace
${fence}
<!-- procenario scenario=hello.yaml view=timeline -->
no image
${fence}console scenario=hello.yaml trace
EOF
    cp a.md before.md
    docs 2 --write a.md
    cmp a.md before.md
    has "$stderr" "a.md:3:21: error: cannot read 'helo.yaml'"
    has "$stderr" "did you mean 'hello.yaml'?"
    has "$stderr" "a.md:3:31: error: unknown key 'veiw'"
    has "$stderr" "did you mean 'view'?"
    has "$stderr" "a.md:5:4: error: no view of a run is made in 'consol'"
    has "$stderr" "a.md:7:34: error: there is no transcript in json"
    has "$stderr" "a.md:9:21: error: 'two.yaml' holds 2 scenarios"
    has "$stderr" "a.md:11:36: error: 'two.yaml' holds only 2 scenarios"
    has "$stderr" "a.md:13:30: error: 'prog.py' has only 3 lines"
    has "$stderr" "the quotes are not closed"
    has "$stderr" "a.md:17:1: error: no image stands below the comment"
    has "$stderr" "a.md:19:1: error: the block is not closed"
    has "$stderr" "a.md:19:32: error: a key and a value are expected here"
}

@test "a block whose key is nearly scenario is not taken for somebody else's" {
    cat >a.md <<EOF
${fence}console scenaro=hello.yaml
${fence}
${fence}console title="a scene" file-name=x
${fence}
${fence}${fence}md
${fence}console scenaro=hello.yaml
${fence}
${fence}${fence}
EOF
    docs 2 --check a.md
    has "$stderr" "a.md:1:12: error: this is nearly a key of ours"
    has "$stderr" "did you mean 'scenario'?"
    has "$stderr" "1 error in a.md"
    sed -i 1s/scenaro/scene/ a.md
    docs 0 --check a.md
}

@test "a mistake in one document, or in a scenario, keeps all from being written" {
    printf '```console scenario=hello.yaml\n```\n' >a.md
    printf '```console scenario=wrong.yaml\n```\n' >b.md
    printf 'processes: {main: [{pritn: x}]}\n' >wrong.yaml
    docs 2 --write a.md b.md
    has "$stderr" "wrong.yaml:1:21: error"
    has "$stderr" "did you mean 'print'?"
    [ "$(wc -l <a.md)" -eq 2 ]
}

@test "a block that begins in one that was not closed is told" {
    printf '```sh\nls\n\n```console scenario=hello.yaml\n```\n' >a.md
    docs 2 --write a.md
    has "$stderr" "a.md:4:1: error: this block begins inside of another"
    has "$stderr" "a.md:1:1: note"
}

@test "what a document shows must be so: deadlocks, limits and failures are said" {
    printf '```text scenario=deadlock.yaml view=trace\n```\n' >a.md
    docs 1 --write a.md
    has "$stderr" "a.md:1:18: warning: the run ends otherwise: deadlock instead of completed"
    docs 1 --check a.md
    has "$stderr" "say ends=deadlock"
    sed -i 's/view=trace/view=trace ends=deadlock/' a.md
    docs 0 --check a.md
    sed -i 's/ends=deadlock/ends=limit/' a.md
    docs 1 --check a.md

    sed 's/duration: 1s/duration: 2s/' hello.yaml >fails.yaml
    printf '```console scenario=fails.yaml\n```\n' >b.md
    docs 1 --write b.md
    has "$stderr" "an expectation does not hold: duration: 2s"
    sed -i 's/fails.yaml/fails.yaml holds=false/' b.md
    docs 0 --check b.md
    sed -i 's/fails.yaml/hello.yaml/' b.md
    docs 1 --check b.md
    has "$stderr" "all expectations hold"
}

@test "a run that differs each time is told, and its stored trace may be shown" {
    printf 'clock: real\nprocesses: {main: [{print: x}]}\n' >real.yaml
    printf '```console scenario=real.yaml\n```\n' >a.md
    docs 1 --write a.md
    has "$stderr" "the run is not reproducible: the clock is real"
    "$PROCENARIO" run --quiet --trace run.json real.yaml
    printf '```console scenario=run.json\n```\n' >a.md
    docs 0 --write a.md
    grep -qx x a.md
    printf '```console scenario=run.json set=a=b\n```\n' >a.md
    docs 2 --write a.md
    has "$stderr" "'set' is about scenarios"
    head -c 200 run.json >cut.json
    printf '```console scenario=cut.json\n```\n' >a.md
    docs 2 --write a.md
    [ "$(wc -l <a.md)" -eq 2 ]
}

@test "two views cannot be written to the same picture" {
    cat >a.md <<'EOF'
<!-- procenario scenario=hello.yaml view=transcript -->
![one](one.svg)
<!-- procenario scenario=hello.yaml view=annotated -->
![two](one.svg)
<!-- procenario scenario=hello.yaml view=annotated -->
![three](../three.png)
EOF
    docs 2 --write a.md
    has "$stderr" "a.md:6:10: error: '../three.png' is no picture that can be written"
    sed -i 5,6d a.md
    docs 2 --write a.md
    has "$stderr" "a.md:4:8: error: 'one.svg' is written for another view already"
    [ ! -e one.svg ]
}

@test "a picture has one name, however documents spell its path" {
    mkdir en zh pictures
    printf '<!-- procenario scenario=../hello.yaml -->\n![one](../pictures/one.svg)\n' >en/a.md
    printf '<!-- procenario scenario=../hello.yaml view=tree -->\n![one](.././pictures/one.svg)\n' >zh/a.md
    docs 2 --write en/a.md zh/a.md
    has "$stderr" "'.././pictures/one.svg' is written for another view already (in 'en/a.md')"
    docs 0 --write en/a.md
    has "$output" 'pictures/one.svg: written'
    # Where a folder is a link, what is above it is not where the link stands.
    mkdir pictures/deep
    mv zh/a.md pictures/deep/
    ln -s pictures/deep link
    sed -i 's|scenario=../|scenario=../../|; s|.././pictures/one|../two|' link/a.md
    docs 0 --write link/a.md
    [ -s pictures/two.svg ]
    has "$output" 'link/../two.svg: written'
}

@test "a document that cannot be written is told and stays" {
    [ "$(id -u)" -ne 0 ] || skip "the superuser may write everywhere"
    mkdir closed
    cp hello.yaml closed
    printf '```console scenario=hello.yaml\n```\n' >closed/a.md
    chmod 555 closed
    docs 3 --write closed/a.md
    has "$stderr" "cannot write"
    chmod 755 closed
    [ "$(ls closed)" = $'a.md\nhello.yaml' ]
    [ "$(wc -l <closed/a.md)" -eq 2 ]
}

@test "usage: one of --write and --check, and a document" {
    docs 2 a.md
    docs 2 --write --check a.md
    docs 2 --check
    docs 2 --check -
    docs 2 --check nothing.md
    has "$stderr" "nothing.md"
}

@test "output that steers terminals is made visible in documents" {
    cat >odd.yaml <<'YAML'
processes: {main: [{exec: [printf, 'a\033[2Jb\rc\377\n```\n']}]}
YAML
    printf '```console scenario=odd.yaml view=trace\n```\n```console scenario=odd.yaml\n```\n' >a.md
    docs 0 --write a.md
    ! LC_ALL=C grep -q $'[\033\r\377]' a.md || return 1
    docs 0 --check a.md
}
