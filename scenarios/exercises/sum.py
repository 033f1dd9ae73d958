"""Ten children compute at the same time; each tells its result by its exit status."""
import os
import time

for number in range(10):
    if os.fork() == 0:
        time.sleep(1)
        os._exit(number)
total = 0
for _ in range(10):
    _, status = os.wait()
    total += os.waitstatus_to_exitcode(status)
print("the sum is", total)
