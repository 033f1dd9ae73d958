"""Three generations: each one waits for the end of the next before it speaks."""
import os

pid = os.fork()
if pid == 0:
    pid = os.fork()
    if pid == 0:
        print("grandchild")
        os._exit(0)
    os.waitpid(pid, 0)
    print("child")
    os._exit(0)
os.waitpid(pid, 0)
print("parent")
