"""fork may fail: who goes on without looking loses work, or kills the wrong process."""
import os
import sys

for number in range(4):
    try:
        pid = os.fork()
    except OSError as error:
        print("cannot fork:", error.strerror, file=sys.stderr)
        continue
    if pid == 0:
        print("in child process", number)
        os._exit(0)
for _ in range(3):
    os.wait()
