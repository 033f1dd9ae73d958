"""A parent that never waits piles up zombies, as long as it lives."""
import os
import time

for number in range(5):
    if os.fork() == 0:
        os._exit(0)
    time.sleep(1)
print("I never wait, and nothing has happened to me")
