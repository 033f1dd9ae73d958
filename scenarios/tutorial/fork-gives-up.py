"""All or nothing: when a fork fails, those that were made are ended and reaped."""
import os
import signal
import sys
import time

workers = []
try:
    for number in range(4):
        pid = os.fork()
        if pid == 0:
            time.sleep(60)
            os._exit(0)
        workers.append(pid)
except OSError as error:
    print("only", len(workers), "workers:", error.strerror, file=sys.stderr)
    for pid in workers:
        os.kill(pid, signal.SIGTERM)
    for pid in workers:
        os.waitpid(pid, 0)
    sys.exit(1)
for pid in workers:
    os.waitpid(pid, 0)
