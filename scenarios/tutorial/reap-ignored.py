"""A parent that ignores SIGCHLD has no zombies, and learns nothing of how its children ended."""
import os
import signal
import time

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for _ in range(2):
    if os.fork() == 0:
        time.sleep(1)
        os._exit(3)
try:
    os.wait()
except ChildProcessError as error:
    print("wait:", error.strerror)
