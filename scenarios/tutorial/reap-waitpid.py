"""waitpid(PID, 0) waits for one child, although another may have long ended."""
import os
import time


def child(seconds):
    pid = os.fork()
    if pid == 0:
        time.sleep(seconds)
        os._exit(0)
    return pid


slow = child(3)
quick = child(1)
os.waitpid(slow, 0)
print("slow is reaped")
os.waitpid(quick, 0)
print("quick is reaped")
