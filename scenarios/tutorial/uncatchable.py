"""Two signals are the kernel's own: no process can catch, ignore or block them."""
import signal

for number in signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP:
    try:
        signal.signal(number, signal.SIG_IGN)
        print("ignoring", number.name)
    except OSError as error:
        print("ignoring", number.name + ":", error.strerror)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGKILL])
print("SIGKILL is blocked, or so it seems")
while True:
    signal.pause()
