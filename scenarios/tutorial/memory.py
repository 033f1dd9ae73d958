"""A child works on a copy: what it does to a variable, its parent never sees."""
import os

counter = 10
pid = os.fork()
if pid == 0:
    counter += 1
    print("in the child, the counter is", counter)
    os._exit(0)
os.waitpid(pid, 0)
print("in the parent, it still is", counter)
