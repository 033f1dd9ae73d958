"""A killed child stays a zombie until its parent reaps it; ps shows it as Z, <defunct>."""
import os
import signal
import time

pid = os.fork()
if pid == 0:
    while True:
        print("in child process")
        time.sleep(1)
print("in parent process")
time.sleep(5)
os.kill(pid, signal.SIGKILL)
os.spawnlp(os.P_WAIT, "ps", "ps", "-o", "pid,ppid,stat,args", "--pid", str(pid))
time.sleep(5)
os.waitpid(pid, 0)
