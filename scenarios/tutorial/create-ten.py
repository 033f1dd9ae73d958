"""Ten children: each leaves the loop at once, or it would fork children of its own."""
import os

children = []
for number in range(10):
    pid = os.fork()
    if pid == 0:
        print("in child process", number)
        os._exit(0)
    children.append(pid)
print("in parent process")
for pid in children:
    os.waitpid(pid, 0)
