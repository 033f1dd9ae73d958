"""A handler of SIGCHLD reaps in a loop: signals of one kind do not queue."""
import os
import signal
import time


def reap(signum, frame):
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return


signal.signal(signal.SIGCHLD, reap)
for _ in range(3):
    if os.fork() == 0:
        time.sleep(1)
        os._exit(0)
for _ in range(4):
    print("working")
    time.sleep(2)
