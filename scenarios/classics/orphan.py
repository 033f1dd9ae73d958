"""Says who its parent is, before and after that has ended."""
import os
import time

print("init is my parent:", os.getppid() == 1)
time.sleep(2)
print("init is my parent:", os.getppid() == 1)
