"""A signal interrupts a sleep; Python sleeps on, unless the handler raises an exception."""
import signal
import time


class Wake(Exception):
    pass


def note(signum, frame):
    print("a note is taken")


def wake(signum, frame):
    raise Wake


signal.signal(signal.SIGUSR1, note)
signal.signal(signal.SIGUSR2, wake)
start = time.monotonic()
try:
    time.sleep(10)
    print("slept well")
except Wake:
    print("woken after", round(time.monotonic() - start), "seconds")
