"""A daemon: an orphan on purpose, in a session of its own, with no terminal to lose."""
import os
import signal
import sys


def become_a_daemon():
    if os.fork() > 0:
        os._exit(0)  # who started us goes on; we are an orphan
    os.setsid()  # no terminal, and nobody's hangup reaches us
    if os.fork() > 0:
        os._exit(0)  # no leader of a session: no terminal by accident
    os.chdir("/")
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in 0, 1, 2:
        os.dup2(null, descriptor)


def leave(signum, frame):
    sys.exit(0)


print("starting")
become_a_daemon()
signal.signal(signal.SIGTERM, leave)
while True:
    signal.pause()
