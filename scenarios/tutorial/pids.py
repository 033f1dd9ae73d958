"""fork is called once and returns twice: the parent gets the child's number, the child gets 0."""
import os

print("before the fork there is only process", os.getpid())
pid = os.fork()
print("fork returned", pid, "to process", os.getpid(), "whose parent is", os.getppid())
if pid == 0:
    os._exit(0)
os.waitpid(pid, 0)
