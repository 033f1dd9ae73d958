"""Five children of one parent, and no grandchild."""
import os

for number in range(5):
    if os.fork() == 0:
        print("child", number)
        os._exit(0)
for _ in range(5):
    os.wait()
print("all done")
