# A job of three processes: this shell, and two that are joined by a pipe.
sleep 10 | cat
