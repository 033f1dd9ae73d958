"""The mistake: no child leaves the loop, so that each of them forks children of its own."""
import os

for number in range(3):
    os.fork()
print("here is one")
while True:
    try:
        os.wait()
    except ChildProcessError:
        os._exit(0)
