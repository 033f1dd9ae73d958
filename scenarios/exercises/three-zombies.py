"""Three zombies at two seconds, none at the end."""
import os
import time

for _ in range(3):
    if os.fork() == 0:
        os._exit(0)
time.sleep(3)
for _ in range(3):
    os.wait()
