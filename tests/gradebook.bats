#!/usr/bin/env bats
# Grades filled into gradebooks that Canvas and Moodle exported: tests/grade/gradebooks.

bats_require_minimum_version 1.8.0

setup_file() {
    top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    : "${BUILD:=$top/build}" "${PROCENARIO:=$BUILD/procenario}"
    case $PROCENARIO in /*) ;; *) PROCENARIO=$top/$PROCENARIO ;; esac
    export top PROCENARIO
    "$PROCENARIO" doctor | grep -q '^ok  *sandbox' || return 0
    cd "$BATS_FILE_TMPDIR" || return
    hand_in jdoe 'echo hello'
    hand_in oneildorte_102_99_hello.sh 'echo hallo' # as Canvas names it
    hand_in 'Jon Snow_303_assignsubmission_file_' 'exit 1' # as Moodle names it
    hand_in annatwin 'echo hello'
    hand_in jane.doe@uni.example 'echo hello; exit 1'
    hand_in zoe 'echo hello'
    hand_in 105 'echo hello'
    "$PROCENARIO" grade "$top/tests/grade/hello/assignment.yaml" --submissions in -o results >/dev/null
}

hand_in() {
    mkdir -p "in/$1"
    printf '%s\n' "$2" >"in/$1/hello.sh"
}

setup() {
    results=$BATS_FILE_TMPDIR/results
    [ -e "$results" ] || skip "this host has no sandbox"
    books=$top/tests/grade/gradebooks
    export LC_ALL=C
    unset CLICOLOR_FORCE
    cd "$BATS_TEST_TMPDIR" || return
}

# fill STATUS BOOK ARG…: the filled gradebook goes to the file `filled`, notes to `said`.
fill() {
    local wanted=$1 book=$2 status=0
    shift 2
    "$PROCENARIO" grade merge "$results" --format csv --merge-into "$book" "$@" >filled 2>said || status=$?
    if [ "$status" -ne "$wanted" ]; then
        printf 'merge into %s: status %s instead of %s\n' "$book" "$status" "$wanted"
        cat said
        return 1
    fi
}

# changes FILE: the lines that differ from FILE now, without their ends.
changes() {
    diff "$1" filled | grep '^>' | tr -d '\r' >lines || true
}

@test "Canvas: grades go into the assignment's column, and every other byte stays" {
    cp "$books/canvas.csv" export.csv
    fill 0 export.csv
    changes export.csv
    diff - lines <<'TEXT'
> "Doe, Jane",101,u1001,jdoe,"Operating Systems, A",9.0,3.5,88.0
> "O'Neil, Dörte",102,u1002,doneil,A,,"1.5",
> lines",105,u1005,lines,A,,3.5,
TEXT
    cmp "$books/canvas.csv" export.csv
    # The mark, the line ends, the quotes and the odd row of two lines: undoing the grades gives the export.
    [ "$(head -c 3 filled | od -An -tx1)" = " ef bb bf" ]
    sed -i -e 's/,9.0,3.5,88.0/,9.0,,88.0/' -e 's/"1.5"/"1.0"/' -e 's/u1005,lines,A,,3.5,/u1005,lines,A,,,/' filled
    cmp export.csv filled
}

@test "Canvas: who fits no row, or several, or is excused, is listed; other points are told" {
    fill 0 "$books/canvas.csv"
    sed "s|$books/||" said >told
    diff - told <<'TEXT'
canvas.csv: 3 grades filled in, 5 rows without a submission
  annatwin: 2 rows fit
  jane.doe@uni.example: no row fits
  zoe: no row fits
  the gradebook says that 4 points are possible, the assignment 3.5
  Jon Snow_303_assignsubmission_file_: is excused (EX), so its cell stays as it is
TEXT
}

@test "Moodle's worksheet: semicolons, a decimal comma, and no line end at the end" {
    fill 0 "$books/moodle.csv"
    changes "$books/moodle.csv"
    diff - lines <<'TEXT'
> Participant 301;Jane Doe;jane.doe@uni.example;Submitted for grading;2;3,50;Yes;Monday, 3 March 2025, 10:00 AM;-;
> Participant 302;Dörte O'Neil;d.oneil@uni.example;Submitted for grading;"1,5";3,50;Yes;-;-;"good; but late"
> Participant 303;Jon Snow;js@uni.example;No submission;0;3,50;Yes;-;-;
TEXT
    [ "$(tail -c 1 filled)" = ";" ]
}

@test "Moodle's gradebook: the column with Moodle's decoration" {
    fill 0 "$books/moodle-export.csv"
    changes "$books/moodle-export.csv"
    diff - lines <<'TEXT'
> Jane,Doe,u1001,"University, the","jane.doe@uni.example",9.00,2,-,1741000000
> Dörte,O'Neil,u1002,,d.oneil@uni.example,8.00,1.5,-,1741000000
> Jon,Snow,u1003,,js@uni.example,-,0,-,1741000000
TEXT
}

@test "another column, and another name for students, can be said" {
    fill 0 "$books/canvas.csv" --column 'Lab 2' --match 'SIS Login ID'
    changes "$books/canvas.csv"
    diff - lines <<'TEXT'
> "Doe, Jane",101,u1001,jdoe,"Operating Systems, A",3.5,,88.0
TEXT
    grep -q '10.0 points are possible' said
    fill 2 "$books/canvas.csv" --column 'Lab 4'
    grep -q "has no column 'Lab 4'" said
    grep -q "name it with --column; there are 'Student', 'ID'" said
    fill 2 "$books/canvas.csv" --match Matrikel
    grep -q "has no column 'Matrikel'" said
    printf 'Matrikel,Note\n7,\n' >other.csv
    fill 2 other.csv
    grep -q 'no column is known to name students' said
    [ ! -s filled ]
}

@test "two submissions for one row change nothing, and are told" {
    cp -r "$results" both
    sed 's/"id": "zoe"/"id": "u1001"/' both/zoe.json >both/u1001.json
    results=both fill 0 "$books/canvas.csv"
    grep -q 'u1001: its row would be that of jdoe, too, and stays as it is' said
    changes "$books/canvas.csv"
    run ! grep jdoe lines
}

@test "the gradebook that is read may be the one that is written, and stays when it cannot be filled" {
    cp "$books/canvas.csv" book.csv
    fill 0 book.csv --output book.csv
    grep -q ',jdoe,.*,3.5,88.0' book.csv
    cp book.csv before
    fill 2 book.csv --output book.csv --column nothing
    cmp before book.csv
    fill 2 no-such.csv
    : >empty.csv
    fill 2 empty.csv
    grep -q 'is empty' said
    printf '\xff\xfeS\0t\0' >utf16.csv
    fill 2 utf16.csv
    grep -q 'is UTF-16, not UTF-8' said
}

@test "rows that are too short, open quotes and a lone carriage return harm nobody" {
    printf 'Student,ID,Lab 3\n"Doe, Jane",jdoe\n"open,105,' >short.csv
    fill 0 short.csv
    grep -q 'jdoe: its row is too short' said
    cmp short.csv filled
    printf 'Student;ID;Lab 3\r\nJane;jdoe;\r;x\r\nZ;zoe;' >cr.csv
    fill 0 cr.csv
    printf 'Student;ID;Lab 3\r\nJane;jdoe;3.5;x\r\nZ;zoe;3.5' >wanted
    cmp wanted filled
}
