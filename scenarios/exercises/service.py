"""A daemon that works for five seconds: who starts it has its prompt back at once."""
import os
import time

if os.fork() > 0:
    os._exit(0)
os.setsid()
if os.fork() > 0:
    os._exit(0)
os.chdir("/")
null = os.open(os.devnull, os.O_RDWR)
for descriptor in 0, 1, 2:
    os.dup2(null, descriptor)
time.sleep(5)
