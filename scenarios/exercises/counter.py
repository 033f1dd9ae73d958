"""Counts SIGUSR1, tells on SIGTERM how many there were, and ends."""
import signal
import sys

count = 0


def one_more(signum, frame):
    global count
    count += 1


def tell(signum, frame):
    print(count, "signals")
    sys.exit(0)


signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGUSR1, one_more)
signal.signal(signal.SIGTERM, tell)
while True:
    signal.pause()
