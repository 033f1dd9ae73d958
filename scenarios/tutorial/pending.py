"""A blocked signal waits; several of one kind wait as one."""
import signal
import time


def caught(signum, frame):
    print("caught", signal.Signals(signum).name)


signal.signal(signal.SIGUSR1, caught)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
print("working, please do not disturb")
time.sleep(4)
print("pending:", *(signal.Signals(number).name for number in signal.sigpending()))
signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGUSR1])
print("back to you")
time.sleep(1)
