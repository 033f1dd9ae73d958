"""A signal may be caught, or ignored, or do what it does by default."""
import signal


def caught(signum, frame):
    print("caught", signal.Signals(signum).name)


signal.signal(signal.SIGUSR1, caught)
signal.signal(signal.SIGUSR2, signal.SIG_IGN)
print("ready")
while True:
    signal.pause()
