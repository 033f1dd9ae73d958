"""The child forks a worker and ends at once: init adopts the worker, and reaps it."""
import os
import time

pid = os.fork()
if pid == 0:
    if os.fork() == 0:
        time.sleep(2)
        print("done, my parent is", os.getppid())
    os._exit(0)
os.waitpid(pid, 0)
print("free to go on")
time.sleep(5)
