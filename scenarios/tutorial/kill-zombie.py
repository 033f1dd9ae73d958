"""Nobody can kill a zombie, it has already ended; reaping it makes it go away."""
import os
import signal
import time

pid = os.fork()
if pid == 0:
    os._exit(3)
time.sleep(1)
os.kill(pid, signal.SIGKILL)
print("the zombie was sent SIGKILL, and nothing was refused")
time.sleep(1)
_, status = os.waitpid(pid, 0)
print("how it had ended:", os.waitstatus_to_exitcode(status))
try:
    os.kill(pid, signal.SIGKILL)
except ProcessLookupError as error:
    print("after reaping:", error.strerror)
