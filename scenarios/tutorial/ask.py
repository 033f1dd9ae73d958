"""SIGTERM asks: the child has a handler, tidies up, and ends in its own way."""
import os
import signal
import sys
import time


def leave(signum, frame):
    sys.exit(0)


pid = os.fork()
if pid == 0:
    signal.signal(signal.SIGTERM, leave)
    try:
        while True:
            print("child: working")
            time.sleep(2)
    finally:
        print("child: I was asked to go, tidying up")
        time.sleep(1)
time.sleep(3)
os.kill(pid, signal.SIGTERM)
print("parent: asked")
_, status = os.waitpid(pid, 0)
print("parent: my child ended with", os.waitstatus_to_exitcode(status))
