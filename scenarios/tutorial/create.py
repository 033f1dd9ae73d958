"""fork makes a second process out of one: only its result tells parent and child apart."""
import os

pid = os.fork()
if pid == 0:
    print("in child process")
    os._exit(0)
print("in parent process")
os.waitpid(pid, 0)
print("my child is done")
