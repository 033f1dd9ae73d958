"""When fork fails for now (EAGAIN), it waits a little and tries again, but not for ever."""
import errno
import os
import sys
import time


def fork_patiently():
    pause = 0.1
    for _ in range(5):
        try:
            return os.fork()
        except OSError as error:
            if error.errno != errno.EAGAIN:
                raise
        time.sleep(pause)
        pause *= 2
    sys.exit("cannot fork, giving up")


for number in range(3):
    if fork_patiently() == 0:
        print("child", number)
        os._exit(0)
for _ in range(3):
    os.wait()
