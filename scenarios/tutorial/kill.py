"""A child that never ends by itself, and a parent that kills it after five seconds."""
import os
import signal
import time

pid = os.fork()
if pid == 0:
    while True:
        print("in child process")
        time.sleep(1)
print("in parent process")
time.sleep(5)
os.kill(pid, signal.SIGKILL)
os.waitpid(pid, 0)
print("my child is dead")
