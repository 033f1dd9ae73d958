"""Runs a command; after a second it asks it to end, and after three more it does not ask any longer."""
import os
import signal
import sys
import time

pid = os.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
time.sleep(1)
os.kill(pid, signal.SIGTERM)
for _ in range(30):
    found, _ = os.waitpid(pid, os.WNOHANG)
    if found == pid:
        print("it went by itself")
        break
    time.sleep(0.1)
else:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    print("it had to be killed")
