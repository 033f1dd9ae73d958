"""wait() waits for any child: they are reaped in the order in which they end."""
import os
import time


def child(seconds, status):
    pid = os.fork()
    if pid == 0:
        time.sleep(seconds)
        os._exit(status)
    return pid


names = {child(3, 0): "slow", child(1, 7): "quick"}
for _ in range(2):
    pid, status = os.wait()
    print(names[pid], "is reaped, its status is", os.waitstatus_to_exitcode(status))
try:
    os.wait()
except ChildProcessError as error:
    print("no more:", error.strerror)
