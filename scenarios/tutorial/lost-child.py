"""The mistake: the handler reaps one child for each signal, but signals do not queue."""
import os
import signal
import time


def reap_one(signum, frame):
    os.wait()
    os.write(1, b"one child reaped\n")  # print is not meant for handlers


signal.signal(signal.SIGCHLD, reap_one)
for _ in range(3):
    if os.fork() == 0:
        time.sleep(1)
        os._exit(0)
for _ in range(2):
    print("working")
    time.sleep(2)
