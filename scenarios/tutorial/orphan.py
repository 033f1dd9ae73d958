"""A child whose parent ends first is an orphan: process 1 adopts it."""
import os
import time

if os.fork() > 0:
    time.sleep(1)
    os._exit(0)
print("my parent is", os.getppid())
time.sleep(2)
print("now my parent is", os.getppid())
