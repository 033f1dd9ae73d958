"""What is printed before a fork may come twice: the buffer is copied, too."""
import os
import sys

sys.stdout.write("before the fork\n")
if os.fork() == 0:
    print("in the child")
    sys.exit()
os.wait()
print("in the parent")
