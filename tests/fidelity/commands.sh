# 200 commands and pipelines, for any POSIX shell: twenty kinds, ten times each. What it prints must not
# depend on who performs it. Works in the present, empty directory.
i=0
while [ $i -lt 10 ]; do
    i=$((i + 1))
    echo "round $i"                                          # 1 builtins and arithmetic
    seq $i | wc -l | tr -d ' '                               # 2 a pipeline of three
    (exit $i); echo "subshell $?"                            # 3 subshell status
    printf '%s\n' c a b | sort | head -n 2 | paste -s -d, -  # 4
    x=$(echo "deep $(echo "er $i")"); echo "$x"              # 5 nested substitution
    echo "to file $i" > file.$i; cat file.$i                 # 6 redirection
    cat <<END | sed "s/WORD/$i/"                             # 7 here-document
here WORD
END
    false || echo "or $i"                                    # 8
    true && ! false && echo "and $i"                         # 9
    sh -c "exit $((i + 10))"; echo "child $?"                # 10 a program's status
    sh -c 'kill -TERM $$'; echo "killed $?"                  # 11 death by signal
    sleep 0.$i & wait $!; echo "waited $?"                   # 12 background and wait
    (trap 'echo trapped' EXIT; :)                            # 13 exit trap
    (trap 'echo usr1' USR1; kill -USR1 "$(sh -c 'echo $PPID')"; :) # 14 signal to itself
    yes | head -n $((i * 100)) | wc -c | tr -d ' '           # 15 SIGPIPE to a writer
    { echo out; echo err >&2; } 2>&1 | sort                  # 16 both streams
    case $i in [1-5]) echo low ;; *) echo high ;; esac       # 17
    mkfifo pipe.$i && { echo "through $i" > pipe.$i & read -r line < pipe.$i; wait; echo "$line"; } # 18 FIFO
    dd if=/dev/zero bs=1000 count=$((i * 100)) 2>/dev/null | cksum # 19 more than a pipe holds
    set -- a b c; shift; echo "$# $*" | tr a-z A-Z           # 20
done
for n in 3 1 2; do (sleep "$n"; echo "slept $n") & done
wait
test -t 0 && echo "stdin is a terminal" || echo "stdin is no terminal"
