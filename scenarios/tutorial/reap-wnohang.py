"""With WNOHANG, waitpid does not wait: 0 means that the child is still at work."""
import os
import time

pid = os.fork()
if pid == 0:
    time.sleep(3)
    os._exit(5)
while True:
    found, status = os.waitpid(pid, os.WNOHANG)
    if found == pid:
        break
    print("not yet")
    time.sleep(2)
print("ended with status", os.waitstatus_to_exitcode(status))
